// Angular symmetry functions of one center: all derivatives, for training. Formulas as in angular_contract_kernel.h,
// one function at a time instead of their weighted sum; loops run over functions, which lie side by side in the result.

namespace {

constexpr int functions_at_once = 64;

/// E A and E dA/dcos of functions [begin, end) of the plan's blocks for one triplet.
inline void function_values(const AngularPlan &plan, const TripletChunk &chunk, int t, int begin,
                            int end, double *__restrict value, double *__restrict slope)
{
  const double *e = chunk.arrays + TripletChunk::first_factor * TripletChunk::stride + t;
  const double *a = e + plan.n_radial * TripletChunk::stride,
               *d = a + plan.n_angular * TripletChunk::stride;
  for (int b = begin / 4; b < end / 4; ++b) {
    const FunctionBlock &block = plan.blocks[b];
    const double radial = e[block.radial * TripletChunk::stride];
    for (int i = 0; i < 4; ++i) {
      value[4 * b - begin + i] = radial * a[block.angular[i] * TripletChunk::stride];
      slope[4 * b - begin + i] = radial * d[block.angular[i] * TripletChunk::stride];
    }
  }
}

/// Adds p_j x_j + q x_k to the row of j, p_k x_k + q x_j to the row of k, for functions [begin, end).
inline void add_triplet(const AngularPlan &plan, const Neighbors &n, const TripletChunk &chunk,
                        int t, int j, int k, const double *by_t, const double *by_r, int begin,
                        int end, const JacobianRows &out)
{
  alignas(64) double value[functions_at_once], slope[functions_at_once];
  function_values(plan, chunk, t, begin, end, value, slope);
  const double f_j = chunk.array(TripletChunk::f_j)[t], f_k = chunk.array(TripletChunk::f_k)[t];
  const double ij = chunk.array(TripletChunk::inverse_j)[t],
               ik = chunk.array(TripletChunk::inverse_k)[t];
  const double cosine = chunk.array(TripletChunk::cosine)[t];
  const double fc = plan.narrow ? chunk.array(TripletChunk::f_jk)[t] : 1.0;
  const double slope_jk = plan.narrow ? chunk.array(TripletChunk::slope_jk)[t] : 0.0;
  const double ic = plan.narrow && plan.shifted ? chunk.array(TripletChunk::inverse_jk)[t] : 0.0;
  const double fab = f_j * f_k, f = fab * fc, f_t = plan.narrow ? f : 0.0;
  const double s_c = fab * slope_jk, s_j = n.slope[j] * f_k * fc, s_k = n.slope[k] * f_j * fc;
  const double turn_j = f * cosine * ij * ij, turn_k = f * cosine * ik * ik, mixed = f * ij * ik;
  const double x_j[3] = {n.x[j], n.y[j], n.z[j]}, x_k[3] = {n.x[k], n.y[k], n.z[k]};
  double *__restrict row_j =
      out.rows + static_cast<std::ptrdiff_t>(j - out.origin) * 3 * out.stride + begin;
  double *__restrict row_k =
      out.rows + static_cast<std::ptrdiff_t>(k - out.origin) * 3 * out.stride + begin;
  const int size = end - begin, stride = out.stride;
#pragma omp simd
  for (int s = 0; s < size; ++s) {
    const double v = value[s], t_s = by_t[s], r_s = by_r[s];
    const double e_c = v * (s_c + t_s * f_t + r_s * f * ic);
    const double p_j = v * (s_j + f * (t_s + r_s * ij)) - slope[s] * turn_j + e_c;
    const double p_k = v * (s_k + f * (t_s + r_s * ik)) - slope[s] * turn_k + e_c;
    const double q = slope[s] * mixed - e_c;
    row_j[s] += p_j * x_j[0] + q * x_k[0];
    row_j[stride + s] += p_j * x_j[1] + q * x_k[1];
    row_j[2 * stride + s] += p_j * x_j[2] + q * x_k[2];
    row_k[s] += p_k * x_k[0] + q * x_j[0];
    row_k[stride + s] += p_k * x_k[1] + q * x_j[1];
    row_k[2 * stride + s] += p_k * x_k[2] + q * x_j[2];
  }
}

void angular_jacobian(const AngularPlan &plan, const Neighbors &n, const TripletChunk &chunk,
                      const JacobianRows &out)
{
  const int n_slots = 4 * plan.n_blocks;
  for (int begin = 0; begin < n_slots; begin += functions_at_once) {
    const int end = begin + functions_at_once < n_slots ? begin + functions_at_once : n_slots;
    alignas(64) double by_t[functions_at_once], by_r[functions_at_once];
    for (int s = begin; s < end; ++s) {
      const RadialFactor &factor = plan.radial[plan.blocks[s / 4].radial];
      by_t[s - begin] = -2.0 * factor.eta;
      by_r[s - begin] = 2.0 * factor.eta * factor.r_shift;
    }
    for (int i = 0; i < chunk.n_rows; ++i) {
      const TripletChunk::Row &row = chunk.rows[i];
      for (int t = row.begin; t < row.end; ++t) {
        if (chunk.array(TripletChunk::f_k)[t] == 0.0) continue;    // fills up a vector
        const int k = plan.narrow ? chunk.k[t] : row.k + t - row.begin;
        add_triplet(plan, n, chunk, t, row.j, k, by_t, by_r, begin, end, out);
      }
    }
  }
}

}    // namespace
