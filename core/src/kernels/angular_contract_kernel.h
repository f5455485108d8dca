// Angular symmetry functions of one center, second pass: their derivatives by the displacements of j and k.
//
// With x_j, x_k the displacements, a, b, c the three distances and D = f_c'/r, a triplet's energy
// e = f_c(a) f_c(b) f_c(c) sum_s w_s E_s A_s has de/dx_j = p_j x_j + q x_k and de/dx_k = p_k x_k + q x_j, because
// dcos/dx_j = x_k/(ab) - x_j cos/a^2, da/dx_j = x_j/a and dc/dx_j = (x_j - x_k)/c. In terms of the sums
//   S = sum w E A,  C = sum w E dA/dcos,  T = sum -2 eta w E A,  R = sum 2 eta r_shift w E A:
//   e_c = f_a f_b D_c S + f (T + R/c)          (de/dc)/c, narrow functions only
//   p_j = D_a f_b f_c S + f (T + R/a) - f C cos/a^2 + e_c,   p_k likewise with b,   q = f C/(ab) - e_c

namespace {

/// The sums over functions of every triplet of a chunk.
struct TripletSums {
  alignas(64) double s[TripletChunk::stride], c[TripletChunk::stride], t[TripletChunk::stride],
      r[TripletChunk::stride];
};

/// What a radial factor's functions add to the sums of a triplet. `partial`: some of them are in value and slope
/// already. `last`: these are the last ones, so that it all goes to the sums, which `first_radial` begins.
template <int n, bool partial, bool last, bool first_radial, bool shifted>
inline void weigh(const AngularPlan &plan, const TripletChunk &chunk, const FunctionBlock &block,
                  const double *w, double *__restrict value, double *__restrict slope,
                  TripletSums &sums)
{
  const int n_values = TripletChunk::first_factor + plan.n_radial;
  const int n_slopes = n_values + plan.n_angular;
  const double *a0 = chunk.array(n_values + block.angular[0]),
               *a1 = chunk.array(n_values + block.angular[1]);
  const double *a2 = chunk.array(n_values + block.angular[2]),
               *a3 = chunk.array(n_values + block.angular[3]);
  const double *d0 = chunk.array(n_slopes + block.angular[0]),
               *d1 = chunk.array(n_slopes + block.angular[1]);
  const double *d2 = chunk.array(n_slopes + block.angular[2]),
               *d3 = chunk.array(n_slopes + block.angular[3]);
  const double *e = chunk.array(TripletChunk::first_factor + block.radial);
  const double w0 = w[0], w1 = w[1], w2 = w[2], w3 = w[3];
  const RadialFactor &factor = plan.radial[block.radial];
  const double by_t = -2.0 * factor.eta, by_r = -by_t * factor.r_shift;
  const int padded = round_up(chunk.size);
#pragma omp simd
  for (int t = 0; t < padded; ++t) {
    double v = w0 * a0[t], d = w0 * d0[t];
    if (n > 1) v += w1 * a1[t], d += w1 * d1[t];
    if (n > 2) v += w2 * a2[t], d += w2 * d2[t];
    if (n > 3) v += w3 * a3[t], d += w3 * d3[t];
    if (partial) v += value[t], d += slope[t];
    if (last) {
      v *= e[t], d *= e[t];
      sums.s[t] = first_radial ? v : sums.s[t] + v;
      sums.c[t] = first_radial ? d : sums.c[t] + d;
      sums.t[t] = first_radial ? by_t * v : sums.t[t] + by_t * v;
      if (shifted) sums.r[t] = first_radial ? by_r * v : sums.r[t] + by_r * v;
    } else {
      value[t] = v;
      slope[t] = d;
    }
  }
}

template <bool partial, bool last, bool first_radial, bool shifted>
inline void weigh_block(const AngularPlan &plan, const TripletChunk &chunk, int b,
                        const double *weights, double *value, double *slope, TripletSums &sums)
{
  const FunctionBlock &block = plan.blocks[b];
  const double *w = weights + 4 * b;
  if constexpr (last) switch (block.n) {
      case 1:
        return weigh<1, partial, last, first_radial, shifted>(plan, chunk, block, w, value, slope,
                                                              sums);
      case 2:
        return weigh<2, partial, last, first_radial, shifted>(plan, chunk, block, w, value, slope,
                                                              sums);
      case 3:
        return weigh<3, partial, last, first_radial, shifted>(plan, chunk, block, w, value, slope,
                                                              sums);
      default:
        break;
    }
  weigh<4, partial, last, first_radial, shifted>(plan, chunk, block, w, value, slope, sums);
}

template <bool shifted>
inline void sum_over_functions(const AngularPlan &plan, const TripletChunk &chunk,
                               const double *weights, TripletSums &sums)
{
  alignas(64) double value[TripletChunk::stride], slope[TripletChunk::stride];
  bool partial = false, first_radial = true;
  for (int b = 0; b < plan.n_blocks; ++b) {
    const bool last = b + 1 == plan.n_blocks || plan.blocks[b + 1].radial != plan.blocks[b].radial;
    if (!last)
      partial
          ? weigh_block<true, false, false, shifted>(plan, chunk, b, weights, value, slope, sums)
          : weigh_block<false, false, false, shifted>(plan, chunk, b, weights, value, slope, sums);
    else if (first_radial)
      partial
          ? weigh_block<true, true, true, shifted>(plan, chunk, b, weights, value, slope, sums)
          : weigh_block<false, true, true, shifted>(plan, chunk, b, weights, value, slope, sums);
    else
      partial
          ? weigh_block<true, true, false, shifted>(plan, chunk, b, weights, value, slope, sums)
          : weigh_block<false, true, false, shifted>(plan, chunk, b, weights, value, slope, sums);
    partial = !last;
    first_radial = first_radial && !last;
  }
}

/// p_j, p_k and q of every triplet.
struct Coefficients {
  alignas(64) double p_j[TripletChunk::stride], p_k[TripletChunk::stride], q[TripletChunk::stride];
};

template <bool narrow, bool shifted>
inline void coefficients(const TripletChunk &chunk, const TripletSums &sums, Coefficients &out)
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
  const int padded = round_up(chunk.size);
#pragma omp simd
  for (int t = 0; t < padded; ++t) {
    const double fc = narrow ? f_jk[t] : 1.0;
    const double fab = f_j[t] * f_k[t], f = fab * fc;
    const double f_t = f * sums.t[t], f_r = shifted ? f * sums.r[t] : 0.0;
    const double e_c =
        narrow ? fab * slope_jk[t] * sums.s[t] + f_t + (shifted ? f_r * inverse_jk[t] : 0.0) : 0.0;
    const double both = f_t + e_c, f_c = f * sums.c[t], fc_s = fc * sums.s[t], ij = inverse_j[t],
                 ik = inverse_k[t];
    const double turn = f_c * cosine[t];
    out.p_j[t] = slope_j[t] * f_k[t] * fc_s + both + (shifted ? f_r * ij : 0.0) - turn * ij * ij;
    out.p_k[t] = slope_k[t] * f_j[t] * fc_s + both + (shifted ? f_r * ik : 0.0) - turn * ik * ik;
    out.q[t] = f_c * ij * ik - e_c;
  }
}

