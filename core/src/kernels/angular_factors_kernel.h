// Radial and angular factors of the triplets of a chunk, and the sums of their products: E_m and A_n of
// angular_values_kernel.h, which picks the triplets out.

namespace {

template <int exponent> inline double power(double h)
{
  if constexpr (exponent == 0) return 1.0;
  if constexpr (exponent == 1) return h;
  const double root = power<exponent / 2>(h);
  if constexpr (exponent % 2 == 0) return root * root;
  return root * root * h;
}

template <int exponent>
void powers(int padded, const double *__restrict base, double *__restrict out)
{
#pragma omp simd
  for (int t = 0; t < padded; ++t) out[t] = power<exponent>(base[t]);
}

/// exp(-eta (a^2 + b^2 + c^2)) for every eta: exponentials first, then the powers of them.
inline void centered_factors(const AngularPlan &plan, TripletChunk &chunk,
                             const double *__restrict sum)
{
  const int padded = round_up(chunk.size);
  for (int m = 0; m < plan.n_radial; ++m) {
    if (plan.radial[m].power != 0) continue;
    double *__restrict e = chunk.array(TripletChunk::first_factor + m);
    const double eta = plan.radial[m].eta;
#pragma omp simd
    for (int t = 0; t < padded; ++t) e[t] = exponential(-eta * sum[t]);
  }
  static_assert(largest_power == 8, "one case for each power");
  for (int m = 0; m < plan.n_radial; ++m) {
    const double *base = chunk.array(TripletChunk::first_factor + plan.radial[m].base);
    double *e = chunk.array(TripletChunk::first_factor + m);
    switch (plan.radial[m].power) {
      case 2:
        powers<2>(padded, base, e);
        break;
      case 3:
        powers<3>(padded, base, e);
        break;
      case 4:
        powers<4>(padded, base, e);
        break;
      case 5:
        powers<5>(padded, base, e);
        break;
      case 6:
        powers<6>(padded, base, e);
        break;
      case 7:
        powers<7>(padded, base, e);
        break;
      case 8:
        powers<8>(padded, base, e);
        break;
      default:
        break;    // an exponential of its own
    }
  }
}

/// (1 + lambda cos)/2, which rounding can push below zero for collinear triplets.
inline double half_base(int lambda, double cosine)
{
  return larger(0.5 + 0.5 * lambda * cosine, 0.0);
}

/// A = 2 h^zeta and dA/dcos = lambda zeta h^(zeta-1).
template <int exponent>
void power_factor(const AngularFactor &factor, int padded, const double *__restrict cosine,
                  double *__restrict value, double *__restrict slope)
{
#pragma omp simd
  for (int t = 0; t < padded; ++t) {
    const double h = half_base(factor.lambda, cosine[t]);
    const double lower = power<exponent>(h);
    value[t] = 2.0 * lower * h;
    slope[t] = factor.lambda * factor.zeta * lower;
  }
}

/// The same for any zeta: repeated squaring when it is whole, pow() when it is not.
inline void any_power_factor(const AngularFactor &factor, int padded,
                             const double *__restrict cosine, double *__restrict value,
                             double *__restrict slope)
{
  alignas(64) double square[TripletChunk::stride], lower[TripletChunk::stride];
  for (int t = 0; t < padded; ++t) square[t] = half_base(factor.lambda, cosine[t]);
  if (factor.exponent < 0)
    for (int t = 0; t < padded; ++t) lower[t] = __builtin_pow(square[t], factor.zeta - 1.0);
  else
    for (int t = 0; t < padded; ++t) lower[t] = 1.0;
  for (int e = factor.exponent; e > 0; e >>= 1) {
    if (e & 1)
      for (int t = 0; t < padded; ++t) lower[t] *= square[t];
    for (int t = 0; t < padded; ++t) square[t] *= square[t];
  }
  for (int t = 0; t < padded; ++t) {
    value[t] = 2.0 * lower[t] * half_base(factor.lambda, cosine[t]);
    slope[t] = factor.lambda * factor.zeta * lower[t];
  }
}

/// A compact function of the angle as a function of its cosine. At 0 and 180 degrees the derivative by the cosine has
/// no meaning; the functions are zero there unless they are centered there, where their slope vanishes.
inline void compact_factor(const AngularFactor &factor, int padded, const double *cosine,
                           double *value, double *slope)
{
  constexpr double pi = 3.14159265358979323846;
  for (int t = 0; t < padded; ++t) {
    const double c = cosine[t];
    const bool inside = c > -1.0 && c < 1.0;
    const CutoffValue a = factor.angle(inside ? __builtin_acos(c) : c > 0.0 ? 0.0 : pi);
    value[t] = a.value;
    slope[t] = inside ? -a.derivative / __builtin_sqrt(1.0 - c * c) : 0.0;
  }
}

inline void angular_factors(const AngularPlan &plan, TripletChunk &chunk)
{
  const int padded = round_up(chunk.size);
  const double *cosine = chunk.array(TripletChunk::cosine);
  for (int i = 0; i < plan.n_angular; ++i) {
    const AngularFactor &factor = plan.angular[i];
    double *value = chunk.array(TripletChunk::first_factor + plan.n_radial + i);
    double *slope = chunk.array(TripletChunk::first_factor + plan.n_radial + plan.n_angular + i);
    if (factor.angle.compact)
      compact_factor(factor, padded, cosine, value, slope);
    else
      switch (factor.exponent) {
        case 0:
          power_factor<0>(factor, padded, cosine, value, slope);
          break;
        case 1:
          power_factor<1>(factor, padded, cosine, value, slope);
          break;
        case 3:
          power_factor<3>(factor, padded, cosine, value, slope);
          break;
        case 5:
          power_factor<5>(factor, padded, cosine, value, slope);
          break;
        case 7:
          power_factor<7>(factor, padded, cosine, value, slope);
          break;
        case 15:
          power_factor<15>(factor, padded, cosine, value, slope);
          break;
        default:
          any_power_factor(factor, padded, cosine, value, slope);
      }
  }
}

/// sums[i] += sum over triplets of product × the angular factor of function i; the functions share the loads of product.
/// `first`: product is f × e, to be kept for the next blocks of the same radial factor.
template <int n, bool first>
inline void add_block_sums(const AngularPlan &plan, const TripletChunk &chunk,
                           const FunctionBlock &block, const double *f, double *__restrict product,
                           double *sums)
{
  const int n_values = TripletChunk::first_factor + plan.n_radial, padded = round_up(chunk.size);
  const double *e = chunk.array(TripletChunk::first_factor + block.radial);
  const double *a0 = chunk.array(n_values + block.angular[0]),
               *a1 = chunk.array(n_values + block.angular[1]);
  const double *a2 = chunk.array(n_values + block.angular[2]),
               *a3 = chunk.array(n_values + block.angular[3]);
  double s0 = 0.0, s1 = 0.0, s2 = 0.0, s3 = 0.0;
#pragma omp simd reduction(+ : s0, s1, s2, s3)
  for (int t = 0; t < padded; ++t) {
    const double p = first ? f[t] * e[t] : product[t];
    if (first && n == 4) product[t] = p;
    s0 += p * a0[t];
    if (n > 1) s1 += p * a1[t];
    if (n > 2) s2 += p * a2[t];
    if (n > 3) s3 += p * a3[t];
  }
  sums[0] += s0;
  if (n > 1) sums[1] += s1;
  if (n > 2) sums[2] += s2;
  if (n > 3) sums[3] += s3;
}

template <bool first>
inline void add_some_sums(const AngularPlan &plan, const TripletChunk &chunk,
                          const FunctionBlock &block, const double *f, double *product,
                          double *sums)
{
  switch (block.n) {
    case 1:
      return add_block_sums<1, first>(plan, chunk, block, f, product, sums);
    case 2:
      return add_block_sums<2, first>(plan, chunk, block, f, product, sums);
    case 3:
      return add_block_sums<3, first>(plan, chunk, block, f, product, sums);
    default:
      return add_block_sums<4, first>(plan, chunk, block, f, product, sums);
  }
}

inline void add_sums(const AngularPlan &plan, const TripletChunk &chunk, double *sums)
{
  alignas(64) double f[TripletChunk::stride], product[TripletChunk::stride];
  const double *f_j = chunk.array(TripletChunk::f_j), *f_k = chunk.array(TripletChunk::f_k);
  const double *f_jk = chunk.array(TripletChunk::f_jk);
  const int padded = round_up(chunk.size);
  if (plan.narrow)
    for (int t = 0; t < padded; ++t) f[t] = f_j[t] * f_k[t] * f_jk[t];
  else
    for (int t = 0; t < padded; ++t) f[t] = f_j[t] * f_k[t];
  for (int b = 0; b < plan.n_blocks; ++b, sums += 4)
    if (b > 0 && plan.blocks[b - 1].radial == plan.blocks[b].radial)
      add_some_sums<false>(plan, chunk, plan.blocks[b], f, product, sums);
    else
      add_some_sums<true>(plan, chunk, plan.blocks[b], f, product, sums);
}

}    // namespace
