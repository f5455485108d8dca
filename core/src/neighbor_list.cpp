#include "periodic_box.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>

namespace nnmb {

namespace {

/// Å added to the cutoff where atoms are looked for: far outside of the cell, coordinates are rounded to 1e-8 Å.
constexpr double MARGIN = 1e-6;
constexpr double MOST_POINTS = 5e7;
constexpr double BINS_PER_POINT = 4.0;

struct Range {
  Vector low, high;
};

Range range_of(const std::vector<Vector> &depth)
{
  Range range = {depth[0], depth[0]};
  for (const Vector &point : depth)
    for (std::size_t d = 0; d < 3; ++d) {
      range.low[d] = std::min(range.low[d], point[d]);
      range.high[d] = std::max(range.high[d], point[d]);
    }
  return range;
}

/// Atoms and images in the order of (atom, shift): comparing two numbers of points compares two pairs of a center.
struct Points {
  std::vector<int> atom;
  std::vector<Turns> shift;
  std::vector<Vector> depth;
  std::vector<int> home;    // the point of each atom that is not shifted
};

void refuse_many(const Range &range, const Box &box, double reach, std::size_t n_atoms)
{
  double n = static_cast<double>(n_atoms);
  for (std::size_t d = 0; d < 3; ++d)
    if (box.periodic[d]) n *= 1.0 + (range.high[d] - range.low[d] + 2.0 * reach) / box.height[d];
  if (n <= MOST_POINTS) return;
  throw std::invalid_argument(
      "within the cutoff of the " + std::to_string(n_atoms) +
      " atoms are more than 5·10^7 periodic images: the cell is too thin, " +
      "or the cutoff too long. Correct the cell (Å)");
}

/// Every image (and atom) that is within `reach` of the range of the atoms along each direction.
Points make_points(const Wrapped &wrapped, const Box &box, double reach)
{
  const Range range = range_of(wrapped.depth);
  refuse_many(range, box, reach, wrapped.depth.size());
  Points points;
  for (std::size_t i = 0; i < wrapped.depth.size(); ++i) {
    const Vector &depth = wrapped.depth[i];
    Turns low = {}, high = {};
    for (std::size_t d = 0; d < 3; ++d) {
      if (!box.periodic[d]) continue;
      low[d] = static_cast<int>(std::ceil((range.low[d] - reach - depth[d]) / box.height[d]));
      high[d] = static_cast<int>(std::floor((range.high[d] + reach - depth[d]) / box.height[d]));
    }
    for (int a = low[0]; a <= high[0]; ++a)
      for (int b = low[1]; b <= high[1]; ++b)
        for (int c = low[2]; c <= high[2]; ++c) {
          if (a == 0 && b == 0 && c == 0)
            points.home.push_back(static_cast<int>(points.atom.size()));
          points.atom.push_back(static_cast<int>(i));
          points.shift.push_back({a, b, c});
          points.depth.push_back({depth[0] + a * box.height[0], depth[1] + b * box.height[1],
                                  depth[2] + c * box.height[2]});
        }
  }
  return points;
}

/// The points sorted by bins: those of bin b are first[b] … first[b + 1] - 1; bins along the last direction are next
/// to one another.
struct Bins {
  std::array<int, 3> n = {1, 1, 1};
  std::array<int, 3> span = {};    // how many bins to each side are within reach
  Vector low = {}, per_length = {};
  std::vector<int> first;
  std::vector<int> point;
  std::vector<double> x, y, z;    // of the points, Å

