#include "nnmanybody/prepared_block.h"

#include "nnmanybody/text.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
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

void PreparedBlock::find_shells(const std::vector<CutoffFunction> &cutoffs)
{
  radii_.clear();
  for (const CutoffFunction &cutoff : cutoffs) radii_.push_back(cutoff.radius);
  std::sort(radii_.begin(), radii_.end());
  radii_.erase(std::unique(radii_.begin(), radii_.end()), radii_.end());
  shell_.clear();
  for (const CutoffFunction &cutoff : cutoffs)
    shell_.push_back(static_cast<std::size_t>(
        std::lower_bound(radii_.begin(), radii_.end(), cutoff.radius) - radii_.begin()));
}

int PreparedBlock::shell_of(const EnvironmentBlock &block, int neighbor) const
{
  const auto n = static_cast<std::size_t>(neighbor);
  const double squared =
      block.x[n] * block.x[n] + block.y[n] * block.y[n] + block.z[n] * block.z[n];
  const double longest = radii_.back();
  if (squared >= longest * longest && squared <= std::numeric_limits<double>::max()) return -1;
  // The negated form also catches NaN.
  if (!(squared > kernels::shortest_distance * kernels::shortest_distance) ||
      !std::isfinite(squared))
    kernels::refuse_distance(std::sqrt(squared));
  const int n_shells = static_cast<int>(radii_.size());
  int shell = n_shells - 1;
  while (shell > 0 && squared < radii_[static_cast<std::size_t>(shell) - 1] *
                                    radii_[static_cast<std::size_t>(shell) - 1])
    --shell;
  return block.species[n] * n_shells + shell;
}

/// Arrays only grow, so that no step of a run clears what it then writes.
void PreparedBlock::make_room(const EnvironmentBlock &block)
{
  const auto capacity = static_cast<std::size_t>(block.n_neighbors()) + padding;
  for (auto *array : {&x_, &y_, &z_, &r_squared_})
    if (array->size() < capacity) array->resize(capacity);
  if (interleaved_ && xyz_.size() < 4 * capacity) xyz_.resize(4 * capacity);
  source_.resize(static_cast<std::size_t>(block.n_neighbors()));
}

/// The usual case, of which nothing has to be sorted: one species, one radius, and all neighbors nearer than it. False,
/// with nothing done that counts, if it is another.
bool PreparedBlock::take_all(const EnvironmentBlock &block)
{
  if (n_species_ > 1 || radii_.size() > 1) return false;
  const double longest = radii_.back() * radii_.back();
  constexpr double shortest = kernels::shortest_distance * kernels::shortest_distance;
  const auto n = static_cast<std::size_t>(block.n_neighbors());
  int all = 1;
  for (std::size_t i = 0; i < n; ++i) {
    const double dx = block.x[i], dy = block.y[i], dz = block.z[i];
    const double squared = dx * dx + dy * dy + dz * dz;
    r_squared_[i] = squared;
    all &= static_cast<int>(squared > shortest) & static_cast<int>(squared < longest);
  }
  if (all == 0) return false;
  std::copy(block.x.begin(), block.x.end(), x_.begin());
  std::copy(block.y.begin(), block.y.end(), y_.begin());
  std::copy(block.z.begin(), block.z.end(), z_.begin());
  std::iota(source_.begin(), source_.end(), 0);
  start_ = block.first;
  return true;
}

void PreparedBlock::sort_neighbors(const EnvironmentBlock &block)
{
  start_.assign(1, 0);
  of_shell_.resize(static_cast<std::size_t>(block.n_neighbors()));
  std::vector<int> &place = place_;
  int n = 0;
  for (int center = 0; center < n_centers_; ++center) {
    const int begin = block.first[static_cast<std::size_t>(center)];
    const int end = block.first[static_cast<std::size_t>(center) + 1];
    // Counted first, so that every neighbor then goes straight to its place among those of its shell.
    place.assign(static_cast<std::size_t>(n_species_) * radii_.size(), 0);
    for (int i = begin; i < end; ++i) {
      const int shell = of_shell_[static_cast<std::size_t>(i)] = shell_of(block, i);
      if (shell >= 0) ++place[static_cast<std::size_t>(shell)];
    }
    for (int &count : place) {
      const int size = count;
      count = n;
      n += size;
      start_.push_back(n);
    }
    for (int i = begin; i < end; ++i) {
      const auto from = static_cast<std::size_t>(i);
      const int shell = of_shell_[from];
      if (shell < 0) continue;
      const auto to = static_cast<std::size_t>(place[static_cast<std::size_t>(shell)]++);
      const double dx = block.x[from], dy = block.y[from], dz = block.z[from];
      x_[to] = dx;
      y_[to] = dy;
      z_[to] = dz;
      r_squared_[to] = dx * dx + dy * dy + dz * dz;
      source_[to] = i;
    }
  }
  source_.resize(static_cast<std::size_t>(n));
}

void PreparedBlock::prepare(const EnvironmentBlock &block, const PreparedNeeds &needs)
{
  n_centers_ = block.n_centers();
  n_species_ = needs.n_species;
  interleaved_ = needs.interleaved;
  const std::vector<CutoffFunction> &cutoffs = needs.cutoffs;
  find_shells(cutoffs);
  make_room(block);
  if (!take_all(block)) sort_neighbors(block);

  const int n = n_neighbors();
  const auto size = static_cast<std::size_t>(n) + padding;
  for (auto *array : {&x_, &y_, &z_}) std::fill_n(array->begin() + n, padding, 0.0);
  std::fill_n(r_squared_.begin() + n, padding, 1.0);
  for (auto *array : {&r_, &r_inverse_})
    if (array->size() < size) array->resize(size);
  kept_stride_ = static_cast<std::ptrdiff_t>(size);
  if (const std::size_t rows = size * static_cast<std::size_t>(needs.n_kept); kept_.size() < rows)
    kept_.resize(rows);
  for (int i = 0; interleaved_ && i < n; ++i) {
    const auto at = static_cast<std::size_t>(i);
    xyz_[4 * at] = x_[at];
    xyz_[4 * at + 1] = y_[at];
    xyz_[4 * at + 2] = z_[at];
  }
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
  if (interleaved_) gradient_.assign(4 * size, 0.0);
}

kernels::Neighbors PreparedBlock::view(int cutoff_index)
{
  const auto c = static_cast<std::size_t>(cutoff_index);
  return {x_.data(),         y_.data(),         z_.data(),       xyz_.data(),      r_.data(),
          r_squared_.data(), r_inverse_.data(), f_[c].data(),    slope_[c].data(), gx_.data(),
          gy_.data(),        gz_.data(),        gradient_.data()};
}

void PreparedBlock::write_gradient(std::vector<double> &x, std::vector<double> &y,
                                   std::vector<double> &z) const
{
  for (std::size_t n = 0; n < source_.size(); ++n) {
    const auto at = static_cast<std::size_t>(source_[n]);
    x[at] = gx_[n];
    y[at] = gy_[n];
    z[at] = gz_[n];
    if (!interleaved_) continue;
    x[at] += gradient_[4 * n];
    y[at] += gradient_[4 * n + 1];
    z[at] += gradient_[4 * n + 2];
  }
}

}    // namespace nnmb
