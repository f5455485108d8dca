#pragma once
// Memory of one thread for triplets: chunks that stay where they are from the first pass over a block to the second.

#include "nnmanybody/kernels.h"

#include <cstddef>
#include <memory>
#include <vector>

namespace nnmb::kernels {

struct AlignedFree {
  void operator()(void *memory) const;
};
using AlignedDoubles = std::unique_ptr<double[], AlignedFree>;
/// n doubles at the beginning of a cache line, all zero. Throws std::bad_alloc.
AlignedDoubles aligned_doubles(std::size_t n);

class TripletPool {
 public:
  /// Takes back all chunks; each gets `arrays_per_chunk` arrays from now on.
  void clear(int arrays_per_chunk);
  TripletChunk &next();
  int size() const { return used_; }
  const TripletChunk &operator[](int i) const
  {
    return *chunks_[static_cast<std::size_t>(i)].chunk;
  }
  /// Bytes of the chunks in use.
  std::size_t bytes() const;

  double *workspace(std::size_t n);

 private:
  struct Entry {
    std::unique_ptr<TripletChunk> chunk;
    AlignedDoubles arrays;
  };
  std::vector<Entry> chunks_;
  int used_ = 0;
  int arrays_per_chunk_ = 0;
  AlignedDoubles workspace_;
  std::size_t workspace_size_ = 0;
};

}    // namespace nnmb::kernels
