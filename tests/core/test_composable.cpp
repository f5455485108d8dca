// Composable models of features as they come: values against formulas written out, gradients against differences.
#include "nnmanybody/composable.h"

#include "differences.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <sstream>

using namespace nnmb;
using Catch::Matchers::Contains;

namespace {

/// Numbers without a pattern, so that no two terms may be exchanged without a word.
std::vector<double> numbers(int n, double scale)
{
  std::vector<double> list;
  for (int i = 0; i < n; ++i) list.push_back(scale * (1.0 + std::sin(1.0 + 2.3 * i)));
  return list;
}

/// Every basis has its functions behind those of the basis before it; the second kind of neighbor, of weight 0.7, shares
/// the functions of the first in the other order.
Composable model_of(const std::string &text)
{
  const Expression expression = parse_expression(text);
  ComposableParameters parameters;
  for (const Basis &basis : expression.bases) {
    BasisPart first, second{0.7, {}};
    for (int nu = 0; nu < basis.size(); ++nu) {
      first.functions.push_back(parameters.n_features + nu);
      second.functions.push_back(parameters.n_features + basis.size() - 1 - nu);
    }
    parameters.n_features += basis.size();
    parameters.bases.push_back({first, second});
  }
  parameters.exponents = numbers(expression.n_exponents, 0.4);
  parameters.coefficients = numbers(expression.n_coefficients, 1.5);
  if (expression.has_neighborhood()) parameters.cutoff = CutoffFunction{CutoffKind::poly3, 5.0};
  return Composable(expression, parameters);
}

arma::mat inputs_of(const Composable &model, arma::uword n_atoms)
{
  const auto n = static_cast<arma::uword>(model.n_features()) +
                 (model.message_rule() ? model.message_rule()->map.n_rows : 0);
  const std::vector<double> list = numbers(static_cast<int>(n * n_atoms), 0.8);
  return arma::mat(list.data(), n, n_atoms);
}

double energy_of(const Composable &model, const arma::mat &inputs, arma::uword atom)
{
  ModelScratch scratch;
  arma::rowvec energies;
  arma::mat gradients;
  model.evaluate(inputs, scratch, energies, gradients);
  return energies(atom);
}

}    // namespace

TEST_CASE("expressions that cannot be read are told with the place")
{
  const std::pair<const char *, const char *> wrong[] = {
      {"", "expected a basis such as G8, got the end"},
      {"H8", "got 'H8'"},
      {"G", "expected a number of functions, got the end"},
      {"G0", "a number of functions from 1 to 1000"},
      {"E[G8]", "expected L and the number of layers, got ']'"},
      {"E[G8L4", "expected ']'"},
      {"G8 + ", "expected a basis such as G8, got the end"},
      {"G8 G4", "expected +, * or the end, got 'G4'"},
      {"N[N[G4]]", "no N inside N"},
      {"T3", "expected A and the highest power of the cosine"}};
  for (const auto &[text, message] : wrong)
    CHECK_THROWS_WITH(parse_expression(text), Contains(message));
}

TEST_CASE("parameters are numbered from left to right, bases shared within a sum")
{
  const Expression sum = parse_expression("E_s[ G8L4 ]⊕N[E[G8L4]]");
  CHECK(sum.text == "E[G8L4] + N[E[G8L4]]");
  CHECK(sum.bases.size() == 1);
  CHECK(sum.n_coefficients == 65);    // table 6 of the paper
  CHECK(sum.n_exponents == 8);
  const Expression product = parse_expression("G8 * E[G4L4]");
  CHECK(product.bases.size() == 2);
  CHECK(product.n_coefficients == 27);
  CHECK(product.nodes[1].first_coefficient == 9);    // behind 8 of the left factor and its shift
  CHECK(parse_expression("T2A3").bases.front().size() == 12);
}

