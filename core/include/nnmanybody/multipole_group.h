#pragma once
// The wide angular symmetry functions (G5) with a small whole zeta that share a cutoff function.
//
// With A = 2^(1-zeta) (1 + lambda cos)^zeta = sum_l a_l P_l(cos), the sum over pairs of neighbors is one over neighbors:
//
//   G = sum_{j<k} g(j) g(k) A(cos_jk) = 1/2 [sum_l a_l sum_m N_lm M_lm^2 - A(1) sum_j g(j)^2]           j, k of one species
//   G = sum_l a_l sum_m N_lm M_lm M'_lm                                                                 of two
//
// with the multipole moments M of kernels/multipole_kernel.h: n neighbors cost n (zeta + 1)^2 instead of n^2/2. It is the
// power spectrum of the density of neighbors (Bartók, Kondor, Csányi, Phys. Rev. B 87, 184115 (2013)); the identity is
// exact. Rounding errors are relative to (sum_j g)^2.

#include "nnmanybody/kernels.h"
#include "nnmanybody/prepared_block.h"
#include "nnmanybody/symmetry_function.h"

#include <vector>

namespace nnmb {

class MultipoleGroup {
 public:
  MultipoleGroup(int cutoff_index, int n_species);

  /// Whether a function can be had this way.
  static bool can_hold(const SymmetryFunction &function);
  bool holds(int cutoff_index) const { return cutoff_index == cutoff_index_; }
  /// For neighbors of species j <= k; `weight` multiplies the function for this pair.
  void add(const SymmetryFunction &function, int index, int j, int k, double weight);

  /// Numbers that values() leaves for the other two, per center.
  std::size_t n_stored() const { return channels_.size() * (n_moments() + 1); }
  /// Adds to values[index of each function].
  void values(PreparedBlock &block, int center, double *stored, double *values) const;
  /// Adds sum_s weights[s] dG_s/d(displacement) to the block's gradient.
  void contract(PreparedBlock &block, int center, const double *stored,
                std::vector<double> &scratch, const double *weights) const;
  /// Adds dG_s/d(displacement) to jacobian[(neighbor * 3 + xyz) * n_functions + s].
  void jacobian(PreparedBlock &block, int center, const double *stored,
                std::vector<double> &scratch, int n_functions, double *jacobian) const;
  /// Adds sum over the neighbors of dG_s/d(displacement) times the direction to products[index of each function].
  void directional(PreparedBlock &block, int center, const double *stored,
                   std::vector<double> &scratch, const kernels::Direction &direction,
                   double *products) const;

 private:
  struct Function {
    std::size_t index;    // of the function in the descriptor
    double weight;
    int zeta, lambda;
  };
  /// Functions that are sums over l of the products of the same two channels.
  struct Product {
    std::size_t j, k;    // channels
    std::vector<Function> functions;
  };

  std::size_t degree() const
  {
    return static_cast<std::size_t>(kernels::multipole_degrees[degree_index_]);
  }
  std::size_t n_moments() const { return (degree() + 1) * (degree() + 1); }
  kernels::MultipolePlan plan(std::size_t species) const;
  std::size_t find_channel(int species, const kernels::RadialFactor &factor);
  int species_of(std::size_t channel) const;
  bool is_empty(const PreparedBlock &block, int center, const Product &product) const;
  void add_jacobian(const PreparedBlock &block, kernels::IndexRange range, const Product &product,
                    const double *slopes, std::size_t stride, bool with_squares, int n_functions,
                    double *jacobian) const;

  int cutoff_index_;
  std::size_t degree_index_ = 0;
  std::vector<kernels::RadialFactor> channels_;    // sorted by species
  std::vector<std::size_t> first_channel_;         // of every species, and the end
  std::vector<Product> products_;
};

}    // namespace nnmb
