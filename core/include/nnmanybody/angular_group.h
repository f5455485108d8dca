#pragma once
// The angular symmetry functions (G4 and compact_narrow, or G5 and compact_wide) that share a pair of neighbor species
// and a cutoff function; of G5 those that multipole_group.h does not take.
//
// Every function of the group is a product of a radial factor (one per distinct eta, r_shift) and an angular
// factor (one per distinct zeta, lambda): each is computed once per triplet and shared by all functions that hold it.

#include "nnmanybody/kernels.h"
#include "nnmanybody/prepared_block.h"
#include "nnmanybody/symmetry_function.h"
#include "nnmanybody/triplet_pool.h"

#include <vector>

namespace nnmb {

class AngularGroup {
 public:
  /// `narrow`: triplets count with a cutoff function of r_jk.
  AngularGroup(bool narrow, int species_j, int species_k, int cutoff_index, CutoffFunction cutoff);

  bool holds(bool narrow, int species_j, int species_k, int cutoff_index) const;
  /// `weight` multiplies the function for this pair of species.
  void add(const SymmetryFunction &function, int index, double weight);
  /// Of every chunk of this group.
  int arrays_per_chunk() const { return kernels::n_arrays(plan()); }

  /// Adds to values[index of each function] and leaves the triplets in the pool for the other two.
  void values(PreparedBlock &block, int center, kernels::TripletPool &pool,
              std::vector<double> &scratch, double *values) const;
  /// Adds sum_s weights[s] dG_s/d(displacement) to the block's gradient, from chunks [begin, end) of the pool.
  void contract(PreparedBlock &block, const kernels::TripletPool &pool, kernels::IndexRange chunks,
                std::vector<double> &scratch, const double *weights) const;
  /// Adds dG_s/d(displacement) to jacobian[(neighbor * 3 + xyz) * n_functions + s].
  void jacobian(PreparedBlock &block, int center, const kernels::TripletPool &pool,
                kernels::IndexRange chunks, std::vector<double> &scratch, int n_functions,
                double *jacobian) const;
  /// Adds sum over the neighbors of dG_s/d(displacement) times the direction to products[index of each function].
  void directional(PreparedBlock &block, const kernels::TripletPool &pool,
                   kernels::IndexRange chunks, std::vector<double> &scratch,
                   const kernels::Direction &direction, double *products) const;

 private:
  struct Function {
    int radial, angular;
    std::size_t index;    // place of the function in the descriptor
    double weight;
  };
  kernels::AngularPlan plan() const;
  void find_powers();
  void arrange();

  bool narrow_;
  int species_j_, species_k_;
  int cutoff_index_;
  CutoffFunction cutoff_;
  bool shifted_ = false;
  std::vector<kernels::RadialFactor> radial_;
  std::vector<kernels::AngularFactor> angular_;
  std::vector<Function> functions_;               // sorted by radial factor
  std::vector<kernels::FunctionBlock> blocks_;    // the same in fours
  std::vector<int> slots_;                        // of each function: 4 × block + place in it
};

}    // namespace nnmb
