#include "nnmanybody/three_body_group.h"

#include <algorithm>
#include <cmath>

namespace nnmb {

namespace {

/// A term of a pair: its value, and its gradients radial_j x_j + cross x_k by x_j, radial_k x_k + cross x_j by x_k.
struct PairTerm {
  double value, radial_j, radial_k, cross;
};

double power(double x, int n)
{
  double result = 1.0;
  for (int i = 0; i < n; ++i) result *= x;
  return result;
}

}    // namespace

/// The neighbors of a center with g and g'/r for every width, and the pairs of them.
struct ThreeBodyGroup::Pairs {
  kernels::Neighbors n;
  kernels::IndexRange j, k;
  bool same;
  int first;
  std::size_t n_widths;
  const double *g, *slope;    // [neighbor - first][width]

  Pairs(const ThreeBodyGroup &group, PreparedBlock &block, int center,
        std::vector<double> &scratch) :
      n(block.view(group.cutoff_index_)),
      j(block.neighbors(center, group.species_j_, group.cutoff_index_)),
      k(block.neighbors(center, group.species_k_, group.cutoff_index_)),
      same(group.species_j_ == group.species_k_), first(std::min(j.begin, k.begin)),
      n_widths(group.widths_.size())
  {
    const auto size = static_cast<std::size_t>(std::max(j.end, k.end) - first) * n_widths;
    scratch.resize(2 * size);
    double *values = scratch.data(), *slopes = values + size;
    for (int i = first; i < std::max(j.end, k.end); ++i)
      for (const double eta : group.widths_) {
        const double e = std::exp(-eta * n.r_squared[i]);
        *values++ = e * n.f[i];
        *slopes++ = e * (n.slope[i] - 2.0 * eta * n.f[i]);
      }
    g = scratch.data();
    slope = g + size;
  }

  /// Calls work(a, b) for every pair of neighbors.
  template <typename Work> void for_each(Work work) const
  {
    for (int a = j.begin; a < j.end; ++a)
      for (int b = same ? a + 1 : k.begin; b < k.end; ++b) work(a, b);
  }
  PairTerm term(const Term &t, int a, int b) const
  {
    const double inverse = n.r_inverse[a] * n.r_inverse[b];
    const double cosine = inverse * (n.x[a] * n.x[b] + n.y[a] * n.y[b] + n.z[a] * n.z[b]);
    const std::size_t at_a = static_cast<std::size_t>(a - first) * n_widths,
                      at_b = static_cast<std::size_t>(b - first) * n_widths;
    const double once = t.n == t.m ? 0.5 : 1.0;
    const double angular = power(cosine, t.order);
    const double radial = once * (g[at_a + t.n] * g[at_b + t.m] + g[at_a + t.m] * g[at_b + t.n]);
    const double by_cosine = t.order == 0 ? 0.0 : t.order * power(cosine, t.order - 1) * radial;
    const double by_a =
        once * (slope[at_a + t.n] * g[at_b + t.m] + slope[at_a + t.m] * g[at_b + t.n]);
    const double by_b =
        once * (g[at_a + t.n] * slope[at_b + t.m] + g[at_a + t.m] * slope[at_b + t.n]);
    // d cos / d x_j = x_k / (r_j r_k) - cos x_j / r_j^2
    return {radial * angular, by_a * angular - by_cosine * cosine * n.r_inverse[a] * n.r_inverse[a],
            by_b * angular - by_cosine * cosine * n.r_inverse[b] * n.r_inverse[b],
            by_cosine * inverse};
  }
};

std::size_t ThreeBodyGroup::width_index(double eta)
{
  auto found = std::find(widths_.begin(), widths_.end(), eta);
  if (found == widths_.end()) found = widths_.insert(widths_.end(), eta);
  return static_cast<std::size_t>(found - widths_.begin());
}

void ThreeBodyGroup::add(const SymmetryFunction &f, int index, double weight)
{
  const std::size_t n = width_index(f.eta), m = width_index(f.eta_k);
  terms_.push_back({n, m, f.order, static_cast<std::size_t>(index), weight});
}

void ThreeBodyGroup::values(PreparedBlock &block, int center, std::vector<double> &scratch,
                            double *values) const
{
  const Pairs pairs(*this, block, center, scratch);
  pairs.for_each([&](int a, int b) {
    for (const Term &t : terms_) values[t.index] += t.weight * pairs.term(t, a, b).value;
  });
}

void ThreeBodyGroup::contract(PreparedBlock &block, int center, std::vector<double> &scratch,
                              const double *weights) const
{
  const Pairs pairs(*this, block, center, scratch);
  const kernels::Neighbors &n = pairs.n;
  pairs.for_each([&](int a, int b) {
    double radial_a = 0.0, radial_b = 0.0, cross = 0.0;
    for (const Term &t : terms_) {
      const PairTerm term = pairs.term(t, a, b);
      const double weight = t.weight * weights[t.index];
      radial_a += weight * term.radial_j;
      radial_b += weight * term.radial_k;
      cross += weight * term.cross;
    }
    n.gx[a] += radial_a * n.x[a] + cross * n.x[b];
    n.gy[a] += radial_a * n.y[a] + cross * n.y[b];
    n.gz[a] += radial_a * n.z[a] + cross * n.z[b];
    n.gx[b] += radial_b * n.x[b] + cross * n.x[a];
    n.gy[b] += radial_b * n.y[b] + cross * n.y[a];
    n.gz[b] += radial_b * n.z[b] + cross * n.z[a];
  });
}

void ThreeBodyGroup::jacobian(PreparedBlock &block, int center, std::vector<double> &scratch,
                              int n_functions, double *jacobian) const
{
  const Pairs pairs(*this, block, center, scratch);
  const kernels::Neighbors &n = pairs.n;
  const auto functions = static_cast<std::size_t>(n_functions);
  pairs.for_each([&](int a, int b) {
    double *row_a = jacobian + static_cast<std::size_t>(block.source(a)) * 3 * functions;
    double *row_b = jacobian + static_cast<std::size_t>(block.source(b)) * 3 * functions;
    for (const Term &t : terms_) {
      const PairTerm term = pairs.term(t, a, b);
      std::size_t at = t.index;
      for (const double *x : {n.x, n.y, n.z}) {
        row_a[at] += t.weight * (term.radial_j * x[a] + term.cross * x[b]);
        row_b[at] += t.weight * (term.radial_k * x[b] + term.cross * x[a]);
        at += functions;
      }
    }
  });
}

void ThreeBodyGroup::directional(PreparedBlock &block, int center, std::vector<double> &scratch,
                                 const kernels::Direction &direction, double *products) const
{
  const Pairs pairs(*this, block, center, scratch);
  const kernels::Neighbors &n = pairs.n;
  const auto along = [&](int a, int b) {    // of the direction of a, times x of b
    return direction.x[a] * n.x[b] + direction.y[a] * n.y[b] + direction.z[a] * n.z[b];
  };
  pairs.for_each([&](int a, int b) {
    const double aa = along(a, a), bb = along(b, b), mixed = along(a, b) + along(b, a);
    for (const Term &t : terms_) {
      const PairTerm term = pairs.term(t, a, b);
      products[t.index] +=
          t.weight * (term.radial_j * aa + term.radial_k * bb + term.cross * mixed);
    }
  });
}

}    // namespace nnmb
