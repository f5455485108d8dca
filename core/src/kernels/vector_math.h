// Elementary functions without branches and tables, so that a compiler vectorises loops that call them.
// For kernels only: included once per instruction set, everything is static.

namespace {

/// Writes whole vectors from `begin` until `end` is covered.
inline void fill(double *array, int begin, int end, double value)
{
  for (int t = begin; t < end; t += width)
    for (int l = 0; l < width; ++l) array[t + l] = value;
}

inline double as_double(std::uint64_t bits)
{
  double x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

inline std::uint64_t as_bits(double x)
{
  std::uint64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}

inline double smaller(double a, double b)
{
  return a < b ? a : b;
}
inline double larger(double a, double b)
{
  return a > b ? a : b;
}
inline double absolute(double a)
{
  return a < 0.0 ? -a : a;
}

/// e^x = 2^n (1 + q), n = round(x / ln 2), |r| = |x - n ln 2| <= ln(2)/2, q = e^r - 1 by its Taylor series.
struct ReducedExponential {
  double q;
  double scale;    // 2^n
};

/// x <= 700. Below -708, where e^x is no longer a normal number, it stays what it is there: as good as zero.
inline ReducedExponential reduce_exponential(double x)
{
  x = larger(x, -708.0);
  constexpr double round =
      6755399441055744.0;    // 1.5 * 2^52: adding it leaves n in the lowest bits
  const double shifted = x * 1.4426950408889634 + round;
  const double n = shifted - round;
  // ln 2 in two parts; the first has trailing zeros, so that n times it is exact.
  const double r = (x - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10;
  // Degree 13: the rest is below 4e-18. Even and odd parts side by side shorten the chain of additions.
  const double s = r * r;
  const double odd =
      1.0 / 6 +
      s * (1.0 / 120 +
           s * (1.0 / 5040 + s * (1.0 / 362880 + s * (1.0 / 39916800 + s * (1.0 / 6227020800)))));
  const double even =
      0.5 + s * (1.0 / 24 +
                 s * (1.0 / 720 + s * (1.0 / 40320 + s * (1.0 / 3628800 + s * (1.0 / 479001600)))));
  const std::uint64_t exponent = as_bits(shifted) << 52;
  return {r + s * (even + r * odd), as_double(exponent + as_bits(1.0))};
}

inline double exponential(double x)
{
  const ReducedExponential e = reduce_exponential(x);
  return e.scale + e.scale * e.q;
}

/// e^x - 1 without cancellation.
inline double exponential_minus_one(double x)
{
  const ReducedExponential e = reduce_exponential(x);
  return e.scale * e.q + (e.scale - 1.0);
}

inline double hyperbolic_tangent(double x)
{
  const double m = exponential_minus_one(-2.0 * absolute(x));    // in (-1, 0]
  const double t = -m / (m + 2.0);
  return x < 0.0 ? -t : t;
}

/// tanh(y) for 0 <= y <= 1, y times a polynomial in y^2 (Chebyshev fit of degree 15, error 1e-17): no division.
inline double small_hyperbolic_tangent(double y)
{
  constexpr double c[] = {
      -6.206753305453650019e-8,  6.4968576378625309333e-7,  -3.4029938269792740081e-6,
      1.2306805295349982873e-5,  -3.6039185369973817626e-5, 9.4722560757320653751e-5,
      -2.3801236323479905078e-4, 5.8960289508561654632e-4,  -1.4557155907792801041e-3,
      3.5921041152302810121e-3,  -8.8632321811302738869e-3, 2.1869488226930839321e-2,
      -5.396825395091773006e-2,  1.3333333333282111962e-1,  -3.3333333333332733116e-1,
      9.9999999999999998829e-1};
  const double w = y * y;
  double sum = c[0];
  for (int i = 1; i < 16; ++i) sum = sum * w + c[i];
  return y * sum;
}

/// ln(1 + y) for 0 <= y <= 1: 2 artanh(y / (2 + y)), with the argument halved once by ln(1 + y) = ln(1.5) + ln((1 + y)/1.5).
inline double logarithm_of_one_plus(double y)
{
  const bool upper = y > 0.25;
  const double s = upper ? (y - 0.5) / (2.5 + y) : y / (2.0 + y);    // |s| <= 1/7
  const double u = s * s;
  const double series =
      1.0 +
      u * (1.0 / 3 +
           u * (1.0 / 5 +
                u * (1.0 / 7 +
                     u * (1.0 / 9 +
                          u * (1.0 / 11 + u * (1.0 / 13 + u * (1.0 / 15 + u * (1.0 / 17))))))));
  return (upper ? 0.40546510810816438198 : 0.0) + 2.0 * s * series;
}

/// 1 / (1 + e^-x)
inline double logistic(double x)
{
  const double e = exponential(-absolute(x));
  return (x < 0.0 ? e : 1.0) / (1.0 + e);
}

/// 1 / sqrt(u) for normal u > 0: a first guess from the exponent, then Newton's steps, each of which squares the error
/// (3.4 %, 0.2 %, 5e-6, 3e-11, rounding). Neither a root nor a division, which take as long as twenty products.
inline double inverse_root(double u)
{
  double y = as_double(0x5fe6eb50c7b537a9 - (as_bits(u) >> 1));
  const double half = 0.5 * u;
  y = y * (1.5 - half * y * y);
  y = y * (1.5 - half * y * y);
  y = y * (1.5 - half * y * y);
  y = y * (1.5 - half * y * y);
  return y;
}

/// cos(pi/2 sqrt(v)) and its derivative by v, 0 <= v <= 1: entire in v, so no square root is needed.
struct ValueAndSlope {
  double value, slope;
};

inline ValueAndSlope cosine_of_root(double v)
{
  constexpr double q = 2.4674011002723396547;    // (pi/2)^2
  // (-1)^k q^k / (2k)!
  constexpr double c1 = -q / 2, c2 = -c1 * q / 12, c3 = -c2 * q / 30, c4 = -c3 * q / 56,
                   c5 = -c4 * q / 90, c6 = -c5 * q / 132, c7 = -c6 * q / 182, c8 = -c7 * q / 240,
                   c9 = -c8 * q / 306, c10 = -c9 * q / 380, c11 = -c10 * q / 462;
  const double value =
      1.0 +
      v * (c1 +
           v * (c2 +
                v * (c3 +
                     v * (c4 +
                          v * (c5 +
                               v * (c6 + v * (c7 + v * (c8 + v * (c9 + v * (c10 + v * c11))))))))));
  const double slope =
      c1 +
      v * (2 * c2 +
           v * (3 * c3 +
                v * (4 * c4 +
                     v * (5 * c5 +
                          v * (6 * c6 +
                               v * (7 * c7 + v * (8 * c8 + v * (9 * c9 + v * (10 * c10 +
                                                                              v * 11 * c11)))))))));
  return {value, slope};
}

}    // namespace
