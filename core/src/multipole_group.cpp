#include "nnmanybody/multipole_group.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace nnmb {

namespace {

constexpr int largest_degree = kernels::multipole_degrees[kernels::n_multipole_degrees - 1];
constexpr std::size_t n_degrees = static_cast<std::size_t>(largest_degree) + 1;
using Table = std::array<std::array<double, n_degrees>, n_degrees>;

/// a_l of 2 [(1 + x)/2]^zeta = sum_l a_l P_l(x): 2 (2l + 1) zeta!^2 / [(zeta - l)! (zeta + l + 1)!], at [zeta][l]; the
/// signs alternate for lambda = -1.
const Table &legendre_coefficients()
{
  static const Table table = [] {
    Table a{};
    for (std::size_t zeta = 0; zeta < n_degrees; ++zeta) {
      double ratio =
          1.0 / static_cast<double>(zeta + 1);    // zeta!^2 / [(zeta - l)! (zeta + l + 1)!]
      for (std::size_t l = 0; l <= zeta; ++l) {
        a[zeta][l] = 2.0 * static_cast<double>(2 * l + 1) * ratio;
        ratio *= static_cast<double>(zeta - l) / static_cast<double>(zeta + l + 2);
      }
    }
    return a;
  }();
  return table;
}

/// a_l of a function, times its weight.
double coefficient(int zeta, int lambda, std::size_t l)
{
  const double a = legendre_coefficients()[static_cast<std::size_t>(zeta)][l];
  return lambda < 0 && l % 2 == 1 ? -a : a;
}

/// N_lm = 2 (l - |m|)!/(l + |m|)!, half of it for m = 0, at [l][|m|].
const Table &norms()
{
  static const Table table = [] {
    Table n{};
    for (std::size_t l = 0; l < n_degrees; ++l) {
      double ratio = 1.0;
      for (std::size_t m = 0; m <= l; ++m) {
        if (m > 0) ratio /= static_cast<double>((l + m) * (l - m + 1));
        n[l][m] = m == 0 ? 1.0 : 2.0 * ratio;
      }
    }
    return n;
  }();
  return table;
}

/// Calls f(index of M_lm, N_lm) for all m of one l.
template <typename Each> void for_each_m(std::size_t l, Each f)
{
  const auto &norm = norms()[l];
  for (std::size_t m = 0; m <= l; ++m) {
    f(l * l + l + m, norm[m]);
    if (m > 0) f(l * l + l - m, norm[m]);
  }
}

}    // namespace

MultipoleGroup::MultipoleGroup(int cutoff_index, int n_species) :
    cutoff_index_(cutoff_index), first_channel_(static_cast<std::size_t>(n_species) + 1, 0)
{
}

bool MultipoleGroup::can_hold(const SymmetryFunction &f)
{
  return f.kind == SymmetryFunctionKind::G5 && f.zeta == std::floor(f.zeta) &&
         f.zeta <= largest_degree;
}

std::size_t MultipoleGroup::find_channel(int species, const kernels::RadialFactor &factor)
{
  const auto s = static_cast<std::size_t>(species);
  for (std::size_t c = first_channel_[s]; c < first_channel_[s + 1]; ++c)
    if (channels_[c].eta == factor.eta && channels_[c].r_shift == factor.r_shift) return c;
  const std::size_t place = first_channel_[s + 1];
  channels_.insert(channels_.begin() + static_cast<std::ptrdiff_t>(place), factor);
  for (std::size_t i = s + 1; i < first_channel_.size(); ++i) ++first_channel_[i];
  for (Product &product : products_)
    for (std::size_t *channel : {&product.j, &product.k})
      if (*channel >= place) ++*channel;
  return place;
}

void MultipoleGroup::add(const SymmetryFunction &f, int index, int j, int k, double weight)
{
  const kernels::RadialFactor factor{f.eta, f.r_shift, 0, 0};
  find_channel(j, factor);
  const std::size_t channel_k = find_channel(k, factor), channel_j = find_channel(j, factor);
  auto product = std::find_if(products_.begin(), products_.end(), [&](const Product &p) {
    return p.j == channel_j && p.k == channel_k;
  });
  if (product == products_.end())
    product = products_.insert(products_.end(), {channel_j, channel_k, {}});
  const int zeta = static_cast<int>(f.zeta);
  product->functions.push_back({static_cast<std::size_t>(index), weight, zeta, f.lambda});
  while (kernels::multipole_degrees[degree_index_] < zeta) ++degree_index_;
}

