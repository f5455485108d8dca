#pragma once
// Central finite differences of eighth order (Fornberg, Math. Comp. 51, 699 (1988), table 1).

#include <array>
#include <cstddef>

namespace nnmb::test {

/// d function / d x at the value that x has now; `function` reads x through its reference.
template <typename Function> double slope(double &x, double step, Function function)
{
  constexpr std::array<double, 4> weights{4.0 / 5.0, -1.0 / 5.0, 4.0 / 105.0, -1.0 / 280.0};
  const double at = x;
  double total = 0.0;
  for (std::size_t n = 0; n < weights.size(); ++n) {
    const double way = step * static_cast<double>(n + 1);
    x = at + way;
    const double up = function();
    x = at - way;
    total += weights[n] * (up - function());
  }
  x = at;
  return total / step;
}

}    // namespace nnmb::test
