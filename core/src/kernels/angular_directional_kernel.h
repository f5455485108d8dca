// Angular symmetry functions of one center: their derivatives along given displacements v of the neighbors.
//
// With the coefficients of angular_jacobian_kernel.h, a triplet adds p_j (x_j v_j) + p_k (x_k v_k) + q (x_k v_j + x_j v_k)
// to the derivative of function s. Sorted by what depends on s, E A = value, E dA/dcos = slope, t = -2 eta and
// r = 2 eta r_shift, that is value (at_value + t by_t + r by_r) + slope at_slope: sums over triplets as in the first pass.

namespace {

/// What multiplies the functions of every triplet of a chunk.
struct DirectionFactors {
  alignas(64) double at_value[TripletChunk::stride], by_t[TripletChunk::stride],
      by_r[TripletChunk::stride], at_slope[TripletChunk::stride];
};

/// x_j v_j, x_k v_k and x_k v_j + x_j v_k of every triplet.
struct DirectionProducts {
  alignas(64) double j[TripletChunk::stride], k[TripletChunk::stride], mixed[TripletChunk::stride];
};

inline void direction_products(const AngularPlan &plan, const Neighbors &n,
                               const TripletChunk &chunk, const Direction &v,
                               DirectionProducts &out)
{
  for (int t = 0; t < round_up(chunk.size); ++t) out.j[t] = out.k[t] = out.mixed[t] = 0.0;
  const double *f_k = chunk.array(TripletChunk::f_k);
  for (int i = 0; i < chunk.n_rows; ++i) {
    const TripletChunk::Row &row = chunk.rows[i];
    const int j = row.j;
    const double own = n.x[j] * v.x[j] + n.y[j] * v.y[j] + n.z[j] * v.z[j];
    for (int t = row.begin; t < row.end; ++t) {
      if (f_k[t] == 0.0) continue;    // fills up a vector
      const int k = plan.narrow ? chunk.k[t] : row.k + t - row.begin;
      out.j[t] = own;
      out.k[t] = n.x[k] * v.x[k] + n.y[k] * v.y[k] + n.z[k] * v.z[k];
      out.mixed[t] = n.x[k] * v.x[j] + n.y[k] * v.y[j] + n.z[k] * v.z[j] + n.x[j] * v.x[k] +
                     n.y[j] * v.y[k] + n.z[j] * v.z[k];
    }
  }
}

inline void direction_factors(const AngularPlan &plan, const TripletChunk &chunk,
                              const DirectionProducts &along, DirectionFactors &out)
{
  const double *slope_j = chunk.array(TripletChunk::slope_j),
               *slope_k = chunk.array(TripletChunk::slope_k);
  const double *f_j = chunk.array(TripletChunk::f_j), *f_k = chunk.array(TripletChunk::f_k);
  const double *inverse_j = chunk.array(TripletChunk::inverse_j),
               *inverse_k = chunk.array(TripletChunk::inverse_k);
  const double *cosine = chunk.array(TripletChunk::cosine);
  const double *f_jk = chunk.array(TripletChunk::f_jk),
               *slope_jk = chunk.array(TripletChunk::slope_jk);
  const double *inverse_jk = chunk.array(TripletChunk::inverse_jk);
  const bool narrow = plan.narrow, shifted = plan.shifted;
  for (int t = 0; t < chunk.size; ++t) {
    const double a = along.j[t], b = along.k[t], both = a + b,
                 c = narrow ? both - along.mixed[t] : 0.0;
    const double fab = f_j[t] * f_k[t], fc = narrow ? f_jk[t] : 1.0, f = fab * fc;
    const double ij = inverse_j[t], ik = inverse_k[t];
    out.at_value[t] = (slope_j[t] * f_k[t] * a + slope_k[t] * f_j[t] * b) * fc +
                      (narrow ? fab * slope_jk[t] * c : 0.0);
    out.by_t[t] = f * (both + c);
    out.by_r[t] = shifted ? f * (ij * a + ik * b + (narrow ? inverse_jk[t] * c : 0.0)) : 0.0;
    out.at_slope[t] = f * (ij * ik * along.mixed[t] - cosine[t] * (ij * ij * a + ik * ik * b));
  }
}

void angular_directional(const AngularPlan &plan, const Neighbors &n, const TripletChunk &chunk,
                         const Direction &direction, double *sums)
{
  DirectionProducts along;
  DirectionFactors at;
  direction_products(plan, n, chunk, direction, along);
  direction_factors(plan, chunk, along, at);
  const int n_values = TripletChunk::first_factor + plan.n_radial;
  const int n_slopes = n_values + plan.n_angular, size = chunk.size;
  alignas(64) double on_value[TripletChunk::stride], on_slope[TripletChunk::stride];
  for (int b = 0; b < plan.n_blocks; ++b) {
    const FunctionBlock &block = plan.blocks[b];
    if (b == 0 || plan.blocks[b - 1].radial != block.radial) {
      const double *e = chunk.array(TripletChunk::first_factor + block.radial);
      const RadialFactor &factor = plan.radial[block.radial];
      const double t_s = -2.0 * factor.eta, r_s = -t_s * factor.r_shift;
#pragma omp simd
      for (int t = 0; t < size; ++t) {
        on_value[t] = e[t] * (at.at_value[t] + t_s * at.by_t[t] + r_s * at.by_r[t]);
        on_slope[t] = e[t] * at.at_slope[t];
      }
    }
    for (int i = 0; i < block.n; ++i) {
      const double *a = chunk.array(n_values + block.angular[i]),
                   *d = chunk.array(n_slopes + block.angular[i]);
      double sum = 0.0;
#pragma omp simd reduction(+ : sum)
      for (int t = 0; t < size; ++t) sum += a[t] * on_value[t] + d[t] * on_slope[t];
      sums[4 * b + i] += sum;
    }
  }
}

}    // namespace
