// A potential: gradients against differences, blocks against single centers, forces and virials of a structure.
#include "differences.h"
#include "nnmanybody/network.h"
#include "nnmanybody/potential_file.h"
#include "nnmanybody/structure.h"
#include "test_data.h"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <sstream>
#include <vector>

using namespace nnmb;

namespace {

/// Three silicon and two oxygen atoms, no cell: every pair is in the list twice.
struct Cluster {
  std::vector<int> species{0, 1, 0, 0, 1};
  std::vector<double> positions{0.0, 0.1,  0.2,  1.9, 0.3, -0.4, 0.2, 2.1,
                                0.5, -1.6, -0.7, 1.4, 0.6, -1.1, -1.8};
  std::vector<std::int64_t> first;
  std::vector<int> neighbor;
  std::vector<double> displacement;

  StructureView view()
  {
    first.assign(1, 0);
    neighbor.clear();
    displacement.clear();
    const std::size_t n = species.size();
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        if (i == j) continue;
        neighbor.push_back(static_cast<int>(j));
        for (std::size_t d = 0; d < 3; ++d)
          displacement.push_back(positions[3 * j + d] - positions[3 * i + d]);
      }
      first.push_back(static_cast<std::int64_t>(neighbor.size()));
    }
    return {static_cast<int>(n), species.data(), first.data(), neighbor.data(),
            displacement.data()};
  }
};

Potential make_potential()
{
  std::istringstream stream(test::silicon_oxygen_potential());
  return Potential(read_potential(stream, "SiO.nnp"));
}

double energy(const Potential &potential, Cluster &cluster)
{
  std::vector<double> energies(cluster.species.size(), 0.0);
  evaluate_structure(potential, cluster.view(), energies.data(), {});
  double total = 0.0;
  for (const double e : energies) total += e;
  return total;
}

}    // namespace

TEST_CASE("forces are minus the slope of the energy, and add up to zero")
{
  const Potential potential = make_potential();
  Cluster cluster;
  std::vector<double> energies(5, 0.0), forces(15, 0.0);
  AtomArrays arrays;
  arrays.forces = forces.data();
  evaluate_structure(potential, cluster.view(), energies.data(), arrays);
  std::array<double, 3> sum{};
  for (std::size_t n = 0; n < forces.size(); ++n) {
    const double slope =
        test::slope(cluster.positions[n], 1e-3, [&] { return energy(potential, cluster); });
    CHECK(forces[n] == Approx(-slope).epsilon(1e-8).margin(1e-9));
    sum[n % 3] += forces[n];
  }
  for (const double component : sum) CHECK(component == Approx(0.0).margin(1e-13));
}

TEST_CASE("virials add up to the sum of positions times forces")
{
  const Potential potential = make_potential();
  Cluster cluster;
  std::vector<double> energies(5, 0.0), forces(15, 0.0), virial(6, 0.0), atomic(30, 0.0),
      centroid(45, 0.0);
  evaluate_structure(potential, cluster.view(), energies.data(),
                     {forces.data(), virial.data(), atomic.data(), centroid.data()});
  const std::array<std::array<std::size_t, 2>, 9> component{
      {{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}, {1, 0}, {2, 0}, {2, 1}}};
  for (std::size_t c = 0; c < 9; ++c) {
    double expected = 0.0, sum_atomic = 0.0, sum_centroid = 0.0;
    for (std::size_t i = 0; i < 5; ++i) {
      expected += cluster.positions[3 * i + component[c][0]] * forces[3 * i + component[c][1]];
      sum_centroid += centroid[9 * i + c];
      if (c < 6) sum_atomic += atomic[6 * i + c];
    }
    CHECK(sum_centroid == Approx(expected).epsilon(1e-12).margin(1e-13));
    if (c >= 6) continue;
    CHECK(virial[c] == Approx(expected).epsilon(1e-12).margin(1e-13));
    CHECK(sum_atomic == Approx(expected).epsilon(1e-12).margin(1e-13));
  }
}

TEST_CASE("results are added to what the arrays hold, in the units of the host")
{
  EnvironmentBlock block;
  block.clear(0);
  block.add_neighbor(0, 1.0, 2.0, 3.0);
  block.end_center();
  const NeighborGradient gradient{{0.5}, {0.25}, {-1.0}};    // dE/d(displacement)
  const int center = 0, neighbor = 1;
  std::vector<double> forces{1.0, 1.0, 1.0, 1.0, 1.0, 1.0}, virial(6, 1.0);
  AtomArrays arrays;
  arrays.forces = forces.data();
  arrays.virial = virial.data();
  add_block(block, gradient, &center, &neighbor, {8.0, 4.0}, arrays);
  CHECK(forces == std::vector<double>{2.0, 1.5, -1.0, 0.0, 0.5, 3.0});
  // 8 r (x) f: an energy
  CHECK(virial == std::vector<double>{-3.0, -3.0, 25.0, -1.0, 9.0, 17.0});
}

