#pragma once
// A block of environments made ready for the descriptor: neighbors within the cutoff, sorted by species
// and shells between the cutoffs, with their distances and cutoff functions. Shared by the pass over values and the pass over gradients.

#include "nnmanybody/cutoff.h"
#include "nnmanybody/environment.h"
#include "nnmanybody/kernels.h"

#include <vector>

namespace nnmb {

/// What a descriptor asks of a PreparedBlock.
struct PreparedNeeds {
  int n_species = 0;
  std::vector<CutoffFunction> cutoffs;
  bool interleaved = false;    // Neighbors::xyz and gradient
  int n_kept = 0;    // rows of numbers, one a neighbor, that the first pass leaves for the second
};

class PreparedBlock {
 public:
  /// Throws std::invalid_argument when a neighbor sits on its center or a displacement is not finite.
  void prepare(const EnvironmentBlock &block, const PreparedNeeds &needs);
  void clear_gradient();

  int n_centers() const { return n_centers_; }
  int n_neighbors() const { return static_cast<int>(source_.size()); }
  /// Index of a neighbor in the EnvironmentBlock.
  int source(int neighbor) const { return source_[static_cast<std::size_t>(neighbor)]; }
  /// Those of one species within the radius of one of the cutoff functions.
  kernels::IndexRange neighbors(int center, int species, int cutoff_index) const
  {
    const auto shell = shell_[static_cast<std::size_t>(cutoff_index)];
    const auto first = static_cast<std::size_t>(center * n_species_ + species) * radii_.size();
    return {start_[first], start_[first + shell + 1]};
  }
  kernels::IndexRange neighbors(int center) const
  {
    const std::size_t n = static_cast<std::size_t>(n_species_) * radii_.size();
    return {start_[static_cast<std::size_t>(center) * n],
            start_[static_cast<std::size_t>(center + 1) * n]};
  }
  /// The arrays as kernels take them, with one of the cutoff functions.
  kernels::Neighbors view(int cutoff_index);
  /// Kept numbers of neighbor 0 in this row; rows lie kept_stride() apart and are as long.
  double *kept(int row) { return kept_.data() + row * kept_stride_; }
  std::ptrdiff_t kept_stride() const { return kept_stride_; }
  /// sum_s w_s dG_s/d(displacement) of every neighbor, 1/Å: all that the groups have added, at its place in the
  /// EnvironmentBlock.
  void write_gradient(std::vector<double> &x, std::vector<double> &y, std::vector<double> &z) const;

 private:
  void find_shells(const std::vector<CutoffFunction> &cutoffs);
  /// Which shell (species and distance) a neighbor belongs to; -1 beyond the longest cutoff.
  int shell_of(const EnvironmentBlock &block, int neighbor) const;
  void make_room(const EnvironmentBlock &block);
  bool take_all(const EnvironmentBlock &block);
  void sort_neighbors(const EnvironmentBlock &block);

  int n_centers_ = 0;
  int n_species_ = 0;
  bool interleaved_ = false;
  std::ptrdiff_t kept_stride_ = 0;
  std::vector<double> radii_;         // of the cutoff functions, each once, from short to long, Å
  std::vector<std::size_t> shell_;    // of each cutoff function: place of its radius
  std::vector<int> start_;            // of the neighbors of one species and shell of one center
  std::vector<int> source_;
  std::vector<int> of_shell_;    // of each neighbor of the EnvironmentBlock
  std::vector<int>
      place_;    // of the next neighbor of each species and shell, while they are sorted
  // Longer than n_neighbors(): what lies behind is as harmless as a neighbor at 1 Å with f_c = 0.
  std::vector<double> x_, y_, z_, xyz_, r_, r_squared_, r_inverse_;
  std::vector<std::vector<double>> f_, slope_;    // per cutoff function: f_c, f_c'/r
  std::vector<double> gx_, gy_, gz_, gradient_, kept_;
};

}    // namespace nnmb
