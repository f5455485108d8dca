#pragma once
// The radial symmetry functions (G1, G2, G3, compact_radial) that share a neighbor species and a cutoff function.

#include "nnmanybody/kernels.h"
#include "nnmanybody/prepared_block.h"
#include "nnmanybody/symmetry_function.h"

#include <vector>

namespace nnmb {

class RadialGroup {
 public:
  RadialGroup(int species, int cutoff_index) : species_(species), cutoff_index_(cutoff_index) {}

  bool holds(int species, int cutoff_index) const
  {
    return species == species_ && cutoff_index == cutoff_index_;
  }
  /// `weight` multiplies the function for this species.
  void add(const SymmetryFunction &function, int index, double weight);
  int n_terms() const { return static_cast<int>(terms_.size()); }
  /// Row of the block's kept numbers that is the first of n_terms() of this group.
  void keep_from(int row) { first_kept_ = row; }

  /// Adds to values[index of each function].
  void values(PreparedBlock &block, int center, std::vector<double> &scratch, double *values) const;
  /// After values() of this center: adds sum_s weights[s] dG_s/d(displacement) to the block's gradient.
  void contract(PreparedBlock &block, int center, std::vector<double> &scratch,
                const double *weights) const;
  /// Adds dG_s/d(displacement) to jacobian[(neighbor * 3 + xyz) * n_functions + s].
  void jacobian(PreparedBlock &block, int center, std::vector<double> &scratch, int n_functions,
                double *jacobian) const;
  /// Adds sum over the neighbors of dG_s/d(displacement) times the direction to products[index of each function].
  void directional(PreparedBlock &block, int center, std::vector<double> &scratch,
                   const kernels::Direction &direction, double *products) const;

 private:
  struct Place {
    std::size_t index;    // of the function in the descriptor
    double weight;
  };

  int species_;
  int cutoff_index_;
  int first_kept_ = 0;
  std::vector<kernels::RadialTerm> terms_;
  std::vector<Place> places_;    // of each term
};

}    // namespace nnmb
