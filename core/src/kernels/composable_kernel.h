// What composable models add: Chebyshev polynomials of the distance, and exponential layers. Their meaning stands in
// nnmanybody/symmetry_function.h and nnmanybody/expression.h.

namespace {

/// T_n and dT_n/dx at a piece of neighbors, for rising n: one step of the recursion each.
struct ChebyshevPiece {
  static constexpr int size = 64;
  alignas(64) double x[size], t[size], t_before[size], d[size], d_before[size];
  int order;

  void begin(const RadialTerm &term, const double *r, int padded)
  {
    order = 0;
#pragma omp simd
    for (int i = 0; i < padded; ++i) {
      x[i] = term.kappa * r[i] - 1.0;
      t[i] = 1.0;
      t_before[i] = x[i];    // T_-1 = T_1
      d[i] = 0.0;
      d_before[i] = 1.0;
    }
  }
  void step(int padded)
  {
    ++order;
    const double twice = order == 1 ? 1.0 : 2.0;    // T_1 = x T_0
    const double before = order == 1 ? 0.0 : 1.0;
#pragma omp simd
    for (int i = 0; i < padded; ++i) {
      const double next = twice * x[i] * t[i] - before * t_before[i];
      const double slope = twice * (t[i] + x[i] * d[i]) - before * d_before[i];
      t_before[i] = t[i];
      d_before[i] = d[i];
      t[i] = next;
      d[i] = slope;
    }
  }
  /// The recursion goes on as long as orders rise, and begins anew otherwise.
  void go_to(const RadialTerm &term, const double *r, int padded)
  {
    if (order < 0 || term.order < order) begin(term, r, padded);
    while (order < term.order) step(padded);
  }
};

/// The end of the run of polynomials that begins with term s: they share cutoff function and scale.
inline int end_of_polynomials(const RadialTerm *terms, int s, int n_terms)
{
  while (s < n_terms && terms[s].kind == RadialTerm::Kind::chebyshev) ++s;
  return s;
}

/// sums[s] += sum over a piece of neighbors; f vanishes behind them.
void chebyshev_sums(const RadialTerm *terms, int n_terms, const Neighbors &n, int begin, int padded,
                    const double *__restrict f, double *sums)
{
  ChebyshevPiece piece;
  piece.order = -1;
  for (int s = 0; s < n_terms; ++s) {
    piece.go_to(terms[s], n.r + begin, padded);
    double sum = 0.0;
#pragma omp simd reduction(+ : sum)
    for (int i = 0; i < padded; ++i) sum += piece.t[i] * f[i];
    sums[s] += sum;
  }
}

/// slopes[s * stride + i] += weights[s] G_s'(r) / r of neighbor begin + i, i < padded <= ChebyshevPiece::size;
/// G' / r = T f_c' / r + dT/dx kappa f_c / r.
void add_chebyshev_slopes(const RadialTerm *terms, int n_terms, const Neighbors &n, int begin,
                          int padded, const double *weights, double *slopes, int stride)
{
  ChebyshevPiece piece;
  piece.order = -1;
  for (int s = 0; s < n_terms; ++s) {
    piece.go_to(terms[s], n.r + begin, padded);
    double *row = slopes + static_cast<std::ptrdiff_t>(s) * stride;
    const double weight = weights[s], kappa = terms[s].kappa;
#pragma omp simd
    for (int i = 0; i < padded; ++i)
      row[i] += weight * (piece.t[i] * n.slope[begin + i] +
                          kappa * piece.d[i] * n.f[begin + i] * n.r_inverse[begin + i]);
  }
}

void exponential_layers(const double *z, const double *c, int n_layers, int n,
                        const double *__restrict phi, double *__restrict values,
                        double *__restrict slopes)
{
  for (int i = 0; i < n; ++i) slopes[i] = 0.0;
  for (int l = 0; l < n_layers; ++l) {
    const double minus_z = -z[l], weight = c[l];
#pragma omp simd
    for (int i = 0; i < n; ++i) {
      const double term = weight * exponential(smaller(minus_z * phi[i], 700.0));
      values[i] += term;
      slopes[i] += minus_z * term;
    }
  }
}

}    // namespace