kernels::MultipolePlan MultipoleGroup::plan(std::size_t species) const
{
  const std::size_t first = first_channel_[species];
  return {static_cast<int>(first_channel_[species + 1] - first), channels_.data() + first};
}

/// One neighbor alone makes no triplet, and its two terms would leave a rounding error.
bool MultipoleGroup::is_empty(const PreparedBlock &block, int center, const Product &product) const
{
  const auto size = [&](std::size_t channel) {
    const kernels::IndexRange range = block.neighbors(center, species_of(channel), cutoff_index_);
    return range.end - range.begin;
  };
  return product.j == product.k ? size(product.j) < 2 : size(product.j) < 1 || size(product.k) < 1;
}

int MultipoleGroup::species_of(std::size_t channel) const
{
  const auto next = std::upper_bound(first_channel_.begin(), first_channel_.end(), channel);
  return static_cast<int>(next - first_channel_.begin()) - 1;
}

void MultipoleGroup::values(PreparedBlock &block, int center, double *stored, double *values) const
{
  const auto &kernel = kernels::best().multipole[degree_index_];
  double *squares = stored + channels_.size() * n_moments();
  for (std::size_t s = 0; s + 1 < first_channel_.size(); ++s)
    if (first_channel_[s + 1] > first_channel_[s])
      kernel.moments(plan(s), block.view(cutoff_index_),
                     block.neighbors(center, static_cast<int>(s), cutoff_index_),
                     stored + first_channel_[s] * n_moments(), squares + first_channel_[s]);
  for (const Product &product : products_) {
    if (is_empty(block, center, product)) continue;
    const double *moments_j = stored + product.j * n_moments(),
                 *moments_k = stored + product.k * n_moments();
    const bool same = product.j == product.k;
    std::array<double, n_degrees> power{};
    for (std::size_t l = 0; l <= degree(); ++l) {
      for_each_m(
          l, [&](std::size_t i, double norm) { power[l] += norm * moments_j[i] * moments_k[i]; });
      if (same) power[l] = 0.5 * (power[l] - squares[product.j]);    // P_l(1) = 1
    }
    for (const Function &f : product.functions) {
      double sum = 0.0;
      for (std::size_t l = 0; l <= static_cast<std::size_t>(f.zeta); ++l)
        sum += coefficient(f.zeta, f.lambda, l) * power[l];
      // A sum of terms that are not negative: rounding does not make it so.
      values[f.index] += f.weight * std::max(sum, 0.0);
    }
  }
}

void MultipoleGroup::contract(PreparedBlock &block, int center, const double *stored,
                              std::vector<double> &scratch, const double *weights) const
{
  scratch.assign(n_stored(), 0.0);
  double *square_adjoints = scratch.data() + channels_.size() * n_moments();
  for (const Product &product : products_) {
    if (is_empty(block, center, product)) continue;
    const bool same = product.j == product.k;
    for (std::size_t l = 0; l <= degree(); ++l) {
      double adjoint = 0.0;    // of the power of this l
      for (const Function &f : product.functions)
        adjoint += f.weight * weights[f.index] * coefficient(f.zeta, f.lambda, l);
      if (same) square_adjoints[product.j] -= 0.5 * adjoint;
      for_each_m(l, [&](std::size_t i, double norm) {
        // The same channel twice: 1/2 of the derivative of a square.
        scratch[product.j * n_moments() + i] +=
            adjoint * norm * stored[product.k * n_moments() + i];
        if (!same)
          scratch[product.k * n_moments() + i] +=
              adjoint * norm * stored[product.j * n_moments() + i];
      });
    }
  }
  const auto &kernel = kernels::best().multipole[degree_index_];
  for (std::size_t s = 0; s + 1 < first_channel_.size(); ++s)
    if (first_channel_[s + 1] > first_channel_[s])
      kernel.contract(plan(s), block.view(cutoff_index_),
                      block.neighbors(center, static_cast<int>(s), cutoff_index_),
                      scratch.data() + first_channel_[s] * n_moments(),
                      square_adjoints + first_channel_[s]);
}

