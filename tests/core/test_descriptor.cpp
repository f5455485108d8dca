// The two passes of the descriptor: values, and the contraction, which must equal the contracted Jacobian.
#include "differences.h"
#include "nnmanybody/descriptor.h"

#include <catch2/catch.hpp>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

using namespace nnmb;

namespace {

const std::vector<std::string> elements{"Si", "O"};

const std::vector<std::string> lines{
    "G1 neighbor Si cutoff 5",
    "G2 neighbor O cutoff 5 eta 0.5 r_shift 2",
    "G2 neighbor Si cutoff 4 eta 0.5 r_shift 2",
    "G3 neighbor Si cutoff 5 kappa 1.7",
    "G4 neighbors Si Si cutoff 5 eta 0.05 r_shift 0 zeta 1 lambda 1",
    "G4 neighbors Si O cutoff 6 eta 0.05 r_shift 1.3 zeta 4 lambda -1",
    "G4 neighbors O Si cutoff 6 eta 0.05 r_shift 1.3 zeta 2.7 lambda 1",
    "G5 neighbors O O cutoff 6 eta 0.1 r_shift 0 zeta 1.5 lambda -1",
    "G5 neighbors Si O cutoff 4 eta 0 r_shift 0 zeta 16 lambda 1",
    "G5 neighbors Si Si cutoff 5 eta 0.3 r_shift 2 zeta 1 lambda -1",
    "G5 neighbors Si Si cutoff 5 eta 0.3 r_shift 2 zeta 4 lambda 1",
    "G5 neighbors Si O cutoff 5 eta 0.1 r_shift 1 zeta 3 lambda -1",
    "G5 neighbors O O cutoff 6 eta 0.1 r_shift 0 zeta 7 lambda 1",
    "G5 neighbors * * cutoff 6 eta 0.2 r_shift 0 zeta 2 lambda 1 weight atomic_number"};

Descriptor make_descriptor()
{
  std::vector<SymmetryFunction> functions;
  for (const std::string &line : lines) functions.push_back(parse_symmetry_function(line));
  return {elements, functions};
}

/// Centers with 0, 1, 5, 40 random neighbors (40 make more triplets than one chunk holds).
EnvironmentBlock random_block()
{
  std::mt19937_64 generator(7);
  std::uniform_real_distribution<double> coordinate(-4.5, 4.5);
  std::uniform_int_distribution<int> species(0, 1);
  EnvironmentBlock block;
  for (const int n : {5, 0, 40, 1}) {
    for (int i = 0; i < n; ++i) {
      const int kind = species(generator);
      const double x = coordinate(generator), y = coordinate(generator), z = coordinate(generator);
      block.add_neighbor(kind, x, y, z);
    }
    block.end_center();
  }
  return block;
}

arma::mat random_weights(int n_functions, int n_centers)
{
  std::mt19937_64 generator(8);
  std::normal_distribution<double> weight;
  arma::mat weights(static_cast<arma::uword>(n_functions), static_cast<arma::uword>(n_centers));
  weights.imbue([&] { return weight(generator); });
  return weights;
}

/// sum_s weights(s, center) dG_s/d(displacement), part by part as the potential does it.
NeighborGradient contract(const Descriptor &descriptor, const EnvironmentBlock &block,
                          const arma::mat &weights)
{
  DescriptorScratch scratch;
  arma::mat values;
  descriptor.prepare(block, scratch);
  for (int begin = 0; begin < block.n_centers();) {
    const int end = descriptor.values(scratch, begin, block.n_centers(), values);
    descriptor.contract(
        scratch, begin, end,
        weights.cols(static_cast<arma::uword>(begin), static_cast<arma::uword>(end) - 1));
    begin = end;
  }
  NeighborGradient gradient;
  descriptor.gather_gradient(block, scratch, gradient);
  return gradient;
}

/// Center that owns a neighbor of the block.
int owner(const EnvironmentBlock &block, std::size_t neighbor)
{
  int center = 0;
  while (block.first[static_cast<std::size_t>(center) + 1] <= static_cast<int>(neighbor)) ++center;
  return center;
}

}    // namespace

