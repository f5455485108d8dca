// How far values lie outside of their ranges: numbers by hand.

#include "nnmanybody/extrapolation.h"

#include <catch2/catch.hpp>

#include <array>

using nnmb::Overshoot;
using nnmb::TrainingRange;

namespace {

// min, max, mean, sigma; the third function never changed on the training set
const std::vector<nnmb::FunctionStatistics> statistics = {
    {0.0, 2.0, 1.0, 0.5}, {10.0, 11.0, 10.5, 0.2}, {3.0, 3.0, 3.0, 0.0}};

Overshoot overshoot(const std::array<double, 3> &values)
{
  return TrainingRange(statistics).overshoot(values.data());
}

}    // namespace

TEST_CASE("the ends of a range and what lies between are inside")
{
  for (const auto &values :
       {std::array<double, 3>{0.0, 11.0, 3.0}, {2.0, 10.0, 3.0}, {1.0, 10.2, 3.0}}) {
    const Overshoot inside = overshoot(values);
    CHECK(inside.largest == 0.0);
    CHECK(inside.n_outside == 0);
    CHECK(inside.function == -1);
  }
}

TEST_CASE("overshoot is a fraction of the width, on either side")
{
  CHECK(overshoot({2.5, 10.5, 3.0}).largest == Approx(0.25));
  CHECK(overshoot({-0.5, 10.5, 3.0}).largest == Approx(0.25));
  const Overshoot two = overshoot({2.5, 11.5, 3.0});
  CHECK(two.largest == Approx(0.5));
  CHECK(two.n_outside == 2);
  CHECK(two.function == 1);
}

TEST_CASE("of equal overshoots the first function is told")
{
  CHECK(overshoot({2.5, 11.25, 3.0}).function == 0);
}

TEST_CASE("a range without width has the width 1")
{
  const Overshoot constant = overshoot({1.0, 10.5, 2.75});
  CHECK(constant.largest == Approx(0.25));
  CHECK(constant.function == 2);
  // max and min that differ by rounding alone
  const TrainingRange rounded({{3.0, 3.0 + 1e-15, 3.0, 0.0}});
  const double value = 4.0;
  CHECK(rounded.overshoot(&value).largest == Approx(1.0));
}

TEST_CASE("rounding at the end of a range is inside")
{
  CHECK(overshoot({2.0 + 1e-12, 10.5, 3.0 - 1e-15}).n_outside == 0);
  CHECK(overshoot({2.0 + 1e-8, 10.5, 3.0}).n_outside == 1);
}
