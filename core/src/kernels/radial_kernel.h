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

/// Whole vectors, and one that counts in part: what lies behind the range is a neighbor of another species.
template <RadialTerm::Kind kind>
double radial_sum(const RadialTerm &term, const Neighbors &n, IndexRange range)
{
  const int size = range.end - range.begin, whole = size & ~(width - 1);
  double sum = 0.0;
#pragma omp simd reduction(+ : sum)
  for (int i = 0; i < whole; ++i) sum += radial_term<kind>(term, n, range.begin + i).value;
  if (whole == size) return sum;
#pragma omp simd reduction(+ : sum)
  for (int i = whole; i < whole + width; ++i) {
    const double value = radial_term<kind>(term, n, range.begin + i).value;
    sum += i < size ? value : 0.0;
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

void radial_values(const RadialTerm *terms, int n_terms, const Neighbors &neighbors,
                   IndexRange range, double *sums)
{
  for (int s = 0; s < n_terms; ++s) switch (terms[s].kind) {
      case RadialTerm::Kind::gaussian:
        sums[s] += radial_sum<RadialTerm::Kind::gaussian>(terms[s], neighbors, range);
        break;
      case RadialTerm::Kind::cosine:
        sums[s] += radial_sum<RadialTerm::Kind::cosine>(terms[s], neighbors, range);
        break;
      case RadialTerm::Kind::cutoff:
        sums[s] += radial_sum<RadialTerm::Kind::cutoff>(terms[s], neighbors, range);
        break;
      case RadialTerm::Kind::chebyshev: {
        const int end = end_of_polynomials(terms, s, n_terms);
        chebyshev_sums(terms + s, end - s, neighbors, range, sums + s);
        s = end - 1;
        break;
      }
    }
}

void radial_contract(const RadialTerm *terms, int n_terms, const Neighbors &n, IndexRange range,
                     const double *weights)
{
  constexpr int piece = 64;
  for (int begin = range.begin; begin < range.end; begin += piece) {
    const IndexRange part{begin, begin + piece < range.end ? begin + piece : range.end};
    alignas(64) double slopes[piece] = {};
    const int size = part.end - part.begin, padded = round_up(size);
    for (int s = 0; s < n_terms; ++s) {
      const int end = end_of_polynomials(terms, s, n_terms);
      if (end > s) {
        add_chebyshev_slopes(terms + s, end - s, n, begin, padded, weights + s, slopes, 0);
        s = end - 1;
      } else {
        add_slopes(terms[s], n, part, weights[s], slopes);
      }
    }
#pragma omp simd
    for (int i = 0; i < padded; ++i) {
      const double slope = i < size ? slopes[i] : 0.0;
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