TEST_CASE("contraction equals the contracted Jacobian")
{
  const Descriptor descriptor = make_descriptor();
  const EnvironmentBlock block = random_block();
  const auto n_functions = static_cast<std::size_t>(descriptor.n_functions());
  const auto n_neighbors = static_cast<std::size_t>(block.n_neighbors());
  const arma::mat weights = random_weights(descriptor.n_functions(), block.n_centers());

  DescriptorScratch scratch;
  arma::mat values;
  const NeighborGradient gradient = contract(descriptor, block, weights);
  std::vector<double> jacobian(n_neighbors * 3 * n_functions);
  descriptor.values_and_jacobian(block, scratch, values, jacobian.data());

  REQUIRE(gradient.x.size() == n_neighbors);
  for (std::size_t n = 0; n < n_neighbors; ++n) {
    const double *column = weights.colptr(static_cast<arma::uword>(owner(block, n)));
    const double got[3] = {gradient.x[n], gradient.y[n], gradient.z[n]};
    for (std::size_t d = 0; d < 3; ++d) {
      double expected = 0.0;
      for (std::size_t s = 0; s < n_functions; ++s)
        expected += column[s] * jacobian[(n * 3 + d) * n_functions + s];
      CHECK(got[d] == Approx(expected).epsilon(1e-11).margin(1e-13));
    }
  }
}

TEST_CASE("contraction equals finite differences of the values")
{
  const Descriptor descriptor = make_descriptor();
  EnvironmentBlock block;
  for (const auto &[species, x, y, z] : std::vector<std::tuple<int, double, double, double>>{
           {0, 1.1, 0.4, -0.7}, {1, -0.6, 1.5, 0.9}, {1, 2.0, -1.0, 1.2}, {0, -1.3, -1.8, 0.2}})
    block.add_neighbor(species, x, y, z);
  block.end_center();
  const arma::mat weights = random_weights(descriptor.n_functions(), 1);

  DescriptorScratch scratch;
  arma::mat values;
  const NeighborGradient gradient = contract(descriptor, block, weights);

  const auto energy = [&] {
    descriptor.values(block, scratch, values);
    return arma::dot(weights, values);
  };
  for (std::size_t n = 0; n < 4; ++n) {
    CHECK(gradient.x[n] ==
          Approx(test::slope(block.x[n], 0.01, energy)).epsilon(1e-8).margin(1e-10));
    CHECK(gradient.y[n] ==
          Approx(test::slope(block.y[n], 0.01, energy)).epsilon(1e-8).margin(1e-10));
    CHECK(gradient.z[n] ==
          Approx(test::slope(block.z[n], 0.01, energy)).epsilon(1e-8).margin(1e-10));
  }
}

TEST_CASE("a center without neighbors has zeros, and a scratch may be used again")
{
  const Descriptor descriptor = make_descriptor();
  DescriptorScratch scratch;
  arma::mat values, again;
  descriptor.values(random_block(), scratch, values);
  CHECK(arma::abs(values.col(0)).max() > 0.0);
  CHECK(arma::abs(values.col(1)).max() == 0.0);

  EnvironmentBlock empty;
  empty.end_center();
  descriptor.values(empty, scratch, again);
  CHECK(arma::abs(again).max() == 0.0);
  descriptor.values(random_block(), scratch, again);
  CHECK(arma::approx_equal(again, values, "absdiff", 0.0));
}

TEST_CASE("an environment that has no derivative is refused")
{
  const Descriptor descriptor = make_descriptor();
  DescriptorScratch scratch;
  arma::mat values;
  EnvironmentBlock block;
  block.add_neighbor(0, 0.0, 0.0, 0.0);
  block.end_center();
  CHECK_THROWS_WITH(descriptor.values(block, scratch, values),
                    Catch::Contains("on top of one another"));
  block.x[0] = std::nan("");
  CHECK_THROWS_WITH(descriptor.values(block, scratch, values), Catch::Contains("finite"));
}

TEST_CASE("a descriptor names what it cannot be made of")
{
  const auto g1 = parse_symmetry_function("G1 neighbor Si cutoff 5");
  const auto carbon =
      parse_symmetry_function("G4 neighbors Si C cutoff 5 eta 0 r_shift 0 zeta 1 lambda 1");
  CHECK_THROWS_WITH(Descriptor(elements, {}), Catch::Contains("at least one symmetry function"));
  CHECK_THROWS_WITH(Descriptor(elements, {g1, carbon}), Catch::Contains("element C"));
  CHECK_THROWS_WITH(Descriptor(elements, {g1, g1}), Catch::Contains("stands twice"));
}
