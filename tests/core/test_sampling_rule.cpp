// The sampling rule (7.2) and the choice of atoms, which the LAMMPS plugin uses without knowing LAMMPS.

#include "../../lammps_src/atom_choice.h"
#include "../../lammps_src/sampling_rule.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <vector>

using nnmb::is_due;
using nnmb::SamplingRule;
using nnmb::SamplingState;
using nnmb::tau;

namespace {
constexpr double alpha = 3.0;    // of the thesis's figure 7.1
constexpr int tau_max = 10;

std::vector<std::int64_t> sampled(SamplingRule rule, const std::vector<double> &forces)
{
  SamplingState state;
  std::vector<std::int64_t> steps;
  for (std::size_t i = 0; i < forces.size(); ++i) {
    const auto step = static_cast<std::int64_t>(i);
    if (!is_due(rule, state, forces[i], alpha, tau_max, step)) continue;
    state.last_sampled = step;
    steps.push_back(step);
  }
  return steps;
}
}    // namespace

TEST_CASE("tau is defined for every force")
{
  // By hand from (7.2): floor(3 / F) between 1 and 10
  CHECK(tau(0.0, alpha, tau_max) == 10);
  CHECK(tau(std::numeric_limits<double>::denorm_min(), alpha, tau_max) == 10);
  CHECK(tau(0.3, alpha, tau_max) == 10);
  CHECK(tau(0.3001, alpha, tau_max) == 9);
  CHECK(tau(1.0, alpha, tau_max) == 3);
  CHECK(tau(1.5, alpha, tau_max) == 2);
  CHECK(tau(2.9999, alpha, tau_max) == 1);
  CHECK(tau(alpha, alpha, tau_max) == 1);
  CHECK(tau(3.0000001, alpha, tau_max) == 1);
  CHECK(tau(std::numeric_limits<double>::infinity(), alpha, tau_max) == 1);
  CHECK(tau(0.0, alpha, std::numeric_limits<int>::max()) == std::numeric_limits<int>::max());
}

TEST_CASE("tau is the capped floor and never grows with the force")
{
  int previous = tau_max;
  for (double force = 1e-3; force < 5.0; force += 1e-3) {
    const int expected =
        force > alpha ? 1 : static_cast<int>(std::min(std::floor(alpha / force), 1.0 * tau_max));
    CHECK(tau(force, alpha, tau_max) == expected);
    CHECK(tau(force, alpha, tau_max) <= previous);
    previous = expected;
  }
}

TEST_CASE("tau refuses what is no force or setting")
{
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(tau(-1.0, alpha, tau_max), Catch::Contains("a force must be zero or positive"));
  CHECK_THROWS_WITH(tau(nan, alpha, tau_max), Catch::Contains("a force must be zero or positive"));
  CHECK_THROWS_WITH(tau(1.0, 0.0, tau_max), Catch::Contains("alpha must be positive"));
  CHECK_THROWS_WITH(tau(1.0, nan, tau_max), Catch::Contains("alpha must be positive"));
  CHECK_THROWS_WITH(tau(1.0, alpha, 0), Catch::Contains("tau_max must be at least 1, got 0"));
}

TEST_CASE("the strict rule keeps every large force and leaves no long gap")
{
  std::mt19937_64 generator(1);
  std::vector<double> forces(5000);
  double x = 0.0;
  for (auto &force : forces) {
    x = 0.95 * x + 1e-19 * static_cast<double>(generator()) - 0.92;    // drifts within about +-4
    force = std::abs(x);
  }
  const auto steps = sampled(SamplingRule::strict, forces);
  for (std::size_t i = 0; i < forces.size(); ++i)
    if (forces[i] > alpha)
      CHECK(std::binary_search(steps.begin(), steps.end(), static_cast<std::int64_t>(i)));
  for (std::size_t k = 1; k < steps.size(); ++k) CHECK(steps[k] - steps[k - 1] <= tau_max);
  CHECK(steps.front() == 0);
  CHECK(std::any_of(forces.begin(), forces.end(), [](double force) { return force > alpha; }));
  CHECK(std::any_of(forces.begin(), forces.end(),
                    [](double force) { return force < alpha / tau_max; }));
}

TEST_CASE("the thesis's rule looks at multiples of tau_max only")
{
  std::vector<double> forces(31, 0.1);
  forces[13] = 5.0;    // between two looks
  forces[20] = 1.0;    // tau = 3 until step 29: multiples of 3, not 20 + 3
  CHECK(sampled(SamplingRule::thesis, forces) == std::vector<std::int64_t>{0, 10, 21, 24, 27, 30});
  CHECK(sampled(SamplingRule::strict, forces) == std::vector<std::int64_t>{0, 10, 13, 20, 30});
}

TEST_CASE("no step is sampled twice, nor one before the last sample")
{
  for (const auto rule : {SamplingRule::strict, SamplingRule::thesis}) {
    SamplingState state;
    state.last_sampled = 50;
    CHECK_FALSE(is_due(rule, state, 10.0, alpha, tau_max, 50));
    CHECK_FALSE(is_due(rule, state, 10.0, alpha, tau_max, 40));
    CHECK(is_due(rule, state, 10.0, alpha, tau_max, 60));
  }
}

TEST_CASE("a random choice depends on the ids and the seed and not on their order")
{
  const std::vector<std::int64_t> ids = {4, 8, 15, 16, 23, 42, 108};
  auto shuffled = ids;
  std::reverse(shuffled.begin(), shuffled.end());
  const auto chosen = nnmb::choose_at_random(ids, 4, 7);
  CHECK(chosen == nnmb::choose_at_random(shuffled, 4, 7));
  CHECK(std::is_sorted(chosen.begin(), chosen.end()));
  CHECK(std::set<std::int64_t>(chosen.begin(), chosen.end()).size() == 4);
  CHECK(std::includes(ids.begin(), ids.end(), chosen.begin(), chosen.end()));
  CHECK(nnmb::choose_at_random(ids, ids.size(), 7) == ids);
}

TEST_CASE("every atom has the same chance of being chosen")
{
  const std::vector<std::int64_t> ids = {0, 1, 2, 3, 4};
  std::vector<int> count(ids.size(), 0);
  constexpr int n_seeds = 4000;
  for (std::uint64_t seed = 0; seed < n_seeds; ++seed)
    for (const auto id : nnmb::choose_at_random(ids, 2, seed))
      ++count[static_cast<std::size_t>(id)];
  // Binomial: mean 2/5 n, standard deviation sqrt(6/25 n) = 31; five of them
  for (const int n : count) CHECK(std::abs(n - 0.4 * n_seeds) < 5 * 31);
}
