// The network: backpropagation against differences, blocks against single atoms, activations at their limits.
#include "differences.h"
#include "nnmanybody/network.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace nnmb;

namespace {

arma::mat random_matrix(arma::uword rows, arma::uword columns, unsigned seed)
{
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> number;
  arma::mat matrix(rows, columns);
  matrix.imbue([&] { return number(generator); });
  return matrix;
}

Network random_network(const std::vector<arma::uword> &sizes, Activation activation, bool shortcut)
{
  std::vector<Layer> layers;
  for (std::size_t l = 1; l < sizes.size(); ++l) {
    const unsigned seed = static_cast<unsigned>(l);
    layers.push_back({random_matrix(sizes[l], sizes[l - 1], seed),
                      random_matrix(sizes[l], 1, seed + 100), activation});
  }
  layers.back().activation = Activation::identity;
  arma::rowvec weights;
  if (shortcut) weights = random_matrix(1, sizes.front(), 50);
  return {layers, weights};
}

double energy(const Network &network, const arma::mat &features)
{
  ModelScratch scratch;
  arma::rowvec energies;
  arma::mat gradients;
  network.evaluate(features, scratch, energies, gradients);
  return arma::accu(energies);
}

}    // namespace

TEST_CASE("backpropagation equals finite differences of the energy")
{
  const std::string name = GENERATE(as<std::string>{}, "identity", "tanh", "sigmoid", "softplus",
                                    "silu", "relu", "gaussian", "cos", "reverse_sigmoid");
  const bool shortcut = GENERATE(false, true);
  const std::vector<arma::uword> sizes =
      GENERATE(values<std::vector<arma::uword>>({{4, 1}, {4, 5, 1}, {4, 6, 3, 5, 1}}));
  CAPTURE(name, shortcut, sizes);
  const Network network = random_network(sizes, activation_from_name(name), shortcut);
  arma::mat features = random_matrix(4, 3, 9);
  ModelScratch scratch;
  arma::rowvec energies;
  arma::mat gradients;
  network.evaluate(features, scratch, energies, gradients);
  REQUIRE(energies.n_elem == 3);
  for (arma::uword atom = 0; atom < 3; ++atom)
    for (arma::uword s = 0; s < 4; ++s) {
      const double slope =
          test::slope(features(s, atom), 1e-3, [&] { return energy(network, features); });
      CHECK(gradients(s, atom) == Approx(slope).epsilon(1e-8).margin(1e-9));
    }
}

TEST_CASE("a block gives what its atoms give alone, with a scratch used before")
{
  const Network network = random_network({6, 16, 16, 1}, Activation::tanh, true);
  const arma::mat features = random_matrix(6, 33, 4);
  ModelScratch scratch;
  arma::rowvec energies, alone;
  arma::mat gradients, gradient;
  network.evaluate(features, scratch, energies, gradients);
  for (arma::uword atom = 0; atom < features.n_cols; ++atom) {
    network.evaluate(features.col(atom), scratch, alone, gradient);
    CHECK(energies(atom) == Approx(alone(0)).epsilon(1e-13));
    CHECK(arma::approx_equal(gradients.col(atom), gradient, "absdiff", 1e-12));
  }
}

TEST_CASE("the activations that grow have the derivatives of their values")
{
  const std::string name = GENERATE(as<std::string>{}, "exp", "harmonic");
  CAPTURE(name);
  for (double u : {-2.0, -0.3, 0.0, 1.7}) {
    const auto value = [&] {
      arma::mat values(1, 1, arma::fill::value(u)), derivatives;
      activate(activation_from_name(name), values, derivatives);
      return std::pair<double, double>{values(0, 0), derivatives(0, 0)};
    };
    const double expected = test::slope(u, 1e-3, [&] { return value().first; });
    CHECK(value().second == Approx(expected).margin(1e-9));
  }
}

TEST_CASE("no activation overflows")
{
  const std::string name = GENERATE(as<std::string>{}, "identity", "tanh", "sigmoid", "relu",
                                    "softplus", "silu", "gaussian", "cos", "reverse_sigmoid");
  arma::mat values{{800.0, -800.0, 1e308, -1e308, 0.0}};
  arma::mat derivatives;
  activate(activation_from_name(name), values, derivatives);
  CAPTURE(name);
  CHECK(values.is_finite());
  CHECK(derivatives.is_finite());
}

TEST_CASE("shapes that do not fit are refused by the number of the layer")
{
  const Layer first{arma::mat(3, 2, arma::fill::ones), arma::vec(3, arma::fill::ones),
                    Activation::tanh};
  const Layer last{arma::mat(1, 3, arma::fill::ones), arma::vec(1, arma::fill::ones),
                   Activation::identity};
  Layer wrong = last;
  wrong.weights.ones(1, 4);
  CHECK_THROWS_WITH(Network({first, wrong}, {}),
                    Catch::Contains("layer 2") && Catch::Contains("1 x 4"));
  wrong = first;
  wrong.biases.ones(2);
  CHECK_THROWS_WITH(Network({wrong, last}, {}),
                    Catch::Contains("layer 1") && Catch::Contains("3 biases, got 2"));
  wrong = last;
  wrong.weights(0, 1) = std::nan("");
  CHECK_THROWS_WITH(Network({first, wrong}, {}),
                    Catch::Contains("layer 2") && Catch::Contains("NaN"));
  CHECK_THROWS_WITH(Network({first}, {}), Catch::Contains("one output"));
  CHECK_THROWS_WITH(Network({}, {}), Catch::Contains("at least one layer"));
  CHECK_THROWS_WITH(Network({first, last}, arma::rowvec(3, arma::fill::ones)),
                    Catch::Contains("shortcut"));
}

TEST_CASE("features of another number are refused")
{
  const Network network = random_network({4, 1}, Activation::tanh, false);
  CHECK_THROWS_WITH(energy(network, arma::mat(3, 2, arma::fill::ones)),
                    Catch::Contains("expected 4 features, got 3"));
}
