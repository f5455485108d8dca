#include "nnmanybody/extrapolation.h"

#include <algorithm>
#include <cmath>

namespace nnmb {

namespace {

double width_of(const FunctionStatistics &g)
{
  constexpr double rounding = 1e-12;
  const double width = g.max - g.min;
  return width > rounding * std::max(std::abs(g.min), std::abs(g.max)) ? width : 1.0;
}

}    // namespace

TrainingRange::TrainingRange(const std::vector<FunctionStatistics> &statistics)
{
  for (const FunctionStatistics &g : statistics)
    ranges_.push_back({g.min, g.max, 1.0 / width_of(g)});
}

Overshoot TrainingRange::overshoot(const double *values) const
{
  Overshoot found;
  for (std::size_t s = 0; s < ranges_.size(); ++s) {
    const Range &range = ranges_[s];
    const double beyond = std::max(range.min - values[s], values[s] - range.max);
    if (!(beyond > 0.0)) continue;
    const double overshoot = beyond * range.one_over_width;
    if (!(overshoot > smallest_overshoot)) continue;
    ++found.n_outside;
    if (overshoot > found.largest) {
      found.largest = overshoot;
      found.function = static_cast<int>(s);
    }
  }
  return found;
}

}    // namespace nnmb
