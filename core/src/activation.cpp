#include "nnmanybody/activation.h"

#include "nnmanybody/kernels.h"
#include "nnmanybody/text.h"

#include <algorithm>
#include <cmath>

namespace nnmb {

const std::vector<std::string> &activation_names()
{
  static const std::vector<std::string> names{"identity",        "tanh", "sigmoid",  "relu",
                                              "softplus",        "silu", "gaussian", "cos",
                                              "reverse_sigmoid", "exp",  "harmonic"};
  return names;
}

Activation activation_from_name(const std::string &name)
{
  return static_cast<Activation>(index_of_name("an activation", name, activation_names()));
}

const std::string &activation_name(Activation activation)
{
  return activation_names()[static_cast<std::size_t>(activation)];
}

namespace {

double sigmoid(double u)
{
  // e^-|u| never overflows.
  const double e = std::exp(-std::abs(u));
  return u >= 0.0 ? 1.0 / (1.0 + e) : e / (1.0 + e);
}

/// One pair (f(u), f'(u)) for every element.
template <typename Function>
void for_each(arma::mat &values, arma::mat &derivative, Function function)
{
  double *value = values.memptr();
  double *slope = derivative.memptr();
  for (arma::uword i = 0; i < values.n_elem; ++i) function(value[i], slope[i]);
}

}    // namespace

void activate(Activation activation, arma::mat &values, arma::mat &derivative)
{
  derivative.set_size(values.n_rows, values.n_cols);
  if (kernels::best().activate(activation, static_cast<std::int64_t>(values.n_elem),
                               values.memptr(), derivative.memptr()))
    return;
  switch (activation) {
    case Activation::identity:
      derivative.ones();
      break;
    case Activation::relu:
      for_each(values, derivative, [](double &u, double &d) {
        d = u > 0.0 ? 1.0 : 0.0;
        u = std::max(u, 0.0);
      });
      break;
    case Activation::cos:
      for_each(values, derivative, [](double &u, double &d) {
        d = -std::sin(u);
        u = std::cos(u);
      });
      break;
    case Activation::reverse_sigmoid:
      for_each(values, derivative, [](double &u, double &d) {
        u = sigmoid(-u);
        d = u * (u - 1.0);
      });
      break;
    case Activation::exp:
      for_each(values, derivative, [](double &u, double &d) {
        u = std::exp(-u);
        d = -u;
      });
      break;
    case Activation::harmonic:
      for_each(values, derivative, [](double &u, double &d) {
        d = 2.0 * u;
        u *= u;
      });
      break;
    default:
      break;    // the vector forms above
  }
}

}    // namespace nnmb