void MultipoleGroup::add_jacobian(const PreparedBlock &block, kernels::IndexRange range,
                                  const Product &product, const double *slopes, std::size_t stride,
                                  bool with_squares, int n_functions, double *jacobian) const
{
  const auto functions = static_cast<std::size_t>(n_functions);
  for (const Function &f : product.functions)
    for (std::size_t d = 0; d < 3; ++d)
      for (int n = range.begin; n < range.end; ++n) {
        const double *at = slopes + d * stride + static_cast<std::size_t>(n - range.begin);
        double sum = 0.0;
        for (std::size_t l = 0; l <= static_cast<std::size_t>(f.zeta); ++l)
          sum += coefficient(f.zeta, f.lambda, l) * at[3 * l * stride];
        // A(1) = 2 for lambda = 1, else 0.
        if (with_squares && f.lambda > 0) sum -= at[3 * (degree() + 1) * stride];
        jacobian[(static_cast<std::size_t>(block.source(n)) * 3 + d) * functions + f.index] +=
            f.weight * sum;
      }
}

void MultipoleGroup::jacobian(PreparedBlock &block, int center, const double *stored,
                              std::vector<double> &scratch, int n_functions, double *jacobian) const
{
  const auto &kernel = kernels::best().multipole[degree_index_];
  std::vector<double> adjoint(n_moments());
  // By the displacements of the neighbors in one channel, with the moments of the other.
  const auto add = [&](const Product &product, std::size_t by, std::size_t other) {
    const kernels::IndexRange range = block.neighbors(center, species_of(by), cutoff_index_);
    const int stride = kernels::round_up(range.end - range.begin);
    for (std::size_t l = 0; l <= degree(); ++l)
      for_each_m(l, [&](std::size_t i, double norm) {
        adjoint[i] = norm * stored[other * n_moments() + i];
      });
    scratch.resize(3 * (degree() + 2) * static_cast<std::size_t>(stride));
    kernel.slopes(channels_[by], block.view(cutoff_index_), range, adjoint.data(), scratch.data(),
                  stride);
    add_jacobian(block, range, product, scratch.data(), static_cast<std::size_t>(stride),
                 by == other, n_functions, jacobian);
  };
  for (const Product &product : products_) {
    if (is_empty(block, center, product)) continue;
    add(product, product.j, product.k);
    if (product.j != product.k) add(product, product.k, product.j);
  }
}

void MultipoleGroup::directional(PreparedBlock &block, int center, const double *stored,
                                 std::vector<double> &scratch, const kernels::Direction &direction,
                                 double *products) const
{
  const auto &kernel = kernels::best().multipole[degree_index_];
  scratch.resize(n_stored());
  double *squares = scratch.data() + channels_.size() * n_moments();
  for (std::size_t s = 0; s + 1 < first_channel_.size(); ++s)
    if (first_channel_[s + 1] > first_channel_[s])
      kernel.directional(plan(s), block.view(cutoff_index_),
                         block.neighbors(center, static_cast<int>(s), cutoff_index_), direction,
                         scratch.data() + first_channel_[s] * n_moments(),
                         squares + first_channel_[s]);
  for (const Product &product : products_) {
    if (is_empty(block, center, product)) continue;
    const bool same = product.j == product.k;
    const std::size_t j = product.j * n_moments(), k = product.k * n_moments();
    std::array<double, n_degrees> power{};    // its derivative
    for (std::size_t l = 0; l <= degree(); ++l) {
      for_each_m(l, [&](std::size_t i, double norm) {
        power[l] += norm * stored[j + i] * scratch[k + i];
        if (!same) power[l] += norm * scratch[j + i] * stored[k + i];
      });
      if (same) power[l] -= 0.5 * squares[product.j];
    }
    for (const Function &f : product.functions)
      for (std::size_t l = 0; l <= static_cast<std::size_t>(f.zeta); ++l)
        products[f.index] += f.weight * coefficient(f.zeta, f.lambda, l) * power[l];
  }
}

}    // namespace nnmb
