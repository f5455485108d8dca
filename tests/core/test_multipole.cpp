// Sums over neighbors against the sums over pairs of neighbors that they replace.
#include "nnmanybody/descriptor.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <string>
#include <vector>

using namespace nnmb;

namespace {

const std::vector<std::string> elements{"Si", "O"};

EnvironmentBlock random_neighbors(int n)
{
  std::mt19937_64 generator(11);
  std::uniform_real_distribution<double> coordinate(-4.0, 4.0);
  EnvironmentBlock block;
  for (int i = 0; i < n; ++i) {
    const double x = coordinate(generator), y = coordinate(generator), z = coordinate(generator);
    block.add_neighbor(i % 3 == 0 ? 1 : 0, x, y, z);
  }
  block.end_center();
  return block;
}

struct Sum {
  double value, scale;    // scale: what rounding errors are relative to
};

/// The definition, pair by pair.
Sum over_pairs(const SymmetryFunction &f, const EnvironmentBlock &block)
{
  const auto species = [&](std::size_t place) { return f.neighbors[place] == "Si" ? 0 : 1; };
  std::vector<double> g, r;
  const std::size_t n = block.x.size();
  for (std::size_t j = 0; j < n; ++j) {
    r.push_back(
        std::sqrt(block.x[j] * block.x[j] + block.y[j] * block.y[j] + block.z[j] * block.z[j]));
    g.push_back(std::exp(-f.eta * std::pow(r[j] - f.r_shift, 2)) * f.cutoff(r[j]).value);
  }
  Sum sum{0.0, 0.0};
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t k = 0; k < n; ++k) {
      if (block.species[j] != species(0) || block.species[k] != species(1)) continue;
      sum.scale += g[j] * g[k];
      if (j == k || (species(0) == species(1) && k < j)) continue;
      const double cosine =
          (block.x[j] * block.x[k] + block.y[j] * block.y[k] + block.z[j] * block.z[k]) /
          (r[j] * r[k]);
      sum.value +=
          std::pow(2.0, 1.0 - f.zeta) * std::pow(1.0 + f.lambda * cosine, f.zeta) * g[j] * g[k];
    }
  return sum;
}

}    // namespace

TEST_CASE("sums over neighbors equal the sums over pairs of them")
{
  const int n = GENERATE(2, 9, 60);
  const std::string pair = GENERATE("Si Si", "O O", "Si O");
  const EnvironmentBlock block = random_neighbors(n);
  std::vector<SymmetryFunction> functions;
  for (int zeta = 1; zeta <= 8; ++zeta)
    for (const std::string radial : {"cutoff 6 eta 0.1 r_shift 0", "cutoff 6 eta 2 r_shift 3",
                                     "cutoff 4.5 eta 0.4 r_shift 1.5"})
      for (const std::string lambda : {"1", "-1"})
        functions.push_back(parse_symmetry_function("G5 neighbors " + pair + " " + radial +
                                                    " zeta " + std::to_string(zeta) + " lambda " +
                                                    lambda));
  const Descriptor descriptor(elements, functions);
  DescriptorScratch scratch;
  arma::mat values;
  descriptor.values(block, scratch, values);
  for (std::size_t s = 0; s < functions.size(); ++s) {
    const Sum expected = over_pairs(functions[s], block);
    CAPTURE(to_text(functions[s]), n);
    CHECK(values(static_cast<arma::uword>(s), 0) ==
          Approx(expected.value).epsilon(0.0).margin(1e-14 * expected.scale));
  }
}

TEST_CASE("a pair of neighbors in line with the atom has no angle to count")
{
  EnvironmentBlock block;
  block.add_neighbor(0, 1.0, 1.0, 1.0);
  block.add_neighbor(0, -2.0, -2.0, -2.0);
  block.end_center();
  const Descriptor descriptor(
      elements,
      {parse_symmetry_function("G5 neighbors Si Si cutoff 6 eta 0 r_shift 0 zeta 4 lambda 1")});
  DescriptorScratch scratch;
  arma::mat values;
  descriptor.values(block, scratch, values);
  CHECK(values(0, 0) >= 0.0);    // rounding does not push it below
  CHECK(values(0, 0) <= 1e-15);
}
