// The kernels of every instruction set that this processor runs, against plain scalar formulas.
#include "nnmanybody/activation.h"
#include "nnmanybody/cutoff.h"
#include "nnmanybody/kernels.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <string>
#include <vector>

using namespace nnmb;

namespace {

const kernels::Kernels &level()
{
  const auto levels = kernels::available();
  const auto i = GENERATE_COPY(range(std::size_t{0}, levels.size()));
  INFO(levels[i]->name);
  return *levels[i];
}

std::vector<double> random_numbers(std::size_t n, double low, double high)
{
  std::mt19937_64 generator(5);
  std::uniform_real_distribution<double> number(low, high);
  std::vector<double> numbers(n);
  for (double &x : numbers) x = number(generator);
  return numbers;
}

kernels::RadialTerm gaussian(double eta, double r_shift)
{
  return {kernels::RadialTerm::Kind::gaussian, eta, r_shift, 0.0};
}

/// The scalar twin of the activation kernels: definitions of activation_kind.h, with the library's functions.
double activation(Activation kind, double u)
{
  switch (kind) {
    case Activation::tanh:
      return std::tanh(u);
    case Activation::sigmoid:
      return 1.0 / (1.0 + std::exp(-u));
    case Activation::silu:
      return u / (1.0 + std::exp(-u));
    case Activation::softplus:
      return u > 0.0 ? u + std::log1p(std::exp(-u)) : std::log1p(std::exp(u));
    default:
      return std::exp(-0.5 * u * u);
  }
}

}    // namespace

TEST_CASE("cutoff kernels equal the scalar cutoff functions")
{
  const kernels::Kernels &kernel = level();
  const auto name = GENERATE(from_range(cutoff_names()));
  const CutoffKind kind = cutoff_kind(name);
  // hard, tanhu and tanh know no inner cutoff.
  const double alpha = name == "hard" || name == "tanhu" || name == "tanh" ? 0.0 : 0.3;
  const auto function =
      GENERATE_COPY(CutoffFunction{kind, 5.0, 0.0}, CutoffFunction{kind, 5.0, alpha},
                    CutoffFunction{kind, 5.0, 0.0, true, 0.5, false},
                    CutoffFunction{kind, 5.0, 0.0, true, -5.0, false},
                    CutoffFunction{kind, 5.0, 0.0, true, 0.5, true});
  CAPTURE(kernel.name, name, function.alpha, function.compact, function.left, function.asymmetric);

  const int n = 203;    // not a whole number of vectors
  const std::vector<double> r =
      random_numbers(static_cast<std::size_t>(kernels::round_up(n)), 0.3, 5.6);
  std::vector<double> squared = r, f(r.size()), slope(r.size());
  for (double &x : squared) x *= x;
  kernel.cutoff(function, n, squared.data(), f.data(), slope.data());
  for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
    const CutoffValue expected = function(r[i]);
    CHECK(f[i] == Approx(expected.value).epsilon(1e-12).margin(1e-15));
    CHECK(slope[i] * r[i] == Approx(expected.derivative).epsilon(1e-12).margin(1e-14));
  }
}

TEST_CASE("roots are as good as those of the library")
{
  const kernels::Kernels &kernel = level();
  std::vector<double> exponent = random_numbers(400, -12.0, 6.0), squared, r(400), inverse(400);
  for (const double e : exponent) squared.push_back(std::pow(10.0, e));
  kernel.roots(400, squared.data(), r.data(), inverse.data());
  for (std::size_t i = 0; i < squared.size(); ++i) {
    CHECK(r[i] == Approx(std::sqrt(squared[i])).epsilon(1e-15));
    CHECK(inverse[i] == Approx(1.0 / std::sqrt(squared[i])).epsilon(1e-15));
  }
}

TEST_CASE("activation kernels equal the library's functions, for large arguments too")
{
  const kernels::Kernels &kernel = level();
  const auto kind = GENERATE(Activation::tanh, Activation::sigmoid, Activation::silu,
                             Activation::softplus, Activation::gaussian);
  std::vector<double> u = random_numbers(301, -8.0, 8.0);
  for (const double x : {0.0, 1e-300, -1e-9, 1e-9, 40.0, -40.0, 800.0, -800.0}) u.push_back(x);
  std::vector<double> value = u, slope(u.size());
  REQUIRE(kernel.activate(kind, static_cast<std::int64_t>(u.size()), value.data(), slope.data()));
  for (std::size_t i = 0; i < u.size(); ++i) {
    CAPTURE(kernel.name, static_cast<int>(kind), u[i]);
    CHECK(value[i] == Approx(activation(kind, u[i])).epsilon(2e-15).margin(1e-300));
    // Central difference with a step at which truncation and rounding are both near 1e-10.
    const double h = 1e-5, x = u[i];
    CHECK(slope[i] ==
          Approx((activation(kind, x + h) - activation(kind, x - h)) / (2.0 * h)).margin(2e-9));
  }
}

