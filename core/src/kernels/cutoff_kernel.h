// Cutoff functions of many distances at once; the shapes and their meaning stand in nnmanybody/cutoff.h.

namespace {

void roots(int n, const double *__restrict r_squared, double *__restrict r,
           double *__restrict r_inverse)
{
  n = round_up(n);
#pragma omp simd
  for (int i = 0; i < n; ++i) {
    r_inverse[i] = inverse_root(r_squared[i]);
    r[i] = r_squared[i] * r_inverse[i];
  }
}

/// Shape and its derivative by x, 0 <= x <= 1.
template <CutoffKind kind> inline ValueAndSlope shape_of(double x)
{
  // The polynomials as products with powers of 1 - x: nothing cancels near the cutoff.
  const double x2 = x * x, y = 1.0 - x;
  switch (kind) {
    case CutoffKind::hard:
      return {1.0, 0.0};
    case CutoffKind::cosine: {
      // (cos(pi x) + 1) / 2 = cos(pi x / 2)^2
      const ValueAndSlope c = cosine_of_root(x2);
      return {c.value * c.value, 4.0 * x * c.value * c.slope};
    }
    case CutoffKind::tanhu:
    case CutoffKind::tanh: {
      constexpr double scale = kind == CutoffKind::tanh ? 2.2637537952253513 : 1.0;    // tanh(1)^-3
      const double t = small_hyperbolic_tangent(y);
      return {scale * t * t * t, scale * 3.0 * t * t * (t * t - 1.0)};
    }
    case CutoffKind::exp: {
      // Below 1/700 the exponential is zero, whatever the denominator.
      const double u = larger(1.0 - x2, 1.0 / 700.0);
      const double f = exponential(1.0 - 1.0 / u);
      return {f, -2.0 * x / (u * u) * f};
    }
    case CutoffKind::poly1:
      return {y * y * (1.0 + 2.0 * x), -6.0 * x * y};
    case CutoffKind::poly2:
      return {y * y * y * (1.0 + x * (3.0 + 6.0 * x)), -30.0 * x2 * y * y};
    case CutoffKind::poly3:
      return {y * y * y * y * (1.0 + x * (4.0 + x * (10.0 + 20.0 * x))),
              -140.0 * x2 * x * y * y * y};
    case CutoffKind::poly4:
      return {y * y * y * y * y * (1.0 + x * (5.0 + x * (15.0 + x * (35.0 + 70.0 * x)))),
              -630.0 * x2 * x2 * y * y * y * y};
    case CutoffKind::quartic:
      return {y * y * y * y, -4.0 * y * y * y};
    case CutoffKind::biquartic: {
      const double u = y * (1.0 + x);
      return {u * u * u * u, -8.0 * x * u * u * u};
    }
    case CutoffKind::cosine_squared: {
      const ValueAndSlope c = cosine_of_root(x2);
      const double square = c.value * c.value;
      return {square * square, 8.0 * x * square * c.value * c.slope};
    }
  }
  return {0.0, 0.0};
}

/// The plain cosine function, the field's default: no root and no division.
inline void cosine_cutoff(double radius, int n, const double *__restrict r_squared,
                          double *__restrict f, double *__restrict slope)
{
  const double inverse = 1.0 / (radius * radius);
  n = round_up(n);
#pragma omp simd
  for (int i = 0; i < n; ++i) {
    const double v = smaller(r_squared[i] * inverse, 1.0);
    const ValueAndSlope c = cosine_of_root(v);
    const double inside = r_squared[i] * inverse < 1.0 ? c.value : 0.0;
    f[i] = inside * inside;
    slope[i] = 4.0 * inverse * inside * c.slope;    // f'(r)/r = 2 df/d(r^2)
  }
}

/// The three ways in which a shape becomes a function of the distance: CutoffFunction in nnmanybody/cutoff.h.
enum class Form { one_sided, compact, asymmetric };

template <CutoffKind kind, Form form>
void cutoff_of_form(const CutoffFunction &function, int n, const double *__restrict r_squared,
                    double *__restrict f, double *__restrict slope)
{
  constexpr bool one_sided = form == Form::one_sided, asymmetric = form == Form::asymmetric;
  const double inner = one_sided ? function.alpha * function.radius
                                 : 0.5 * (function.radius + function.left);
  const double width_inverse = 1.0 / (function.radius - inner);
  n = round_up(n);
#pragma omp simd
  for (int i = 0; i < n; ++i) {
    const double r_inverse = inverse_root(r_squared[i]), r = r_squared[i] * r_inverse;
    const double d = (r - inner) * width_inverse;
    const double x = smaller(one_sided ? larger(d, 0.0) : absolute(d), 1.0);
    const ValueAndSlope s = shape_of<kind>(asymmetric ? x * (2.0 - x) : x);
    double by_r = s.slope * width_inverse * r_inverse;
    if (asymmetric) by_r *= 2.0 - 2.0 * x;
    const double sign = one_sided ? (d > 0.0 ? 1.0 : 0.0) : (d < 0.0 ? -1.0 : 1.0);
    f[i] = x < 1.0 ? s.value : 0.0;
    slope[i] = x < 1.0 ? sign * by_r : 0.0;
  }
}

template <CutoffKind kind>
void cutoff_of_kind(const CutoffFunction &function, int n, const double *r_squared, double *f,
                    double *slope)
{
  if (!function.compact)
    return cutoff_of_form<kind, Form::one_sided>(function, n, r_squared, f, slope);
  if (!function.asymmetric)
    return cutoff_of_form<kind, Form::compact>(function, n, r_squared, f, slope);
  return cutoff_of_form<kind, Form::asymmetric>(function, n, r_squared, f, slope);
}

void cutoff(const CutoffFunction &function, int n, const double *r_squared, double *f,
            double *slope)
{
  switch (function.kind) {
    case CutoffKind::hard:
      return cutoff_of_kind<CutoffKind::hard>(function, n, r_squared, f, slope);
    case CutoffKind::cosine:
      if (!function.compact && function.alpha == 0.0)
        return cosine_cutoff(function.radius, n, r_squared, f, slope);
      return cutoff_of_kind<CutoffKind::cosine>(function, n, r_squared, f, slope);
    case CutoffKind::tanhu:
      return cutoff_of_kind<CutoffKind::tanhu>(function, n, r_squared, f, slope);
    case CutoffKind::tanh:
      return cutoff_of_kind<CutoffKind::tanh>(function, n, r_squared, f, slope);
    case CutoffKind::exp:
      return cutoff_of_kind<CutoffKind::exp>(function, n, r_squared, f, slope);
    case CutoffKind::poly1:
      return cutoff_of_kind<CutoffKind::poly1>(function, n, r_squared, f, slope);
    case CutoffKind::poly2:
      return cutoff_of_kind<CutoffKind::poly2>(function, n, r_squared, f, slope);
    case CutoffKind::poly3:
      return cutoff_of_kind<CutoffKind::poly3>(function, n, r_squared, f, slope);
    case CutoffKind::poly4:
      return cutoff_of_kind<CutoffKind::poly4>(function, n, r_squared, f, slope);
    case CutoffKind::quartic:
      return cutoff_of_kind<CutoffKind::quartic>(function, n, r_squared, f, slope);
    case CutoffKind::biquartic:
      return cutoff_of_kind<CutoffKind::biquartic>(function, n, r_squared, f, slope);
    case CutoffKind::cosine_squared:
      return cutoff_of_kind<CutoffKind::cosine_squared>(function, n, r_squared, f, slope);
  }
}

}    // namespace