typedef double Double4 __attribute__((vector_size(32), aligned(8)));

/// Rows of neighbors anywhere: x, y and z of one neighbor at a time.
inline void scatter_narrow(const Neighbors &n, const TripletChunk &chunk, const Coefficients &at)
{
  for (int i = 0; i < chunk.n_rows; ++i) {
    const TripletChunk::Row &row = chunk.rows[i];
    const Double4 x_j = *reinterpret_cast<const Double4 *>(n.xyz + 4 * row.j);
    Double4 g_j = {0.0, 0.0, 0.0, 0.0};
    double p_j = 0.0;
    for (int t = row.begin; t < row.end; ++t) {
      const int k = chunk.k[t];
      const Double4 x_k = *reinterpret_cast<const Double4 *>(n.xyz + 4 * k);
      Double4 *g_k = reinterpret_cast<Double4 *>(n.gradient + 4 * k);
      p_j += at.p_j[t];
      g_j += at.q[t] * x_k;
      *g_k += at.p_k[t] * x_k + at.q[t] * x_j;
    }
    *reinterpret_cast<Double4 *>(n.gradient + 4 * row.j) += g_j + p_j * x_j;
  }
}

/// Rows of neighbors behind one another: whole vectors of neighbors.
inline void scatter_wide(const Neighbors &n, const TripletChunk &chunk, const Coefficients &at)
{
  for (int i = 0; i < chunk.n_rows; ++i) {
    const TripletChunk::Row &row = chunk.rows[i];
    const int size = row.end - row.begin;
    const double *p_j = at.p_j + row.begin, *p_k = at.p_k + row.begin, *q = at.q + row.begin;
    const double *x = n.x + row.k, *y = n.y + row.k, *z = n.z + row.k;
    double *gx = n.gx + row.k, *gy = n.gy + row.k, *gz = n.gz + row.k;
    const double xj = n.x[row.j], yj = n.y[row.j], zj = n.z[row.j];
    double p = 0.0, sx = 0.0, sy = 0.0, sz = 0.0;
#pragma omp simd reduction(+ : p, sx, sy, sz)
    for (int t = 0; t < size; ++t) {
      p += p_j[t];
      sx += q[t] * x[t];
      sy += q[t] * y[t];
      sz += q[t] * z[t];
      gx[t] += p_k[t] * x[t] + q[t] * xj;
      gy[t] += p_k[t] * y[t] + q[t] * yj;
      gz[t] += p_k[t] * z[t] + q[t] * zj;
    }
    n.gx[row.j] += sx + p * xj;
    n.gy[row.j] += sy + p * yj;
    n.gz[row.j] += sz + p * zj;
  }
}

template <bool narrow, bool shifted>
inline void contract(const AngularPlan &plan, const Neighbors &n, const TripletChunk &chunk,
                     const double *weights)
{
  TripletSums sums;
  Coefficients at;
  sum_over_functions<shifted>(plan, chunk, weights, sums);
  coefficients<narrow, shifted>(chunk, sums, at);
  if (narrow)
    scatter_narrow(n, chunk, at);
  else
    scatter_wide(n, chunk, at);
}

void angular_contract(const AngularPlan &plan, const Neighbors &n, const TripletChunk &chunk,
                      const double *weights)
{
  if (plan.narrow)
    plan.shifted ? contract<true, true>(plan, n, chunk, weights)
                 : contract<true, false>(plan, n, chunk, weights);
  else
    plan.shifted ? contract<false, true>(plan, n, chunk, weights)
                 : contract<false, false>(plan, n, chunk, weights);
}

}    // namespace
