#include "nnmanybody/scaling.h"

#include "nnmanybody/text.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace nnmb {

const std::vector<std::string> &scaling_names()
{
  static const std::vector<std::string> names{"none", "minmax", "center", "minmax_center", "sigma"};
  return names;
}

ScalingKind scaling_kind(const std::string &name)
{
  return static_cast<ScalingKind>(index_of_name("a scaling", name, scaling_names()));
}

AffineScaling::AffineScaling(const Scaling &scaling,
                             const std::vector<FunctionStatistics> &statistics) :
    factor(statistics.size(), arma::fill::ones), center(statistics.size(), arma::fill::zeros),
    offset(scaling.has_bounds() ? scaling.lower : 0.0)
{
  if (!(scaling.upper > scaling.lower))
    throw std::invalid_argument("scaling: expected lower < upper, got " + shortest(scaling.lower) +
                                " and " + shortest(scaling.upper));
  for (std::size_t s = 0; s < statistics.size(); ++s) {
    const FunctionStatistics &g = statistics[s];
    const bool by_sigma = scaling.kind == ScalingKind::sigma;
    if (scaling.has_bounds()) {
      const double width = by_sigma ? g.sigma : g.max - g.min;
      if (!(width > 0.0))
        throw std::invalid_argument(
            "scaling " + scaling_names()[static_cast<std::size_t>(scaling.kind)] +
            ": symmetry function " + std::to_string(s + 1) + " has " +
            (by_sigma ? "sigma = " : "max - min = ") + shortest(width) +
            " on the training set, expected a positive value: drop the function");
      factor[s] = (scaling.upper - scaling.lower) / width;
    }
    if (scaling.kind == ScalingKind::minmax)
      center[s] = g.min;
    else if (scaling.kind != ScalingKind::none)
      center[s] = g.mean;
  }
}

void AffineScaling::apply(arma::mat &features) const
{
  for (arma::uword c = 0; c < features.n_cols; ++c)
    for (arma::uword s = 0; s < features.n_rows; ++s)
      features(s, c) = factor[s] * (features(s, c) - center[s]) + offset;
}

void AffineScaling::apply_to_gradient(arma::mat &gradient) const
{
  gradient.each_col() %= factor;
}

}    // namespace nnmb
