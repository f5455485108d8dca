#include "nnmanybody/prepared_block.h"

#include "nnmanybody/text.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace nnmb {

void refuse_distance(double r)
{
  if (std::isfinite(r))
    throw std::invalid_argument("two atoms sit on top of one another (distance " + shortest(r) +
                                " Å): symmetry functions have no derivative there");
  throw std::invalid_argument(
      "the distance of two atoms is not a finite number: positions or cell hold NaN or Inf");
}

void PreparedBlock::prepare(const EnvironmentBlock &block, int n_species,
                            const std::vector<CutoffFunction> &cutoffs)
{
  n_centers_ = block.n_centers();
  n_species_ = n_species;
  double longest = 0.0;
  for (const CutoffFunction &cutoff : cutoffs) longest = std::max(longest, cutoff.radius);

  for (auto *array : {&x, &y, &z, &r}) array->clear();
  source.clear();
  start_.assign(1, 0);
  for (int center = 0; center < n_centers_; ++center) {
    const auto c = static_cast<std::size_t>(center);
    for (int species = 0; species < n_species; ++species) {
      for (int i = block.first[c]; i < block.first[c + 1]; ++i) {
        const auto n = static_cast<std::size_t>(i);
        if (block.species[n] != species) continue;
        const double dx = block.x[n], dy = block.y[n], dz = block.z[n];
        const double distance = std::sqrt(dx * dx + dy * dy + dz * dz);
        if (distance >= longest && std::isfinite(distance)) continue;
        // The negated form also catches NaN.
        if (!(distance > shortest_distance) || !std::isfinite(distance)) refuse_distance(distance);
        x.push_back(dx);
        y.push_back(dy);
        z.push_back(dz);
        r.push_back(distance);
        source.push_back(i);
      }
      start_.push_back(static_cast<int>(r.size()));
    }
  }

  fc.resize(cutoffs.size());
  dfc.resize(cutoffs.size());
  for (std::size_t k = 0; k < cutoffs.size(); ++k) {
    fc[k].resize(r.size());
    dfc[k].resize(r.size());
    for (std::size_t n = 0; n < r.size(); ++n) {
      const CutoffValue f = cutoffs[k](r[n]);
      fc[k][n] = f.value;
      dfc[k][n] = f.derivative;
    }
  }
}

void PreparedBlock::clear_gradient()
{
  for (auto *array : {&gx, &gy, &gz}) array->assign(r.size(), 0.0);
}

}    // namespace nnmb