  int along(std::size_t d, double depth) const
  {
    const int bin = static_cast<int>((depth - low[d]) * per_length[d]);
    return std::clamp(bin, 0, n[d] - 1);
  }
  int index(const Vector &depth) const
  {
    return (along(0, depth[0]) * n[1] + along(1, depth[1])) * n[2] + along(2, depth[2]);
  }
};

/// Bins of half the reach, or longer ones where these would be many more than points.
void choose_widths(Bins &bins, const Range &range, double reach, std::size_t n_points)
{
  const double most = BINS_PER_POINT * static_cast<double>(n_points) + 64.0;
  Vector wanted;
  for (std::size_t d = 0; d < 3; ++d)
    wanted[d] = std::max(1.0, std::floor(2.0 * (range.high[d] - range.low[d]) / reach));
  while (wanted[0] * wanted[1] * wanted[2] > most) {
    double &longest = *std::max_element(wanted.begin(), wanted.end());
    longest = std::ceil(longest / 2.0);
  }
  for (std::size_t d = 0; d < 3; ++d) {
    const double length = range.high[d] - range.low[d];
    bins.low[d] = range.low[d];
    bins.n[d] = static_cast<int>(wanted[d]);
    bins.per_length[d] = length > 0.0 ? wanted[d] / length : 0.0;
    bins.span[d] = static_cast<int>(std::min(std::ceil(reach * bins.per_length[d]), wanted[d]));
  }
}

/// Positions of points[k] are those of its atom in the cell plus whole vectors of the box.
Bins sort_points(const Points &points, const Wrapped &wrapped, const Box &box, double reach)
{
  const std::size_t n_points = points.atom.size();
  Bins bins;
  choose_widths(bins, range_of(points.depth), reach, n_points);
  bins.first.assign(static_cast<std::size_t>(bins.n[0] * bins.n[1] * bins.n[2]) + 1, 0);
  std::vector<std::size_t> bin(n_points);
  for (std::size_t p = 0; p < n_points; ++p) {
    bin[p] = static_cast<std::size_t>(bins.index(points.depth[p]));
    ++bins.first[bin[p] + 1];
  }
  std::partial_sum(bins.first.begin(), bins.first.end(), bins.first.begin());
  std::vector<int> next(bins.first.begin(), bins.first.end() - 1);
  bins.point.resize(n_points);
  for (auto *coordinate : {&bins.x, &bins.y, &bins.z}) coordinate->resize(n_points);
  for (std::size_t p = 0; p < n_points; ++p) {
    const auto place = static_cast<std::size_t>(next[bin[p]]++);
    const Vector &atom = wrapped.position[static_cast<std::size_t>(points.atom[p])];
    const Turns &shift = points.shift[p];
    Vector position;
    for (std::size_t k = 0; k < 3; ++k)
      position[k] = atom[k] + shift[0] * box.vector[0][k] + shift[1] * box.vector[1][k] +
                    shift[2] * box.vector[2][k];
    bins.point[place] = static_cast<int>(p);
    bins.x[place] = position[0];
    bins.y[place] = position[1];
    bins.z[place] = position[2];
  }
  return bins;
}

/// The points within reach of a place, sorted. `found` has room for all points; returns how many there are.
std::size_t points_near(const Bins &bins, const Vector &depth, const Vector &position, double reach,
                        std::vector<int> &found)
{
  std::array<int, 3> low, high;
  for (std::size_t d = 0; d < 3; ++d) {
    const int here = bins.along(d, depth[d]);
    low[d] = std::max(here - bins.span[d], 0);
    high[d] = std::min(here + bins.span[d], bins.n[d] - 1);
  }
  std::size_t n = 0;
  for (int a = low[0]; a <= high[0]; ++a)
    for (int b = low[1]; b <= high[1]; ++b) {
      const int row = (a * bins.n[1] + b) * bins.n[2];
      const auto end =
          static_cast<std::size_t>(bins.first[static_cast<std::size_t>(row + high[2] + 1)]);
      for (auto p = static_cast<std::size_t>(bins.first[static_cast<std::size_t>(row + low[2])]);
           p < end; ++p) {
        const double x = bins.x[p] - position[0], y = bins.y[p] - position[1],
                     z = bins.z[p] - position[2];
        found[n] = bins.point[p];
        n += x * x + y * y + z * z < reach * reach ? 1 : 0;    // no branch to guess wrong
      }
    }
  std::sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(n));
  return n;
}

/// Appends the pairs of center i. The displacement is made of what the host gave, so that it is the same from both
/// atoms but for the sign, and does not depend on the bins.
class Writer {
 public:
  Writer(const PeriodicStructure &structure, double cutoff) :
      structure_(structure), cutoff_squared_(cutoff * cutoff)
  {
  }
  void append(std::size_t i, std::size_t j, const Turns &shift)
  {
    const double *center = structure_.position + 3 * i, *neighbor = structure_.position + 3 * j;
    const auto &cell = structure_.cell;
    Vector displacement;
    for (std::size_t k = 0; k < 3; ++k) {
      double moved = 0.0;
      for (std::size_t d = 0; d < 3; ++d)
        if (shift[d] != 0) moved += shift[d] * cell[3 * d + k];
      displacement[k] = (neighbor[k] - center[k]) + moved;
    }
    const double squared = dot(displacement, displacement);
    if (!(squared < cutoff_squared_)) return;
    if (squared < shortest_squared_) {
      shortest_squared_ = squared;
      pairs.closest = static_cast<std::int64_t>(pairs.neighbor.size());
    }
    pairs.neighbor.push_back(static_cast<int>(j));
    pairs.shift.insert(pairs.shift.end(), shift.begin(), shift.end());
    pairs.displacement.insert(pairs.displacement.end(), displacement.begin(), displacement.end());
  }
  PairList pairs;

 private:
  const PeriodicStructure &structure_;
  double cutoff_squared_;
  double shortest_squared_ = HUGE_VAL;
};

}    // namespace

PairList find_pairs(const PeriodicStructure &structure, double cutoff)
{
  Writer writer(structure, cutoff);
  writer.pairs.first.assign(structure.n_atoms + 1, 0);
  if (structure.n_atoms == 0) return std::move(writer.pairs);
  const double reach = cutoff + MARGIN;
  const Box box = make_box(structure);
  Wrapped wrapped = wrap(structure, box);
  for (std::size_t d = 0; d < 3; ++d)
    if (!box.periodic[d]) close_gaps(wrapped.depth, d, 2.0 * reach);
  const Points points = make_points(wrapped, box, reach);
  const Bins bins = sort_points(points, wrapped, box, reach);
  std::vector<int> found(points.atom.size() + 1);
  for (std::size_t i = 0; i < structure.n_atoms; ++i) {
    const std::size_t n = points_near(bins, wrapped.depth[i], wrapped.position[i], reach, found);
    for (std::size_t f = 0; f < n; ++f) {
      const auto p = static_cast<std::size_t>(found[f]);
      if (found[f] == points.home[i]) continue;
      const auto j = static_cast<std::size_t>(points.atom[p]);
      Turns shift;
      for (std::size_t d = 0; d < 3; ++d)
        shift[d] = points.shift[p][d] + wrapped.turns[i][d] - wrapped.turns[j][d];
      writer.append(i, j, shift);
    }
    writer.pairs.first[i + 1] = static_cast<std::int64_t>(writer.pairs.neighbor.size());
  }
  return std::move(writer.pairs);
}

}    // namespace nnmb