TEST_CASE("exponentials equal the library's, and vanish where it has none")
{
  const kernels::Kernels &kernel = level();
  std::vector<double> x = random_numbers(301, -700.0, 700.0);
  for (const double special : {0.0, 1e-300, -1e-9, 700.0, -708.0, -1e6, -1e300})
    x.push_back(special);
  std::vector<double> value = x;
  kernel.exponentials(static_cast<std::int64_t>(x.size()), value.data());
  for (std::size_t i = 0; i < x.size(); ++i)
    CHECK(value[i] == Approx(std::exp(x[i])).epsilon(2e-15).margin(1e-300));
}

TEST_CASE("exponentials of radial functions, from the largest to those that vanish")
{
  const kernels::Kernels &kernel = level();
  const std::vector<double> r = random_numbers(16, 0.5, 5.0);
  std::vector<double> squared(16), inverse(16), ones(16, 1.0), zeros(16, 0.0), kept(16);
  for (std::size_t i = 0; i < 16; ++i) {
    squared[i] = r[i] * r[i];
    inverse[i] = 1.0 / r[i];
  }
  const kernels::Neighbors neighbors{
      nullptr,     nullptr,      nullptr, nullptr, r.data(), squared.data(), inverse.data(),
      ones.data(), zeros.data(), nullptr, nullptr, nullptr,  nullptr};
  for (const double eta : {0.0, 0.01, 1.0, 30.0, 1e3}) {
    const kernels::RadialTerm term = gaussian(eta, 1.0);
    double sum = 0.0, expected = 0.0;
    kernel.radial_values(&term, 1, neighbors, {0, 11}, &sum, kept.data(), 16);
    CHECK(kept[10] == Approx(std::exp(-eta * (r[10] - 1.0) * (r[10] - 1.0))).margin(1e-300));
    for (std::size_t i = 0; i < 11; ++i) expected += std::exp(-eta * (r[i] - 1.0) * (r[i] - 1.0));
    CHECK(sum == Approx(expected).epsilon(1e-14).margin(1e-300));
  }
}

TEST_CASE("layers equal the sums that they stand for")
{
  const kernels::Kernels &kernel = level();
  const int n_out = GENERATE(1, 7, 8, 24, 25, 33), n_in = 11;
  const int columns = GENERATE(1, 3, 4, 9);
  const int stride = kernels::round_up(n_out) + kernels::width;
  const std::vector<double> numbers = random_numbers(2000, -1.0, 1.0);
  std::vector<double> weights(static_cast<std::size_t>(stride * n_in), 0.0),
      biases(static_cast<std::size_t>(stride), 0.0);
  for (int o = 0; o < n_out; ++o) {
    biases[static_cast<std::size_t>(o)] = numbers[static_cast<std::size_t>(o)];
    for (int i = 0; i < n_in; ++i)
      weights[static_cast<std::size_t>(i * stride + o)] =
          numbers[static_cast<std::size_t>(50 + i * n_out + o)];
  }
  const std::vector<double> in(numbers.begin() + 500, numbers.begin() + 500 + n_in * columns);
  constexpr double untouched = 99.0;
  std::vector<double> out(static_cast<std::size_t>(n_out * columns + 1), untouched);
  kernel.dense({n_out, n_in, stride, weights.data(), biases.data()}, columns, in.data(), n_in,
               out.data(), n_out);
  for (int c = 0; c < columns; ++c)
    for (int o = 0; o < n_out; ++o) {
      double expected = biases[static_cast<std::size_t>(o)];
      for (int i = 0; i < n_in; ++i)
        expected += weights[static_cast<std::size_t>(i * stride + o)] *
                    in[static_cast<std::size_t>(c * n_in + i)];
      CHECK(out[static_cast<std::size_t>(c * n_out + o)] ==
            Approx(expected).epsilon(1e-13).margin(1e-14));
    }
  CHECK(out.back() == untouched);
}
