#pragma once
// The angular symmetry functions (G4 and compact_narrow, or G5 and compact_wide) that share a pair of neighbor species and a cutoff function.
//
// Every function of the group is a product of a radial factor (one per distinct eta, r_shift) and an angular
// factor (one per distinct zeta, lambda). Triplets are collected in chunks; each factor is computed once per
// triplet and shared by all functions that hold it.

#include "nnmanybody/prepared_block.h"
#include "nnmanybody/symmetry_function.h"

#include <vector>

namespace nnmb {

/// Memory of one thread for the triplets at hand (structure of arrays).
struct TripletChunk {
  static constexpr int capacity = 128;
  int size = 0;
  std::vector<int> j, k;         // indices into the PreparedBlock
  std::vector<double> cosine;    // of the angle j-i-k
  std::vector<double> r_jk;      // Å; G4 only
  std::vector<double> f, f_a, f_b,
      f_c;    // product of cutoff functions and its derivatives by r_ij, r_ik, r_jk
  std::vector<double> radial;    // [radial factor][triplet]
  std::vector<double> angular,
      d_angular;                      // [angular factor][triplet]: value, derivative by the cosine
  std::vector<double> pair_radial;    // [radial factor][neighbor of the center]
  std::vector<int> list_j, list_k;    // neighbors of the two species within the group's cutoff
  // The contraction of one chunk: sums over functions of w_s E A and its derivatives
  std::vector<double> sum, sum_cosine, sum_a, sum_b, sum_c;
};

class AngularGroup {
 public:
  /// `narrow`: triplets count with a cutoff function of r_jk, too.
  AngularGroup(bool narrow, int species_j, int species_k, int cutoff_index, CutoffFunction cutoff);

  bool holds(bool narrow, int species_j, int species_k, int cutoff_index) const;
  /// `weight` multiplies the function for this pair of species.
  void add(const SymmetryFunction &function, int index, double weight);

  void values(const PreparedBlock &block, int center, TripletChunk &chunk, double *values) const;
  void contract(PreparedBlock &block, int center, TripletChunk &chunk, const double *weights) const;
  void jacobian(const PreparedBlock &block, int center, TripletChunk &chunk, int n_functions,
                double *jacobian) const;

 private:
  struct RadialFactor {
    double eta, r_shift;
    bool operator==(const RadialFactor &other) const
    {
      return eta == other.eta && r_shift == other.r_shift;
    }
  };
  /// (1 + lambda cos)^zeta, or a compact function of the angle.
  struct AngularFactor {
    double zeta;
    int lambda;
    int exponent;            // zeta - 1 when zeta is a whole number, else -1
    CutoffFunction angle;    // compact functions: A(theta), in radians
    bool operator==(const AngularFactor &other) const
    {
      return zeta == other.zeta && lambda == other.lambda && angle == other.angle;
    }
  };
  struct Function {
    int radial, angular;
    std::size_t index;    // place of the function in the descriptor
    double weight;
  };
  /// dE/d(displacement) of one triplet = p_j x_ij + q x_ik on j, p_k x_ik + q x_ij on k.
  struct Coefficients {
    double p_j, p_k, q;
  };

  /// Collects the triplets of a center in chunks, computes their factors and calls process() for each chunk.
  template <typename Process>
  void for_each_chunk(const PreparedBlock &block, int center, TripletChunk &chunk,
                      Process process) const;
  void list_neighbors(const PreparedBlock &block, int center, TripletChunk &chunk) const;
  void pair_factors(const PreparedBlock &block, int center, TripletChunk &chunk) const;
  void geometry(const PreparedBlock &block, TripletChunk &chunk) const;
  void radial_factors(const PreparedBlock &block, int center, TripletChunk &chunk) const;
  void angular_factors(TripletChunk &chunk) const;
  void contract_factors(const PreparedBlock &block, TripletChunk &chunk,
                        const double *weights) const;
  Coefficients coefficients(const PreparedBlock &block, const TripletChunk &chunk, std::size_t t,
                            double sum, double sum_cosine, double sum_a, double sum_b,
                            double sum_c) const;

  bool with_jk_;
  int species_j_, species_k_;
  int cutoff_index_;
  CutoffFunction cutoff_;
  std::vector<RadialFactor> radial_;
  std::vector<AngularFactor> angular_;
  std::vector<Function> functions_;    // sorted by radial factor
};

}    // namespace nnmb
