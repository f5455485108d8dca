#pragma once
// A block of environments made ready for the descriptor: neighbors within the cutoff, sorted by species,
// with their distances and cutoff functions. Shared by the pass over values and the pass over gradients.

#include "nnmanybody/cutoff.h"
#include "nnmanybody/environment.h"

#include <vector>

namespace nnmb {

/// Half-open range of indices into the arrays of a PreparedBlock.
struct Range {
  int begin, end;
  int size() const { return end - begin; }
};

/// Two atoms closer than this (Å) sit on top of one another: symmetry functions have no derivative there.
constexpr double shortest_distance = 1e-6;
/// Throws std::invalid_argument saying so.
[[noreturn]] void refuse_distance(double r);

struct PreparedBlock {
  std::vector<double> x, y, z, r;          // Å
  std::vector<int> source;                 // index of the neighbor in the EnvironmentBlock
  std::vector<std::vector<double>> fc;     // per cutoff function: its value at r
  std::vector<std::vector<double>> dfc;    // and its derivative, 1/Å
  std::vector<double> gx, gy, gz;          // sum of w dG/d(displacement), filled by the groups

  /// Throws std::invalid_argument when a neighbor sits on its center or a displacement is not finite.
  void prepare(const EnvironmentBlock &block, int n_species,
               const std::vector<CutoffFunction> &cutoffs);
  void clear_gradient();

  int n_centers() const { return n_centers_; }
  Range neighbors(int center, int species) const
  {
    const std::size_t at = static_cast<std::size_t>(center * n_species_ + species);
    return {start_[at], start_[at + 1]};
  }
  Range neighbors(int center) const
  {
    return {neighbors(center, 0).begin, neighbors(center, n_species_ - 1).end};
  }

 private:
  int n_centers_ = 0;
  int n_species_ = 0;
  std::vector<int> start_;    // of the neighbors of one species of one center
};

}    // namespace nnmb