TEST_CASE("energies of S, E, N, sums and products are the formulas of the page")
{
  // One basis of two functions: phi = x_0 + 0.7 x_1, x_1 + 0.7 x_0; psi are the inputs 2 and 3 as they come.
  const double x0 = 0.3, x1 = 0.9, p0 = 1.1, p1 = 0.2;
  const double phi[] = {x0 + 0.7 * x1, x1 + 0.7 * x0}, psi[] = {p0, p1};
  const auto exponentials = [](const double *c, const double *z, const double *of) {
    double sum = 0.0;
    for (int nu = 0; nu < 2; ++nu)
      for (int l = 0; l < 3; ++l) sum += c[3 * nu + l] * std::exp(-z[l] * of[nu]);
    return sum;
  };
  const auto check = [](const Composable &model, const arma::mat &inputs, double expected) {
    INFO(model.expression().text);
    CHECK(energy_of(model, inputs, 0) == Approx(expected).epsilon(1e-13));
  };
  const arma::mat own(std::vector<double>{x0, x1}.data(), 2, 1);
  const arma::mat all(std::vector<double>{x0, x1, p0, p1}.data(), 4, 1);

  const Composable linear = model_of("G2"), layers = model_of("E[G2L3]"),
                   neighbors = model_of("N[E[G2L3]]"), sum = model_of("E[G2L3] + N[G2]");
  const auto &c = linear.parameters().coefficients;
  check(linear, own, c[0] * phi[0] + c[1] * phi[1] + c[2]);
  const auto &d = layers.parameters().coefficients, &z = layers.parameters().exponents;
  check(layers, own, exponentials(d.data(), z.data(), phi) + d[6]);
  check(neighbors, all, exponentials(d.data(), z.data(), psi) + d[6]);
  const auto &s = sum.parameters().coefficients;
  check(sum, all, exponentials(s.data(), z.data(), phi) + s[6] * psi[0] + s[7] * psi[1] + s[8]);

  const Composable product = model_of("G2 * E[G2L3]");    // the second factor has inputs 2 and 3
  const auto &f = product.parameters().coefficients, &y = product.parameters().exponents;
  const double right[] = {p0 + 0.7 * p1, p1 + 0.7 * p0};
  check(product, all,
        (f[0] * phi[0] + f[1] * phi[1] + f[2]) *
                (exponentials(f.data() + 3, y.data(), right) + f[9]) +
            f[10]);
}

TEST_CASE("gradients of composable models are differences, batches are single atoms")
{
  const auto *text = GENERATE("G3", "E[C3L2]", "N[E[G2L2]]", "E[G3L2] + N[E[G3L2]]",
                              "G2 * E[G3L2] * G2", "(G3 + E[G2L3]) * N[G2]", "T2A1 + G2");
  CAPTURE(text);
  const Composable model = model_of(text);
  arma::mat inputs = inputs_of(model, 9);
  ModelScratch scratch;
  arma::rowvec energies;
  arma::mat gradients;
  model.evaluate(inputs, scratch, energies, gradients);
  REQUIRE(arma::size(gradients) == arma::size(inputs));
  for (const arma::uword atom : {0u, 8u}) {
    CHECK(energy_of(model, inputs.cols(atom, atom), 0) == Approx(energies(atom)).epsilon(1e-13));
    for (arma::uword k = 0; k < inputs.n_rows; ++k) {
      const double expected =
          test::slope(inputs(k, atom), 1e-2, [&] { return energy_of(model, inputs, atom); });
      CHECK(gradients(k, atom) == Approx(expected).epsilon(1e-9).margin(1e-9));
    }
  }
}

TEST_CASE("derivatives of composable models by their coefficients")
{
  const auto *text = GENERATE("E[G2L3]", "E[G2L2] + N[E[G2L2]]", "G2 * E[G2L2]");
  CAPTURE(text);
  const Composable model = model_of(text);
  const arma::mat inputs = inputs_of(model, 2);
  arma::mat basis;
  arma::cube slopes;
  model.linear_basis(inputs, basis, slopes);
  ComposableParameters parameters = model.parameters();
  for (arma::uword k = 0; k < basis.n_rows; ++k) {
    // The energy is at most linear in each coefficient: one difference is the derivative.
    const double at = parameters.coefficients[k];
    parameters.coefficients[k] = at + 1.0;
    const Composable moved(model.expression(), parameters);
    parameters.coefficients[k] = at;
    ModelScratch scratch;
    arma::rowvec before, after;
    arma::mat gradients, gradients_after;
    model.evaluate(inputs, scratch, before, gradients);
    moved.evaluate(inputs, scratch, after, gradients_after);
    for (arma::uword atom = 0; atom < 2; ++atom) {
      CHECK(basis(k, atom) == Approx(after(atom) - before(atom)).epsilon(1e-12).margin(1e-12));
      for (arma::uword i = 0; i < inputs.n_rows; ++i)
        CHECK(slopes(i, k, atom) ==
              Approx(gradients_after(i, atom) - gradients(i, atom)).epsilon(1e-12).margin(1e-12));
    }
  }
}

TEST_CASE("parameters that do not fit the expression are refused")
{
  const Composable good = model_of("E[G2L3]");
  ComposableParameters wrong = good.parameters();
  wrong.exponents.pop_back();
  CHECK_THROWS_WITH(Composable(good.expression(), wrong), Contains("expected 3 exponents, got 2"));
  wrong = good.parameters();
  wrong.bases.front().front().functions.back() = 2;
  CHECK_THROWS_WITH(Composable(good.expression(), wrong), Contains("names function 3 of 2"));
  wrong = good.parameters();
  wrong.cutoff = CutoffFunction{CutoffKind::poly3, 5.0};
  CHECK_THROWS_WITH(Composable(good.expression(), wrong), Contains("goes with N"));
}
