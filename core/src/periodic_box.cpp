#include "periodic_box.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>

namespace nnmb {

namespace {

constexpr double MOST_TURNS = 1e9;

Vector cross(const Vector &a, const Vector &b)
{
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

Vector scaled(const Vector &a, double factor)
{
  return {a[0] * factor, a[1] * factor, a[2] * factor};
}

/// A unit vector at right angles to the vectors of the directions that are `set`.
Vector perpendicular(const std::array<Vector, 3> &vectors, const std::array<bool, 3> &set)
{
  std::vector<Vector> given;
  for (std::size_t d = 0; d < 3; ++d)
    if (set[d]) given.push_back(scaled(vectors[d], 1.0 / std::sqrt(dot(vectors[d], vectors[d]))));
  if (given.empty()) return {1.0, 0.0, 0.0};
  Vector best = {};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    Vector unit = {};
    unit[axis] = 1.0;
    const Vector candidate = cross(given[0], given.size() == 2 ? given[1] : unit);
    if (dot(candidate, candidate) > dot(best, best)) best = candidate;
  }
  return scaled(best, 1.0 / std::sqrt(dot(best, best)));
}

int checked_turns(double turns, std::size_t atom)
{
  if (std::abs(turns) < MOST_TURNS) return static_cast<int>(turns);
  throw std::invalid_argument("atom " + std::to_string(atom) + " is more than 10^9 cell vectors " +
                              "outside of its cell. Wrap the structure, or correct the cell");
}

}    // namespace

Box make_box(const PeriodicStructure &structure)
{
  Box box;
  box.periodic = structure.periodic;
  std::array<bool, 3> set = structure.periodic;
  for (std::size_t d = 0; d < 3; ++d)
    for (std::size_t k = 0; k < 3; ++k) box.vector[d][k] = structure.cell[3 * d + k];
  for (std::size_t d = 0; d < 3; ++d) {
    if (set[d]) continue;
    box.vector[d] = perpendicular(box.vector, set);
    set[d] = true;
  }
  const double volume = dot(box.vector[0], cross(box.vector[1], box.vector[2]));
  for (std::size_t d = 0; d < 3; ++d) {
    box.inverse[d] = scaled(cross(box.vector[(d + 1) % 3], box.vector[(d + 2) % 3]), 1.0 / volume);
    box.height[d] = 1.0 / std::sqrt(dot(box.inverse[d], box.inverse[d]));
  }
  return box;
}

Wrapped wrap(const PeriodicStructure &structure, const Box &box)
{
  Wrapped wrapped;
  wrapped.turns.resize(structure.n_atoms);
  wrapped.position.resize(structure.n_atoms);
  wrapped.depth.resize(structure.n_atoms);
  for (std::size_t i = 0; i < structure.n_atoms; ++i) {
    const double *given = structure.position + 3 * i;
    Vector position = {given[0], given[1], given[2]};
    const Vector outside = position;
    for (std::size_t d = 0; d < 3; ++d) {
      const double fraction = dot(box.inverse[d], outside);
      const double turns = box.periodic[d] ? std::floor(fraction) : 0.0;
      wrapped.turns[i][d] = checked_turns(turns, i);
      wrapped.depth[i][d] = (fraction - turns) * box.height[d];
      for (std::size_t k = 0; k < 3; ++k) position[k] -= turns * box.vector[d][k];
    }
    wrapped.position[i] = position;
  }
  return wrapped;
}

void close_gaps(std::vector<Vector> &depth, std::size_t d, double widest)
{
  std::vector<std::size_t> order(depth.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t i, std::size_t j) { return depth[i][d] < depth[j][d]; });
  double excess = 0.0, previous = depth[order[0]][d];
  for (const std::size_t i : order) {
    const double here = depth[i][d];
    excess += std::max(here - previous - widest, 0.0);
    depth[i][d] = here - excess;
    previous = here;
  }
}

}    // namespace nnmb
