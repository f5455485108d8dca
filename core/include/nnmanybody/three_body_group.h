#pragma once
// The three-body functions of composable models that share a pair of neighbor species and a cutoff function.

#include "nnmanybody/prepared_block.h"
#include "nnmanybody/symmetry_function.h"

#include <vector>

namespace nnmb {

/// sum over pairs of neighbors of [g_n(a) g_m(b) + g_m(a) g_n(b)] / (1 + delta_nm) cos^l theta, g(r) = exp(-eta r^2) f_c(r).
/// Plain loops over pairs: for small sets of functions, not for speed.
class ThreeBodyGroup {
 public:
  ThreeBodyGroup(int species_j, int species_k, int cutoff_index) :
      species_j_(species_j), species_k_(species_k), cutoff_index_(cutoff_index)
  {
  }
  bool holds(int j, int k, int cutoff_index) const
  {
    return j == species_j_ && k == species_k_ && cutoff_index == cutoff_index_;
  }
  void add(const SymmetryFunction &function, int index, double weight);

  /// Adds to values[index of each function].
  void values(PreparedBlock &block, int center, std::vector<double> &scratch, double *values) const;
  /// Adds sum_s weights[s] dG_s/d(displacement) to the block's gradient.
  void contract(PreparedBlock &block, int center, std::vector<double> &scratch,
                const double *weights) const;
  /// Adds dG_s/d(displacement) to jacobian[(neighbor * 3 + xyz) * n_functions + s].
  void jacobian(PreparedBlock &block, int center, std::vector<double> &scratch, int n_functions,
                double *jacobian) const;
  /// Adds sum over the neighbors of dG_s/d(displacement) times the direction to products[index of each function].
  void directional(PreparedBlock &block, int center, std::vector<double> &scratch,
                   const kernels::Direction &direction, double *products) const;

 private:
  struct Term {
    std::size_t n, m;    // of the widths
    int order;
    std::size_t index;    // of the function in the descriptor
    double weight;
  };
  struct Pairs;

  std::size_t width_index(double eta);

  int species_j_, species_k_, cutoff_index_;
  std::vector<double> widths_;    // eta, 1/Å²
  std::vector<Term> terms_;
};

}    // namespace nnmb
