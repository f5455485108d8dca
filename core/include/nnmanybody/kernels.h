#pragma once
// The loops that take the time, compiled once for each instruction set and chosen when the program runs.
// Plain pointers only: nothing of the standard library may be instantiated here, because a function compiled for
// AVX-512 would then be linked for everybody.

#include "nnmanybody/activation_kind.h"
#include "nnmanybody/cutoff.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace nnmb::kernels {

/// Doubles of the widest vector. Arrays are readable this far behind their end, so that loops run over whole vectors.
constexpr int width = 8;

constexpr int round_up(int n)
{
  return (n + width - 1) & ~(width - 1);
}

/// The neighbors of a block of centers, sorted by center and species, with one cutoff function.
struct Neighbors {
  const double *x, *y, *z;        // displacement, Å
  const double *xyz;              // the same, (x, y, z, 0) behind one another
  const double *r, *r_squared;    // Å, Å²
  const double *r_inverse;        // 1/Å
  const double *f;                // f_c(r)
  const double *slope;            // f_c'(r) / r, 1/Å²
  double *gx, *gy, *gz;           // where sum_s w_s dG_s/d(displacement) is added, 1/Å
  double *gradient;               // the same, as xyz; the sum of both counts
};

struct IndexRange {
  int begin, end;
};

struct RadialTerm {
  enum class Kind { cutoff, gaussian, cosine, chebyshev } kind;
  double eta, r_shift, kappa;
  int order = 0;    // of the polynomial of kappa r - 1
};

/// exp(-eta [(a - r_shift)^2 + …]). When eta is a small multiple of that of another factor, and nothing is shifted, the
/// factor is a power of the other one.
struct RadialFactor {
  double eta, r_shift;
  int base;     // the other factor
  int power;    // 2 … largest_power; 0: an exponential of its own
};
constexpr int largest_power = 8;

/// 2^(1-zeta) (1 + lambda cos)^zeta, or a compact function of the angle.
struct AngularFactor {
  double zeta;
  int lambda;
  int exponent;            // zeta - 1 when zeta is a whole number, else -1
  CutoffFunction angle;    // compact functions: A(theta), in radians
};

/// Up to four functions that share a radial factor.
struct FunctionBlock {
  int radial;
  int n;
  int angular[4];
};

/// The angular functions of one pair of species and one cutoff function.
struct AngularPlan {
  bool narrow;    // triplets count with f_c(r_jk) and exp(-eta (r_jk - r_shift)^2), too
  bool same_species;
  bool shifted;    // some r_shift is not 0
  CutoffFunction cutoff;
  int n_radial, n_angular, n_blocks;
  const RadialFactor *radial;
  const AngularFactor *angular;
  const FunctionBlock *blocks;    // sorted by radial factor
};

/// A displacement of every neighbor, in the order of `Neighbors`.
struct Direction {
  const double *x, *y, *z;
};

/// The radial factors of the neighbors of one species whose multipole moments are wanted.
struct MultipolePlan {
  int n_channels;
  const RadialFactor *channels;
};

/// Kernels over neighbors for wide angular functions, see multipole_kernel.h. With n_moments = (degree + 1)^2:
struct MultipoleKernels {
  /// moments[channel * n_moments + l^2 + l + m] = M_lm, squares[channel] = sum of g^2.
  void (*moments)(const MultipolePlan &plan, const Neighbors &neighbors, IndexRange range,
                  double *moments, double *squares);
  /// Adds the gradient of sum of adjoints × moments and of square_adjoints × squares to gx, gy, gz of the neighbors.
  void (*contract)(const MultipolePlan &plan, const Neighbors &neighbors, IndexRange range,
                   const double *adjoints, const double *square_adjoints);
  /// One channel: gradient of sum_m adjoint_lm M_lm for every l, then that of the squares, by the displacement of
  /// neighbor range.begin + n, at slopes[(l * 3 + xyz) * stride + n].
  void (*slopes)(const RadialFactor &channel, const Neighbors &neighbors, IndexRange range,
                 const double *adjoint, double *slopes, int stride);
  /// The derivatives of moments and squares along a direction.
  void (*directional)(const MultipolePlan &plan, const Neighbors &neighbors, IndexRange range,
                      const Direction &direction, double *moments, double *squares);
};

/// The degrees l that there are kernels for; the last one is the largest zeta of a sum over neighbors.
constexpr int multipole_degrees[] = {2, 4, 8};
constexpr int n_multipole_degrees = 3;

/// Triplets (center, j, k) and everything about them that both passes need, structure of arrays.
struct TripletChunk {
  static constexpr int capacity = 128;
  static constexpr int stride = capacity + width;
  struct Row {
    int j, k, begin,
        end;    // triplets begin … end - 1 have this j; k is the first neighbor where rows are contiguous
  };
  int size;
  int n_rows;
  Row rows[capacity];
  int k[stride];
  double *arrays;    // n_arrays × stride

