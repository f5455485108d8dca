#include "nnmanybody/angular_group.h"

#include <algorithm>
#include <cmath>

namespace nnmb {

namespace {

std::size_t index_of(int i)
{
  return static_cast<std::size_t>(i);
}

/// Index of the factor in `factors` that `same` accepts, where `factor` is put when there is none.
template <typename Factor, typename Same>
int place(std::vector<Factor> &factors, const Factor &factor, Same same)
{
  const auto found = std::find_if(factors.begin(), factors.end(), same);
  const auto at = found - factors.begin();
  if (found == factors.end()) factors.push_back(factor);
  return static_cast<int>(at);
}

}    // namespace

AngularGroup::AngularGroup(bool narrow, int species_j, int species_k, int cutoff_index,
                           CutoffFunction cutoff) :
    narrow_(narrow), species_j_(species_j), species_k_(species_k), cutoff_index_(cutoff_index),
    cutoff_(cutoff)
{
}

bool AngularGroup::holds(bool narrow, int species_j, int species_k, int cutoff_index) const
{
  return narrow_ == narrow && species_j == species_j_ && species_k == species_k_ &&
         cutoff_index == cutoff_index_;
}

void AngularGroup::add(const SymmetryFunction &f, int index, double weight)
{
  const kernels::RadialFactor radial{f.eta, f.r_shift, 0, 0};
  constexpr double largest_integer = 1024.0;
  const bool whole = f.zeta == std::floor(f.zeta) && f.zeta <= largest_integer;
  kernels::AngularFactor angular{f.zeta, f.lambda, whole ? static_cast<int>(f.zeta) - 1 : -1, {}};
  if (f.is_compact()) {
    // The asymmetric form is one of the radial factors only, as n2p2 defines it.
    constexpr double degree = 3.14159265358979323846 / 180.0;
    angular.angle = {f.cutoff.kind, f.theta_right * degree, 0.0,
                     true,          f.theta_left * degree,  false};
  }
  shifted_ = shifted_ || (f.r_shift != 0.0 && f.eta != 0.0);
  functions_.push_back({place(radial_, radial,
                              [&](const auto &other) {
                                return other.eta == radial.eta && other.r_shift == radial.r_shift;
                              }),
                        place(angular_, angular,
                              [&](const auto &other) {
                                return other.zeta == angular.zeta &&
                                       other.lambda == angular.lambda &&
                                       other.angle == angular.angle;
                              }),
                        index_of(index), weight});
  arrange();
}

/// Factors that are small powers of one another: one exponential for all of them.
void AngularGroup::find_powers()
{
  for (kernels::RadialFactor &factor : radial_) factor.power = 0;
  if (shifted_) return;
  for (kernels::RadialFactor &factor : radial_)
    for (std::size_t m = 0; m < radial_.size() && factor.power == 0; ++m) {
      if (!(radial_[m].eta > 0.0)) continue;
      const double ratio = factor.eta / radial_[m].eta, power = std::round(ratio);
      // Rounding of eta, as conversion from other units leaves it.
      constexpr double tolerance = 4e-16;
      if (radial_[m].power != 0 || power < 2.0 || power > kernels::largest_power ||
          std::abs(ratio - power) > tolerance * power)
        continue;
      factor.base = static_cast<int>(m);
      factor.power = static_cast<int>(power);
    }
}

/// Fours of functions with a common radial factor; places that stay empty repeat an angular factor with weight 0.
void AngularGroup::arrange()
{
  std::stable_sort(functions_.begin(), functions_.end(),
                   [](const Function &a, const Function &b) { return a.radial < b.radial; });
  find_powers();
  blocks_.clear();
  slots_.clear();
  int in_block = 4;
  for (const Function &function : functions_) {
    if (in_block == 4 || blocks_.back().radial != function.radial) {
      blocks_.push_back({function.radial,
                         0,
                         {function.angular, function.angular, function.angular, function.angular}});
      in_block = 0;
    }
    blocks_.back().angular[in_block] = function.angular;
    blocks_.back().n = in_block + 1;
    slots_.push_back(4 * (static_cast<int>(blocks_.size()) - 1) + in_block++);
  }
}

kernels::AngularPlan AngularGroup::plan() const
{
  return {narrow_,
          species_j_ == species_k_,
          shifted_,
          cutoff_,
          static_cast<int>(radial_.size()),
          static_cast<int>(angular_.size()),
          static_cast<int>(blocks_.size()),
          radial_.data(),
          angular_.data(),
          blocks_.data()};
}

void AngularGroup::values(PreparedBlock &block, int center, kernels::TripletPool &pool,
                          std::vector<double> &scratch, double *values) const
{
  scratch.assign(4 * blocks_.size(), 0.0);
  kernels::best().angular_values(
      plan(), block.view(cutoff_index_), block.neighbors(center, species_j_, cutoff_index_),
      block.neighbors(center, species_k_, cutoff_index_), pool, scratch.data());
  for (std::size_t s = 0; s < functions_.size(); ++s)
    values[functions_[s].index] += functions_[s].weight * scratch[index_of(slots_[s])];
}

void AngularGroup::contract(PreparedBlock &block, const kernels::TripletPool &pool,
                            kernels::IndexRange chunks, std::vector<double> &scratch,
                            const double *weights) const
{
  scratch.assign(4 * blocks_.size(), 0.0);
  for (std::size_t s = 0; s < functions_.size(); ++s)
    scratch[index_of(slots_[s])] = functions_[s].weight * weights[functions_[s].index];
  for (int i = chunks.begin; i < chunks.end; ++i)
    kernels::best().angular_contract(plan(), block.view(cutoff_index_), pool[i], scratch.data());
}

void AngularGroup::directional(PreparedBlock &block, const kernels::TripletPool &pool,
                               kernels::IndexRange chunks, std::vector<double> &scratch,
                               const kernels::Direction &direction, double *products) const
{
  scratch.assign(4 * blocks_.size(), 0.0);
  for (int i = chunks.begin; i < chunks.end; ++i)
    kernels::best().angular_directional(plan(), block.view(cutoff_index_), pool[i], direction,
                                        scratch.data());
  for (std::size_t s = 0; s < functions_.size(); ++s)
    products[functions_[s].index] += functions_[s].weight * scratch[index_of(slots_[s])];
}

void AngularGroup::jacobian(PreparedBlock &block, int center, const kernels::TripletPool &pool,
                            kernels::IndexRange chunks, std::vector<double> &scratch,
                            int n_functions, double *jacobian) const
{
  // In the order of the blocks first, where functions lie side by side, then to their places.
  const kernels::IndexRange range = block.neighbors(center);
  const int stride = kernels::round_up(4 * static_cast<int>(blocks_.size()));
  scratch.assign(3 * index_of(stride) * index_of(range.end - range.begin), 0.0);
  for (int i = chunks.begin; i < chunks.end; ++i)
    kernels::best().angular_jacobian(plan(), block.view(cutoff_index_), pool[i],
                                     {scratch.data(), range.begin, stride});
  const double *row = scratch.data();
  for (int n = range.begin; n < range.end; ++n) {
    double *out = jacobian + index_of(block.source(n)) * 3 * index_of(n_functions);
    for (int d = 0; d < 3; ++d, row += stride, out += n_functions)
      for (std::size_t s = 0; s < functions_.size(); ++s)
        out[functions_[s].index] += functions_[s].weight * row[slots_[s]];
  }
}

}    // namespace nnmb
