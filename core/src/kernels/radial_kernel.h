// Radial symmetry functions of one center.

namespace {

/// G and G'(r)/r of one pair:
///   cutoff    f_c
///   gaussian  exp(-eta (r - r_shift)^2) f_c;  G'/r = exp(…) [f_c'/r - 2 eta (1 - r_shift/r) f_c]
///   cosine    cos(kappa r) f_c;               G'/r = cos(kappa r) f_c'/r - kappa sin(kappa r) f_c / r
template <RadialTerm::Kind kind>
inline ValueAndSlope radial_term(const RadialTerm &term, const Neighbors &n, int i)
{
  if (kind == RadialTerm::Kind::gaussian) {
    const double d = n.r[i] - term.r_shift;
    const double e = exponential(-term.eta * d * d);
    return {e * n.f[i], e * (n.slope[i] - 2.0 * term.eta * d * n.r_inverse[i] * n.f[i])};
  }
  if (kind == RadialTerm::Kind::cosine) {
    const double c = __builtin_cos(term.kappa * n.r[i]), s = __builtin_sin(term.kappa * n.r[i]);
    return {c * n.f[i], c * n.slope[i] - term.kappa * s * n.f[i] * n.r_inverse[i]};
  }
  return {n.f[i], n.slope[i]};
}

/// Neighbors that are worked on at a time; a power of two times the width.
constexpr int radial_piece = ChebyshevPiece::size;

/// sum over a piece of neighbors; f vanishes behind them.
template <RadialTerm::Kind kind>
double radial_sum(const RadialTerm &term, const Neighbors &n, int begin, int padded,
                  const double *__restrict f)
{
  double sum = 0.0;
#pragma omp simd reduction(+ : sum)
  for (int i = 0; i < padded; ++i)
    sum += f[i] *
           (kind == RadialTerm::Kind::cosine ? __builtin_cos(term.kappa * n.r[begin + i]) : 1.0);
  return sum;
}

/// The same for a Gaussian, whose exponentials are kept.
inline double gaussian_sum(const RadialTerm &term, const Neighbors &n, int begin, int padded,
                           const double *__restrict f, double *__restrict kept)
{
  const double minus_eta = -term.eta, r_shift = term.r_shift;
  const double *__restrict r = n.r + begin;
  double sum = 0.0;
#pragma omp simd reduction(+ : sum)
  for (int i = 0; i < padded; ++i) {
    const double d = r[i] - r_shift;
    const double e = exponential(minus_eta * d * d);
    kept[i] = e;
    sum += e * f[i];
  }
  return sum;
}

template <RadialTerm::Kind kind>
void add_slopes(const RadialTerm &term, const Neighbors &n, IndexRange range, double weight,
                double *__restrict slopes)
{
  const int padded = round_up(range.end - range.begin);
#pragma omp simd
  for (int i = 0; i < padded; ++i)
    slopes[i] += weight * radial_term<kind>(term, n, range.begin + i).slope;
}

inline void add_slopes(const RadialTerm &term, const Neighbors &n, IndexRange range, double weight,
                       double *slopes)
{
  switch (term.kind) {
    case RadialTerm::Kind::gaussian:
      return add_slopes<RadialTerm::Kind::gaussian>(term, n, range, weight, slopes);
    case RadialTerm::Kind::cosine:
      return add_slopes<RadialTerm::Kind::cosine>(term, n, range, weight, slopes);
    case RadialTerm::Kind::cutoff:
      return add_slopes<RadialTerm::Kind::cutoff>(term, n, range, weight, slopes);
    case RadialTerm::Kind::chebyshev:    // in runs, see chebyshev_sums
      return;
  }
}

void radial_values(const RadialTerm *terms, int n_terms, const Neighbors &n, IndexRange range,
                   double *sums, double *kept, std::ptrdiff_t stride)
{
  for (int begin = range.begin; begin < range.end; begin += radial_piece) {
    const int left = range.end - begin, size = left < radial_piece ? left : radial_piece;
    const int padded = round_up(size);
    // What lies behind the range is a neighbor of another species or center.
    alignas(64) double f[radial_piece];
#pragma omp simd
    for (int i = 0; i < padded; ++i) f[i] = i < size ? n.f[begin + i] : 0.0;
    for (int s = 0; s < n_terms; ++s) switch (terms[s].kind) {
        case RadialTerm::Kind::gaussian:
          sums[s] += gaussian_sum(terms[s], n, begin, padded, f, kept + s * stride + begin);
          break;
        case RadialTerm::Kind::cosine:
          sums[s] += radial_sum<RadialTerm::Kind::cosine>(terms[s], n, begin, padded, f);
          break;
        case RadialTerm::Kind::cutoff:
          sums[s] += radial_sum<RadialTerm::Kind::cutoff>(terms[s], n, begin, padded, f);
          break;
        case RadialTerm::Kind::chebyshev: {
          const int end = end_of_polynomials(terms, s, n_terms);
          chebyshev_sums(terms + s, end - s, n, begin, padded, f, sums + s);
          s = end - 1;
          break;
        }
      }
  }
}

/// Sums over Gaussians of a neighbor: a += w e, b += w eta (1 - r_shift/r) e; their slopes together are
/// f_c'/r a - 2 f_c b. Several at a time: the sums stay in registers.
template <int n_gaussians>
void add_gaussians(const RadialTerm *terms, const double *__restrict r_inverse, int padded,
                   const double *weights, const double *__restrict kept, std::ptrdiff_t stride,
                   double *__restrict a, double *__restrict b)
{
  double by_eta[n_gaussians];
  for (int s = 0; s < n_gaussians; ++s) by_eta[s] = weights[s] * terms[s].eta;
#pragma omp simd
  for (int i = 0; i < padded; ++i) {
    double sum_a = a[i], sum_b = b[i];
#pragma GCC unroll 4
    for (int s = 0; s < n_gaussians; ++s) {
      const double e = kept[s * stride + i];
      sum_a += weights[s] * e;
      sum_b += by_eta[s] * (1.0 - terms[s].r_shift * r_inverse[i]) * e;
    }
    a[i] = sum_a;
    b[i] = sum_b;
  }
}

/// The end of the run of Gaussians that begins with term s.
inline int end_of_gaussians(const RadialTerm *terms, int s, int n_terms)
{
  while (s < n_terms && terms[s].kind == RadialTerm::Kind::gaussian) ++s;
  return s;
}

void radial_contract(const RadialTerm *terms, int n_terms, const Neighbors &n, IndexRange range,
                     const double *weights, const double *kept, std::ptrdiff_t stride)
{
  for (int begin = range.begin; begin < range.end; begin += radial_piece) {
    const IndexRange part{begin,
                          begin + radial_piece < range.end ? begin + radial_piece : range.end};
    alignas(64) double slopes[radial_piece] = {}, a[radial_piece] = {}, b[radial_piece] = {};
    const int size = part.end - part.begin, padded = round_up(size);
    for (int s = 0; s < n_terms; ++s) switch (terms[s].kind) {
        case RadialTerm::Kind::gaussian: {
          const int end = end_of_gaussians(terms, s, n_terms);
          for (; s + 4 <= end; s += 4)
            add_gaussians<4>(terms + s, n.r_inverse + begin, padded, weights + s,
                             kept + s * stride + begin, stride, a, b);
          for (; s < end; ++s)
            add_gaussians<1>(terms + s, n.r_inverse + begin, padded, weights + s,
                             kept + s * stride + begin, stride, a, b);
          s = end - 1;
          break;
        }
        case RadialTerm::Kind::chebyshev: {
          const int end = end_of_polynomials(terms, s, n_terms);
          add_chebyshev_slopes(terms + s, end - s, n, begin, padded, weights + s, slopes, 0);
          s = end - 1;
          break;
        }
        default:
          add_slopes(terms[s], n, part, weights[s], slopes);
      }
#pragma omp simd
    for (int i = 0; i < padded; ++i) {
      const double all = slopes[i] + a[i] * n.slope[begin + i] - 2.0 * b[i] * n.f[begin + i];
      const double slope = i < size ? all : 0.0;
      n.gx[begin + i] += slope * n.x[begin + i];
      n.gy[begin + i] += slope * n.y[begin + i];
      n.gz[begin + i] += slope * n.z[begin + i];
    }
  }
}

void radial_slopes(const RadialTerm *terms, int n_terms, const Neighbors &neighbors,
                   IndexRange range, double *slopes, int stride)
{
  for (int s = 0; s < n_terms; ++s) {
    double *row = slopes + static_cast<std::ptrdiff_t>(s) * stride;
    const int padded = round_up(range.end - range.begin);
    for (int i = 0; i < padded; ++i) row[i] = 0.0;
    const double one = 1.0;
    if (terms[s].kind != RadialTerm::Kind::chebyshev)
      add_slopes(terms[s], neighbors, range, one, row);
    else
      for (int i = 0; i < padded; i += ChebyshevPiece::size)
        add_chebyshev_slopes(terms + s, 1, neighbors, range.begin + i,
                             padded - i < ChebyshevPiece::size ? padded - i : ChebyshevPiece::size,
                             &one, row + i, 0);
  }
}

}    // namespace