  enum Array {
    f_j,
    f_k,
    slope_j,
    slope_k,
    inverse_j,
    inverse_k,
    cosine,
    f_jk,
    slope_jk,
    inverse_jk,
    first_factor
  };
  double *array(int i) const { return arrays + static_cast<std::ptrdiff_t>(i) * stride; }
};

/// Number of arrays a chunk of this plan has: radial factors, then angular factors, then their derivatives.
inline int n_arrays(const AngularPlan &plan)
{
  return TripletChunk::first_factor + plan.n_radial + 2 * plan.n_angular;
}

/// Gives out chunks that stay where they are until the block is done.
class TripletPool;
TripletChunk &next_chunk(TripletPool &pool);
/// Memory for n doubles until the next call.
double *workspace(TripletPool &pool, std::ptrdiff_t n);

/// Two atoms closer than this (Å) sit on top of one another: symmetry functions have no derivative there.
constexpr double shortest_distance = 1e-6;
/// Throws std::invalid_argument saying so.
[[noreturn]] void refuse_distance(double r);

/// Outputs of a Jacobian: dG_s/d(displacement) of neighbor n at rows[((n - origin) * 3 + xyz) * stride + s].
struct JacobianRows {
  double *rows;
  int origin, stride;
};

/// Weights and biases of a layer, the rows filled up with zeros to whole vectors.
struct DenseLayer {
  int n_out, n_in;
  int stride;               // round_up(n_out) + width
  const double *weights;    // of output o and input i at [i * stride + o]
  const double *biases;     // stride
};

/// The kernels of one instruction set; each has its formula above it and a plain scalar twin in tests/core.
struct Kernels {
  const char *name;

  /// Replaces u by f(u) and writes f'(u), for the activations that have a vector form; else returns false.
  bool (*activate)(Activation activation, std::int64_t n, double *values, double *derivatives);

  /// out(o, c) = biases(o) + sum_i weights(o, i) in(i, c); columns lie in_stride and out_stride apart.
  void (*dense)(const DenseLayer &layer, int n_columns, const double *in, int in_stride,
                double *out, int out_stride);

  /// values[i] += sum_l c[l] exp(-z[l] phi[i]); slopes[i] = its derivative by phi[i].
  void (*exponential_layers)(const double *z, const double *c, int n_layers, int n,
                             const double *phi, double *values, double *slopes);

  /// Replaces x by e^x; x <= 700.
  void (*exponentials)(std::int64_t n, double *x);

  /// r and 1/r of n distances given squared; arrays of round_up(n).
  void (*roots)(int n, const double *r_squared, double *r, double *r_inverse);

  /// f_c(r) and f_c'(r)/r of n distances given squared; arrays of round_up(n).
  void (*cutoff)(const CutoffFunction &function, int n, const double *r_squared, double *f,
                 double *slope);

  /// sums[s] += sum over the neighbors of the range. Leaves the exponential of a Gaussian of neighbor i at
  /// kept[s * stride + i], for radial_contract.
  void (*radial_values)(const RadialTerm *terms, int n_terms, const Neighbors &neighbors,
                        IndexRange range, double *sums, double *kept, std::ptrdiff_t stride);
  /// Adds to gx, gy, gz of the neighbors.
  void (*radial_contract)(const RadialTerm *terms, int n_terms, const Neighbors &neighbors,
                          IndexRange range, const double *weights, const double *kept,
                          std::ptrdiff_t stride);
  /// slopes[s * stride + n] = G_s'(r) / r of neighbor range.begin + n.
  void (*radial_slopes)(const RadialTerm *terms, int n_terms, const Neighbors &neighbors,
                        IndexRange range, double *slopes, int stride);

  /// Fills chunks and adds sum over their triplets to sums[4 b + i] of function i of block b.
  void (*angular_values)(const AngularPlan &plan, const Neighbors &neighbors, IndexRange j,
                         IndexRange k, TripletPool &pool, double *sums);
  /// weights as sums above; adds to gx, gy, gz or gradient of the neighbors.
  void (*angular_contract)(const AngularPlan &plan, const Neighbors &neighbors,
                           const TripletChunk &chunk, const double *weights);
  void (*angular_jacobian)(const AngularPlan &plan, const Neighbors &neighbors,
                           const TripletChunk &chunk, const JacobianRows &jacobian);
  /// Adds sum over the neighbors of dG_s/d(displacement) times the direction; sums as above.
  void (*angular_directional)(const AngularPlan &plan, const Neighbors &neighbors,
                              const TripletChunk &chunk, const Direction &direction, double *sums);

  MultipoleKernels multipole[n_multipole_degrees];    // of multipole_degrees
};

/// The fastest kernels that this processor runs, or those that the environment variable NNMB_SIMD names.
/// Throws std::invalid_argument when it names none of them.
const Kernels &best();
/// All that this processor runs, from the plainest to the fastest.
std::vector<const Kernels *> available();

}    // namespace nnmb::kernels