TEST_CASE("more atoms than one block holds give the same energies")
{
  const Potential potential = make_potential();
  Cluster cluster;
  std::vector<double> energies(5, 0.0);
  evaluate_structure(potential, cluster.view(), energies.data(), {});
  constexpr int copies = Potential::block_size / 3 + 10;    // far apart: only the list knows them
  Cluster many;
  many.species.clear();
  const StructureView one = cluster.view();
  many.first.assign(1, 0);
  for (int copy = 0; copy < copies; ++copy)
    for (int i = 0; i < one.n_atoms; ++i) {
      many.species.push_back(one.species[i]);
      for (std::int64_t p = one.first[i]; p < one.first[i + 1]; ++p) {
        many.neighbor.push_back(one.neighbor[p] + copy * one.n_atoms);
        many.displacement.insert(many.displacement.end(), one.displacement + 3 * p,
                                 one.displacement + 3 * p + 3);
      }
      many.first.push_back(static_cast<std::int64_t>(many.neighbor.size()));
    }
  const int n_atoms = copies * one.n_atoms;
  std::vector<double> all(static_cast<std::size_t>(n_atoms), 0.0);
  evaluate_structure(potential,
                     {n_atoms, many.species.data(), many.first.data(), many.neighbor.data(),
                      many.displacement.data()},
                     all.data(), {});
  for (std::size_t i = 0; i < all.size(); ++i)
    CHECK(all[i] == Approx(energies[i % 5]).epsilon(1e-14));
}

TEST_CASE("a committee gives the mean of its members, and the members on request")
{
  std::istringstream stream(test::silicon_oxygen_potential());
  const PotentialDefinition one = read_potential(stream, "SiO.nnp");
  PotentialDefinition other = one;
  for (ElementSection &section : other.sections) {
    auto layers = std::dynamic_pointer_cast<const Network>(section.models.front())->layers();
    layers.back().weights *= -3.0;
    section.models = {std::make_shared<Network>(layers, arma::rowvec())};
  }
  const Potential committee(join_committee({one, other}));
  const std::array<Potential, 2> members{Potential(one), Potential(other)};
  CHECK(committee.n_models() == 2);
  Cluster cluster;
  const StructureView view = cluster.view();
  EnvironmentBlock block;
  std::vector<int> neighbors;
  const std::vector<int> silicon{0, 2, 3};
  gather_block(view, 0, silicon.data(), 3, block, neighbors);
  PotentialScratch scratch;
  BlockResult single, none, energies, forces;
  committee.evaluate(block, scratch, none);
  committee.evaluate(block, scratch, energies, Members::energies);
  committee.evaluate(block, scratch, forces, Members::forces);
  CHECK(none.member_energies.is_empty());
  CHECK(none.member_gradients.empty());
  CHECK(energies.member_gradients.empty());
  CHECK(forces.gradient.x == none.gradient.x);
  CHECK(energies.gradient.y == none.gradient.y);
  CHECK(arma::all(forces.energies == none.energies));
  CHECK(arma::approx_equal(energies.member_energies, forces.member_energies, "absdiff", 0.0));
  for (std::size_t m = 0; m < 2; ++m) {
    members[m].evaluate(block, scratch, single);
    CHECK(arma::approx_equal(forces.member_energies.row(m), single.energies, "absdiff", 0.0));
    CHECK(forces.member_gradients[m].z == single.gradient.z);
  }
  for (std::size_t n = 0; n < neighbors.size(); ++n)
    CHECK(none.gradient.x[n] ==
          Approx((forces.member_gradients[0].x[n] + forces.member_gradients[1].x[n]) / 2.0)
              .epsilon(1e-14)
              .margin(1e-14));
}

TEST_CASE("sections that do not fit together are refused by element")
{
  std::istringstream stream(test::silicon_oxygen_potential());
  const PotentialDefinition definition = read_potential(stream, "SiO.nnp");
  PotentialDefinition changed = definition;
  changed.sections.pop_back();
  CHECK_THROWS_WITH(Potential(changed),
                    Catch::Contains("element Si") && Catch::Contains("needs the element O"));
  changed = definition;
  changed.sections[1].element = "Si";
  CHECK_THROWS_WITH(Potential(changed), Catch::Contains("Si stands twice"));
  changed = definition;
  changed.sections[0].statistics.pop_back();
  CHECK_THROWS_WITH(Potential(changed),
                    Catch::Contains("element Si") && Catch::Contains("statistics"));
  changed = definition;
  changed.sections[1].models = definition.sections[0].models;
  CHECK_THROWS_WITH(Potential(changed),
                    Catch::Contains("element O") && Catch::Contains("3 inputs"));
  changed = definition;
  changed.sections[1].models = {nullptr};
  CHECK_THROWS_WITH(Potential(changed),
                    Catch::Contains("element O") && Catch::Contains("model is missing"));
  changed = definition;
  changed.sections[1].models.push_back(definition.sections[1].models.front());
  CHECK_THROWS_WITH(Potential(changed), Catch::Contains("as many models for every element") &&
                                            Catch::Contains("got Si: 1, O: 2"));
  CHECK_THROWS_WITH(Potential(PotentialDefinition{}), Catch::Contains("at least one element"));
}
