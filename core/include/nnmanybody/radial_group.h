#pragma once
// The radial symmetry functions (G1, G2, G3, compact_radial) that share a neighbor species and a cutoff function.

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

  /// Adds to values[index of each function].
  void values(const PreparedBlock &block, int center, double *values) const;
  /// Adds sum_s weights[s] dG_s/d(displacement) to the block's gradient.
  void contract(PreparedBlock &block, int center, const double *weights) const;
  /// Writes dG_s/d(displacement) at jacobian[(neighbor * 3 + xyz) * n_functions + s].
  void jacobian(const PreparedBlock &block, int center, int n_functions, double *jacobian) const;

 private:
  struct Term {
    SymmetryFunctionKind kind;
    double eta, r_shift, kappa;
    std::size_t index;    // place of the function in the descriptor
    double weight;
  };
  /// G of one pair and dG/dr, from the value and derivative of the cutoff function.
  static CutoffValue evaluate(const Term &term, double r, CutoffValue f);

  int species_;
  int cutoff_index_;
  std::vector<Term> terms_;
};

}    // namespace nnmb
