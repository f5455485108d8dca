#include "nnmanybody/prepared_block.h"

#include "nnmanybody/text.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace nnmb {

void kernels::refuse_distance(double r)
{
  if (std::isfinite(r))
    throw std::invalid_argument("two atoms sit on top of one another (distance " + shortest(r) +
                                " Å): symmetry functions have no derivative there");
  throw std::invalid_argument(
      "the distance of two atoms is not a finite number: positions or cell hold NaN or Inf");
}

namespace {

/// Kernels read whole vectors, the last of which may begin at the last neighbor, and wide rows one more.
constexpr std::size_t padding = 2 * kernels::width;

}    // namespace

void PreparedBlock::copy_neighbors(const EnvironmentBlock &block, double longest_squared)
{
  const auto capacity = static_cast<std::size_t>(block.n_neighbors()) + padding;
  for (auto *array : {&x_, &y_, &z_, &r_squared_})
    if (array->size() < capacity) array->resize(capacity);
  if (xyz_.size() < 4 * capacity) xyz_.resize(4 * capacity);
  source_.resize(static_cast<std::size_t>(block.n_neighbors()));
  start_.assign(1, 0);
  std::size_t n = 0;
  for (int center = 0; center < n_centers_; ++center) {
    const int begin = block.first[static_cast<std::size_t>(center)];
    const int end = block.first[static_cast<std::size_t>(center) + 1];
    for (int species = 0; species < n_species_; ++species) {
      for (int i = begin; i < end; ++i) {
        const auto from = static_cast<std::size_t>(i);
        if (block.species[from] != species) continue;
        const double dx = block.x[from], dy = block.y[from], dz = block.z[from];
        const double squared = dx * dx + dy * dy + dz * dz;
        if (squared >= longest_squared && squared <= std::numeric_limits<double>::max()) continue;
        // The negated form also catches NaN.
        if (!(squared > kernels::shortest_distance * kernels::shortest_distance) || !std::isfinite(squared))
          kernels::refuse_distance(std::sqrt(squared));
        x_[n] = xyz_[4 * n] = dx;
        y_[n] = xyz_[4 * n + 1] = dy;
        z_[n] = xyz_[4 * n + 2] = dz;
        r_squared_[n] = squared;
        source_[n++] = i;
      }
      start_.push_back(static_cast<int>(n));
    }
  }
  source_.resize(n);
}

void PreparedBlock::prepare(const EnvironmentBlock &block, int n_species,
                            const std::vector<CutoffFunction> &cutoffs)
{
  n_centers_ = block.n_centers();
  n_species_ = n_species;
  double longest = 0.0;
  for (const CutoffFunction &cutoff : cutoffs) longest = std::max(longest, cutoff.radius);
  copy_neighbors(block, longest * longest);

  const int n = n_neighbors();
  const auto size = static_cast<std::size_t>(n) + padding;
  for (auto *array : {&x_, &y_, &z_}) std::fill_n(array->begin() + n, padding, 0.0);
  std::fill_n(r_squared_.begin() + n, padding, 1.0);
  for (auto *array : {&r_, &r_inverse_})
    if (array->size() < size) array->resize(size);
  const kernels::Kernels &kernel = kernels::best();
  const int padded = n + kernels::width;    // covers the whole vectors that hold the padding
  kernel.roots(padded, r_squared_.data(), r_.data(), r_inverse_.data());
  f_.resize(cutoffs.size());
  slope_.resize(cutoffs.size());
  for (std::size_t c = 0; c < cutoffs.size(); ++c) {
    for (auto *array : {&f_[c], &slope_[c]})
      if (array->size() < size) array->resize(size);
    kernel.cutoff(cutoffs[c], n, r_squared_.data(), f_[c].data(), slope_[c].data());
    std::fill_n(f_[c].begin() + n, padding, 0.0);
    std::fill_n(slope_[c].begin() + n, padding, 0.0);
  }
}

void PreparedBlock::clear_gradient()
{
  const auto size = static_cast<std::size_t>(n_neighbors()) + padding;
  for (auto *array : {&gx_, &gy_, &gz_}) array->assign(size, 0.0);
  gradient_.assign(4 * size, 0.0);
}

kernels::Neighbors PreparedBlock::view(int cutoff_index)
{
  const auto c = static_cast<std::size_t>(cutoff_index);
  return {x_.data(),         y_.data(),  z_.data(),  xyz_.data(), r_.data(),  r_squared_.data(),
          r_inverse_.data(), f_[c].data(), slope_[c].data(), gx_.data(),  gy_.data(), gz_.data(),
          gradient_.data()};
}

double PreparedBlock::gradient(int neighbor, int component) const
{
  const auto n = static_cast<std::size_t>(neighbor);
  const std::vector<double> &array = component == 0 ? gx_ : component == 1 ? gy_ : gz_;
  return array[n] + gradient_[4 * n + static_cast<std::size_t>(component)];
}

}    // namespace nnmb
