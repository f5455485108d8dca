// The cosine cutoff function where its value and slope are known, and its derivative by differences.
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

TEST_CASE("its derivative equals finite differences")
{
  const CutoffFunction f{CutoffKind::cosine, 5.3};
  for (double r = 0.3; r < 5.2; r += 0.37) {
    double at = r;
    const double expected = nnmb::test::slope(at, 0.01, [&] { return f(at).value; });
    CHECK(f(r).derivative == Approx(expected).margin(1e-12));
  }
}

TEST_CASE("an unknown cutoff function is refused by name")
{
  CHECK(nnmb::cutoff_kind("cosine") == CutoffKind::cosine);
  CHECK_THROWS_WITH(nnmb::cutoff_kind("cosinus"),
                    Catch::Contains("cosinus") && Catch::Contains("did you mean 'cosine'"));
  CHECK_THROWS_AS(nnmb::cutoff_kind(""), std::invalid_argument);
}
