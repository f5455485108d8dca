// Cutoff functions where value and slope are known, and their derivatives by differences.
#include "differences.h"
#include "nnmanybody/cutoff.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <stdexcept>

using nnmb::CutoffFunction;
using nnmb::CutoffKind;

namespace {
const double pi = std::acos(-1.0);
constexpr double rounding = 1e-15;
}    // namespace

TEST_CASE("the cutoff function is 1 at the center, 1/2 half way and 0 at the cutoff")
{
  const CutoffFunction f{CutoffKind::cosine, 6.0};
  CHECK(f(0.0).value == 1.0);
  CHECK(f(2.0).value == Approx(0.75).epsilon(rounding));
  CHECK(f(3.0).value == Approx(0.5).epsilon(rounding));
  CHECK(f(6.0).value == 0.0);
  CHECK(f(7.5).value == 0.0);
}

TEST_CASE("its slope is 0 at the center and at the cutoff, steepest half way")
{
  const CutoffFunction f{CutoffKind::cosine, 6.0};
  CHECK(f(0.0).derivative == 0.0);
  CHECK(f(3.0).derivative == Approx(-pi / 12.0).epsilon(rounding));
  CHECK(f(std::nextafter(6.0, 0.0)).derivative == Approx(0.0).margin(rounding));
  CHECK(f(6.0).derivative == 0.0);
  CHECK(f(7.5).derivative == 0.0);
}

TEST_CASE("every derivative equals finite differences")
{
  const auto name = GENERATE(from_range(nnmb::cutoff_names()));
  const double alpha = GENERATE(0.0, 0.1);
  CAPTURE(name, alpha);
  const CutoffFunction f{nnmb::cutoff_kind(name), 5.3, alpha};
  // Steps of 0.01 to four times that on both sides stay between the inner cutoff, 0.53, and the cutoff; towards it
  // the derivatives of exp grow without bound.
  for (double r = 0.6; r < 4.7; r += 0.37) {
    double at = r;
    const double expected = nnmb::test::slope(at, 0.01, [&] { return f(at).value; });
    CHECK(f(r).derivative == Approx(expected).margin(1e-11));
  }
}

TEST_CASE("compact functions: 1 at the center, 0 outside, derivatives by differences")
{
  const auto name = GENERATE(as<std::string>{}, "exp", "poly1", "poly2", "poly3", "poly4");
  const bool asymmetric = GENERATE(false, true);
  CAPTURE(name, asymmetric);
  const CutoffFunction f{nnmb::cutoff_kind(name), 6.0, 0.0, true, 1.0, asymmetric};
  CHECK(f(3.5).value == 1.0);
  CHECK(f(3.5).derivative == 0.0);
  for (const double outside : {0.2, 1.0, 6.0, 7.0}) CHECK(f(outside).value == 0.0);
  CHECK(f(2.0).value == Approx(f(5.0).value).epsilon(1e-13));
  for (double r : {1.6, 2.3, 3.2, 3.8, 4.7, 5.4}) {
    double at = r;
    const double expected = nnmb::test::slope(at, 0.005, [&] { return f(at).value; });
    CHECK(f(r).derivative == Approx(expected).margin(1e-9));
  }
}

TEST_CASE("up to the inner cutoff the function is 1")
{
  const CutoffFunction f{CutoffKind::poly2, 6.0, 0.5};
  CHECK(f(2.9).value == 1.0);
  CHECK(f(2.9).derivative == 0.0);
  CHECK(f(4.5).value == Approx(0.5).epsilon(rounding));
}

TEST_CASE("an unknown cutoff function is refused by name")
{
  CHECK(nnmb::cutoff_kind("cosine") == CutoffKind::cosine);
  CHECK_THROWS_WITH(nnmb::cutoff_kind("cosinus"),
                    Catch::Contains("cosinus") && Catch::Contains("did you mean 'cosine'"));
  CHECK_THROWS_AS(nnmb::cutoff_kind(""), std::invalid_argument);
}
