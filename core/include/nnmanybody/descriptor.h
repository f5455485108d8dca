#pragma once
// A compiled set of symmetry functions: values, and the contraction of their derivatives with dE/dG.

#include "nnmanybody/angular_group.h"
#include "nnmanybody/environment.h"
#include "nnmanybody/multipole_group.h"
#include "nnmanybody/prepared_block.h"
#include "nnmanybody/radial_group.h"
#include "nnmanybody/three_body_group.h"

#include <armadillo>
#include <string>
#include <vector>

namespace nnmb {

/// Memory of one thread; reused from block to block.
struct DescriptorScratch {
  PreparedBlock prepared;
  kernels::TripletPool triplets;
  int first_center = 0;            // of those whose triplets are in the pool
  std::vector<int> first_chunk;    // of each angular group of each of these centers, and the end
  std::vector<double> moments;     // of each multipole group of each of these centers
  std::vector<double> sums;
  arma::mat part;
  std::vector<double> along_x, along_y, along_z;    // a direction, in the order of prepared
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

  /// The same for centers begin … end - 1 of a block made ready by prepare(), one column each from the first column on.
  /// Stops early when the triplets fill the cache, so that the second pass over these centers finds them there;
  /// returns the first center that is left.
  int values(DescriptorScratch &scratch, int begin, int end, arma::mat &values) const;
  void prepare(const EnvironmentBlock &block, DescriptorScratch &scratch) const;

  /// Second pass, after values() of centers begin … end - 1: adds sum_s weights(s, center - begin) dG_s/d(displacement)
  /// to the gradient in the scratch. Nothing of size n_functions × n_neighbors is stored.
  void contract(DescriptorScratch &scratch, int begin, int end, const arma::mat &weights) const;
  /// What contract() has added since prepare(), in the order of the block.
  void gather_gradient(const EnvironmentBlock &block, const DescriptorScratch &scratch,
                       NeighborGradient &gradient) const;

  /// Values as above and all derivatives, for training; jacobian[(neighbor * 3 + xyz) * n_functions + s], 1/Å,
  /// with space for n_neighbors × 3 × n_functions numbers.
  void values_and_jacobian(const EnvironmentBlock &block, DescriptorScratch &scratch,
                           arma::mat &values, double *jacobian) const;

  /// The other way round: derivatives of all functions of centers begin … end - 1 along one direction, after values()
  /// of these centers; (n_functions × (end - begin)). The direction holds a displacement of every neighbor of the
  /// block, (n_neighbors, 3).
  void set_direction(DescriptorScratch &scratch, const double *direction) const;
  void directional(DescriptorScratch &scratch, int begin, int end, arma::mat &products) const;

 private:
  void compile(const std::vector<std::string> &elements);
  void add_radial(const SymmetryFunction &function, int index, int j, double weight,
                  int cutoff_index);
  void add_three_body(const SymmetryFunction &function, int index, int j, int k, double weight,
                      int cutoff_index);
  void add_angular(const SymmetryFunction &function, int index, int j, int k, double weight,
                   int cutoff_index);
  void add_multipole(const SymmetryFunction &function, int index, int j, int k, double weight,
                     int cutoff_index);
  std::size_t moments_per_center() const;

  std::vector<SymmetryFunction> functions_;
  double cutoff_ = 0.0;
  PreparedNeeds needs_;
  std::vector<RadialGroup> radial_;
  std::vector<AngularGroup> angular_;
  std::vector<ThreeBodyGroup> three_body_;
  std::vector<MultipoleGroup> multipole_;
};

}    // namespace nnmb
