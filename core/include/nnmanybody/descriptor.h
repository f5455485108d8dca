#pragma once
// A compiled set of symmetry functions: values, and the contraction of their derivatives with dE/dG.

#include "nnmanybody/angular_group.h"
#include "nnmanybody/environment.h"
#include "nnmanybody/prepared_block.h"
#include "nnmanybody/radial_group.h"

#include <armadillo>
#include <string>
#include <vector>

namespace nnmb {

/// Memory of one thread; reused from block to block.
struct DescriptorScratch {
  PreparedBlock prepared;
  TripletChunk chunk;
};

/// Gradient of one scalar per center by the displacements of its neighbors, in the order of the EnvironmentBlock.
struct NeighborGradient {
  std::vector<double> x, y, z;
};

/// Functions are grouped by (neighbor species, cutoff function), so that distances, cutoff functions, exponentials
/// and powers are computed once for all functions that need them. Const and free of shared state: threads may use
/// one descriptor with a scratch each.
class Descriptor {
 public:
  /// `elements` are the elements that species 0, 1, … stand for. Throws std::invalid_argument when a function
  /// names another element or when there is no function.
  Descriptor(const std::vector<std::string> &elements, std::vector<SymmetryFunction> functions);

  int n_functions() const { return static_cast<int>(functions_.size()); }
  double cutoff() const { return cutoff_; }    // the longest, Å
  const std::vector<SymmetryFunction> &functions() const { return functions_; }

  /// First pass: G of every center, (n_functions × n_centers).
  void values(const EnvironmentBlock &block, DescriptorScratch &scratch, arma::mat &values) const;

  /// Second pass, after values() on the same block and scratch: sum_s weights(s, center) dG_s/d(displacement).
  /// Nothing of size n_functions × n_neighbors is stored.
  void contract(const EnvironmentBlock &block, DescriptorScratch &scratch, const arma::mat &weights,
                NeighborGradient &gradient) const;

  /// After values(): all derivatives, for training; jacobian[(neighbor * 3 + xyz) * n_functions + s], 1/Å,
  /// with space for n_neighbors × 3 × n_functions numbers.
  void jacobian(const EnvironmentBlock &block, DescriptorScratch &scratch, double *jacobian) const;

 private:
  void compile(const std::vector<std::string> &elements);
  void add_radial(const SymmetryFunction &function, int index, int j, double weight,
                  int cutoff_index);
  void add_angular(const SymmetryFunction &function, int index, int j, int k, double weight,
                   int cutoff_index);

  std::vector<SymmetryFunction> functions_;
  int n_species_ = 0;
  double cutoff_ = 0.0;
  std::vector<CutoffFunction> cutoffs_;
  std::vector<RadialGroup> radial_;
  std::vector<AngularGroup> angular_;
};

}    // namespace nnmb
