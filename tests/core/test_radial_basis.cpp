// The radial basis network: against its formula, differences, blocks of atoms, and its text.
#include "differences.h"
#include "nnmanybody/radial_basis.h"
#include "nnmanybody/text.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <sstream>
#include <string>

using namespace nnmb;
using Catch::Contains;

namespace {

arma::mat random_matrix(arma::uword rows, arma::uword columns, unsigned seed)
{
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> number;
  arma::mat matrix(rows, columns);
  matrix.imbue([&] { return number(generator); });
  return matrix;
}

RadialBasisParameters parameters(arma::uword n_centers, bool shortcut)
{
  RadialBasisParameters p{random_matrix(3, 5, 1),
                          random_matrix(3, n_centers, 2),
                          arma::abs(random_matrix(n_centers, 1, 3)) + 0.05,
                          random_matrix(n_centers, 1, 4),
                          -1.25,
                          {}};
  if (shortcut) p.shortcut = random_matrix(1, 3, 5);
  return p;
}

/// The formula as it stands in radial_basis.h, term by term.
double formula(const RadialBasisParameters &p, const arma::vec &features)
{
  const arma::vec z = p.whitening * features;
  double energy = p.constant;
  for (arma::uword k = 0; k < p.centers.n_cols; ++k)
    energy +=
        p.weights[k] * std::exp(-p.gammas[k] * arma::accu(arma::square(z - p.centers.col(k))));
  for (arma::uword i = 0; i < p.shortcut.n_elem; ++i) energy += p.shortcut[i] * z[i];
  return energy;
}

struct Result {
  arma::rowvec energies;
  arma::mat gradients;
};

Result evaluate(const RadialBasis &model, const arma::mat &features)
{
  ModelScratch scratch;
  Result result;
  model.evaluate(features, scratch, result.energies, result.gradients);
  return result;
}

std::shared_ptr<const RadialBasis> parse(const std::string &text)
{
  std::istringstream stream(text);
  LineReader reader(stream, "block");
  return RadialBasis::read(reader);
}

std::string text_of(const RadialBasis &model)
{
  std::ostringstream stream;
  model.write(stream);
  return stream.str();
}

std::string edited(const std::string &old, const std::string &changed)
{
  std::string text = text_of(RadialBasis(parameters(2, true)));
  const std::size_t at = text.find(old);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old.size(), changed);
}

}    // namespace

TEST_CASE("a radial basis network is its formula, and its gradient the finite difference")
{
  const bool shortcut = GENERATE(false, true);
  const arma::uword n_centers = GENERATE(1, 7, 40);
  const RadialBasisParameters p = parameters(n_centers, shortcut);
  const RadialBasis model(p);
  arma::mat features = random_matrix(5, 9, 6);
  const Result result = evaluate(model, features);
  REQUIRE(result.energies.n_elem == 9);
  for (arma::uword atom = 0; atom < 9; ++atom) {
    CHECK(result.energies[atom] == Approx(formula(p, features.col(atom))).epsilon(1e-12));
    for (arma::uword s = 0; s < 5; ++s) {
      arma::vec moved = features.col(atom);
      const double slope = test::slope(moved[s], 1e-3, [&] { return formula(p, moved); });
      CHECK(result.gradients(s, atom) == Approx(slope).epsilon(1e-8).margin(1e-9));
    }
  }
}

TEST_CASE("a block of a radial basis network gives what its atoms give alone")
{
  const RadialBasis model(parameters(11, true));
  const arma::mat features = random_matrix(5, 33, 7);
  const Result block = evaluate(model, features);
  for (arma::uword atom = 0; atom < features.n_cols; ++atom) {
    const Result alone = evaluate(model, features.col(atom));
    CHECK(block.energies[atom] == Approx(alone.energies[0]).epsilon(1e-13));
    CHECK(arma::approx_equal(block.gradients.col(atom), alone.gradients, "absdiff", 1e-12));
  }
}

TEST_CASE("far from all centers a radial basis network is its constant")
{
  const RadialBasis model(parameters(7, false));
  const Result far = evaluate(model, arma::mat(5, 3, arma::fill::value(1e4)));
  for (const double energy : far.energies) CHECK(energy == Approx(-1.25).epsilon(1e-14));
  CHECK(arma::abs(far.gradients).max() < 1e-200);
}

TEST_CASE("the block of a radial basis network is read back to the same bytes")
{
  const bool shortcut = GENERATE(false, true);
  const std::string text = text_of(RadialBasis(parameters(4, shortcut)));
  CHECK(text_of(*parse(text)) == text);
}

TEST_CASE("a malformed block of a radial basis network is refused with its line")
{
  CHECK_THROWS_WITH(parse(edited("centers 2", "centers 0")),
                    Contains("block:3: expected centers from 1"));
  CHECK_THROWS_WITH(parse(edited("centers 2", "centers 3")), Contains("end of the file"));
  CHECK_THROWS_WITH(parse(edited("dimensions 3", "dimensions 2")), Contains("shortcut_weights"));
  CHECK_THROWS_WITH(parse(edited("inputs 5", "inputs 4")),
                    Contains("expected 4 numbers (row of the"));
  CHECK_THROWS_WITH(parse(edited("shortcut yes", "shortcut maybe")), Contains("'shortcut yes' or"));
  CHECK_THROWS_WITH(parse(edited("constant -1.25", "constant nan")), Contains("block:4"));
  CHECK_THROWS_WITH(parse(edited("weight gamma center", "weight center gamma")),
                    Contains("expected 'weight gamma center'"));
}

TEST_CASE("radial basis networks that cannot be are refused")
{
  RadialBasisParameters p = parameters(3, true);
  p.gammas[1] = 0.0;
  CHECK_THROWS_WITH(RadialBasis(p), Contains("gammas above zero, got 0 for center 2"));
  p = parameters(3, true);
  p.weights.set_size(2);
  CHECK_THROWS_WITH(RadialBasis(p), Contains("each of the 3 centers, got 3 and 2"));
  p = parameters(3, true);
  p.centers.set_size(4, 3);
  CHECK_THROWS_WITH(RadialBasis(p), Contains("center of 3 numbers"));
  p = parameters(3, true);
  p.shortcut[0] = std::nan("");
  CHECK_THROWS_WITH(RadialBasis(p), Contains("NaN"));
  CHECK_THROWS_WITH(evaluate(RadialBasis(parameters(3, true)), arma::mat(4, 2, arma::fill::ones)),
                    Contains("expected 5 features, got 4"));
}
