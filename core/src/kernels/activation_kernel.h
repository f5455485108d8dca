// Activation functions, and exponentials, of many values at once; the meaning of the former stands in
// nnmanybody/activation.h.

namespace {

bool activate(Activation activation, std::int64_t n, double *__restrict values,
              double *__restrict derivatives)
{
  switch (activation) {
    case Activation::tanh:
#pragma omp simd
      for (std::int64_t i = 0; i < n; ++i) {
        const double t = hyperbolic_tangent(values[i]);
        values[i] = t;
        derivatives[i] = 1.0 - t * t;
      }
      return true;
    case Activation::sigmoid:
#pragma omp simd
      for (std::int64_t i = 0; i < n; ++i) {
        const double s = logistic(values[i]);
        values[i] = s;
        derivatives[i] = s * (1.0 - s);
      }
      return true;
    case Activation::silu:
#pragma omp simd
      for (std::int64_t i = 0; i < n; ++i) {
        const double u = values[i], s = logistic(u);
        values[i] = u * s;
        derivatives[i] = s * (1.0 + u * (1.0 - s));
      }
      return true;
    case Activation::softplus:
#pragma omp simd
      for (std::int64_t i = 0; i < n; ++i) {
        const double u = values[i], e = exponential(-absolute(u));
        values[i] = larger(u, 0.0) + logarithm_of_one_plus(e);
        derivatives[i] = (u < 0.0 ? e : 1.0) / (1.0 + e);
      }
      return true;
    case Activation::gaussian:
#pragma omp simd
      for (std::int64_t i = 0; i < n; ++i) {
        const double u = values[i], g = exponential(-0.5 * u * u);
        values[i] = g;
        derivatives[i] = -u * g;
      }
      return true;
    default:
      return false;
  }
}

void exponentials(std::int64_t n, double *x)
{
#pragma omp simd
  for (std::int64_t i = 0; i < n; ++i) x[i] = exponential(x[i]);
}

}    // namespace
