// The repulsive core: its derivatives against differences, its smooth end, and what a potential and a structure make of it.
#include "differences.h"
#include "nnmanybody/potential_file.h"
#include "nnmanybody/structure.h"
#include "test_data.h"

#include <catch2/catch.hpp>
#include <sstream>
#include <vector>

using namespace nnmb;

namespace {

const std::vector<std::string> elements{"Si", "O"};
const PairCore core{0.9, 2.1};

/// Silicon with an oxygen neighbor at a distance: energy and derivative of its half of the pair.
CorePair pair_at(double r)
{
  EnvironmentBlock block;
  block.clear(0);
  block.add_neighbor(1, 0.0, r, 0.0);
  block.end_center();
  std::vector<CorePair> pairs;
  PairCoreTable(elements, core).evaluate(block, pairs);
  return pairs.empty() ? CorePair{0, 0, 0.0, 0.0, 0.0, 0.0} : pairs.front();
}

PotentialDefinition with_core()
{
  std::string text = test::silicon_oxygen_potential();
  text.insert(text.find("\nelement Si"), "pair_core zbl 0.9 2.1\n");
  std::istringstream stream(text);
  return read_potential(stream, "SiO.nnp");
}

}    // namespace

TEST_CASE("the core's derivative is the slope of its energy, within and beyond the inner radius")
{
  for (double r : {0.05, 0.4, 0.85, 0.95, 1.3, 1.7, 2.05}) {
    const CorePair pair = pair_at(r);
    CHECK(pair.energy > 0.0);
    double at = r;
    const double slope = test::slope(at, 1e-3, [&] { return pair_at(at).energy; });
    CHECK(pair.y == Approx(slope).epsilon(1e-8).margin(1e-10));
    CHECK(pair.x == 0.0);
  }
}

TEST_CASE("the core ends with zero energy, slope and curvature")
{
  // Of third order in the way to the end: ten times nearer is a thousand times less.
  for (const double way : {1e-1, 1e-2, 1e-3}) {
    CHECK(std::abs(pair_at(2.1 - way).energy) < 20.0 * way * way * way);
    CHECK(std::abs(pair_at(2.1 - way).y) < 60.0 * way * way);
  }
  CHECK(pair_at(2.1).energy == 0.0);
}

TEST_CASE("the core is the same for both atoms of a pair")
{
  EnvironmentBlock block;
  block.clear(1);
  block.add_neighbor(0, 1.2, 0.0, 0.0);
  block.add_neighbor(1, 1.2, 0.0, 0.0);
  block.add_neighbor(0, 2.2, 0.0, 0.0);
  block.end_center();
  std::vector<CorePair> pairs;
  PairCoreTable(elements, core).evaluate(block, pairs);
  REQUIRE(pairs.size() == 2);
  CHECK(pairs[0].energy == pair_at(1.2).energy);
  CHECK(pairs[1].energy < pairs[0].energy);    // two oxygens repel less
}

TEST_CASE("a potential with a core is the sum of both")
{
  const std::vector<double> displacement{1.1, 0.3, -0.4, -1.1, -0.3, 0.4};
  const std::vector<int> species{0, 1}, neighbor{1, 0};
  const std::vector<std::int64_t> first{0, 1, 2};
  const StructureView view{2, species.data(), first.data(), neighbor.data(), displacement.data()};
  PotentialDefinition definition = with_core();
  std::vector<double> both(2, 0.0), both_forces(6, 0.0), sum(2, 0.0), sum_forces(6, 0.0);
  AtomArrays arrays;
  arrays.forces = both_forces.data();
  evaluate_structure(Potential(definition), view, both.data(), arrays);
  definition.pair_core.reset();
  arrays.forces = sum_forces.data();
  evaluate_structure(Potential(definition), view, sum.data(), arrays);
  const std::vector<double> without = sum;
  evaluate_pair_core(PairCoreTable(elements, core), view, sum.data(), arrays);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(both[i] == Approx(sum[i]).epsilon(1e-14));
    CHECK(sum[i] > without[i] + 1.0);
  }
  for (std::size_t d = 0; d < 6; ++d) CHECK(both_forces[d] == Approx(sum_forces[d]).epsilon(1e-13));
}

TEST_CASE("a core is refused where it could not work")
{
  CHECK_THROWS_WITH(make_pair_core("zbl", 1.0, 1.0), Catch::Contains("0 < inner < outer"));
  CHECK_THROWS_WITH(make_pair_core("zlb", 1.0, 2.0), Catch::Contains("did you mean 'zbl'"));
  CHECK_THROWS_WITH(PairCoreTable({"Xx"}, core), Catch::Contains("Xx"));
  PotentialDefinition definition = with_core();
  definition.pair_core->outer = 6.5;
  CHECK_THROWS_WITH(Potential(definition), Catch::Contains("beyond the cutoff"));
}
