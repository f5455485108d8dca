#include "nnmanybody/triplet_pool.h"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace nnmb::kernels {

void AlignedFree::operator()(void *memory) const
{
  std::free(memory);
}

AlignedDoubles aligned_doubles(std::size_t n)
{
  constexpr std::size_t line = 64, per_line = line / sizeof(double);
  const std::size_t padded = (n / per_line + 1) * per_line;
  auto *memory = static_cast<double *>(std::aligned_alloc(line, padded * sizeof(double)));
  if (!memory) throw std::bad_alloc();
  std::fill_n(memory, padded, 0.0);
  return AlignedDoubles(memory);
}

void TripletPool::clear(int arrays_per_chunk)
{
  used_ = 0;
  if (arrays_per_chunk > arrays_per_chunk_) {
    chunks_.clear();
    arrays_per_chunk_ = arrays_per_chunk;
  }
}

TripletChunk &TripletPool::next()
{
  if (static_cast<std::size_t>(used_) == chunks_.size()) {
    const auto n = static_cast<std::size_t>(arrays_per_chunk_) * TripletChunk::stride;
    Entry entry{std::make_unique<TripletChunk>(), aligned_doubles(n)};
    entry.chunk->arrays = entry.arrays.get();
    chunks_.push_back(std::move(entry));
  }
  TripletChunk &chunk = *chunks_[static_cast<std::size_t>(used_++)].chunk;
  chunk.size = chunk.n_rows = 0;
  return chunk;
}

std::size_t TripletPool::bytes() const
{
  const auto arrays =
      static_cast<std::size_t>(arrays_per_chunk_) * TripletChunk::stride * sizeof(double);
  return static_cast<std::size_t>(used_) * (arrays + sizeof(TripletChunk));
}

double *TripletPool::workspace(std::size_t n)
{
  if (n > workspace_size_) {
    workspace_ = aligned_doubles(n);
    workspace_size_ = n;
  }
  return workspace_.get();
}

TripletChunk &next_chunk(TripletPool &pool)
{
  return pool.next();
}

double *workspace(TripletPool &pool, std::ptrdiff_t n)
{
  return pool.workspace(static_cast<std::size_t>(n));
}

}    // namespace nnmb::kernels
