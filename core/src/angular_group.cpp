#include "nnmanybody/angular_group.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace nnmb {

namespace {

constexpr auto chunk_capacity = static_cast<std::size_t>(TripletChunk::capacity);

std::size_t index_of(int i)
{
  return static_cast<std::size_t>(i);
}

/// (1 + lambda cos)^zeta of a chunk of triplets and its derivative by the cosine, without the factor 2^(1-zeta) that
/// halving the base supplies. Powers by repeated squaring of the whole chunk, so that the loops are vectorised.
void power_factor(double zeta, int lambda, int exponent, const double *cosine, int size,
                  double *value, double *slope)
{
  std::array<double, chunk_capacity> half, square, lower;
  const auto n = index_of(size);
  // Rounding can push the base below zero for collinear triplets.
  for (std::size_t t = 0; t < n; ++t) half[t] = 0.5 * std::max(0.0, 1.0 + lambda * cosine[t]);
  if (exponent < 0) {
    for (std::size_t t = 0; t < n; ++t) lower[t] = std::pow(half[t], zeta - 1.0);
  } else {
    std::fill_n(lower.begin(), n, 1.0);
    std::copy_n(half.begin(), n, square.begin());
    for (int e = exponent; e > 0; e >>= 1) {
      if (e & 1)
        for (std::size_t t = 0; t < n; ++t) lower[t] *= square[t];
      for (std::size_t t = 0; t < n; ++t) square[t] *= square[t];
    }
  }
  for (std::size_t t = 0; t < n; ++t) {
    value[t] = 2.0 * lower[t] * half[t];
    slope[t] = lower[t] * lambda * zeta;
  }
}

/// A compact function of the angle as a function of its cosine. At 0 and 180 degrees the derivative by the cosine
/// has no meaning; the functions are zero there unless they are centered there, where their slope vanishes.
CutoffValue of_cosine(const CutoffFunction &function, double cosine)
{
  if (cosine <= -1.0 || cosine >= 1.0)
    return {function(cosine > 0.0 ? 0.0 : std::acos(-1.0)).value, 0.0};
  const CutoffValue f = function(std::acos(cosine));
  return {f.value, -f.derivative / std::sqrt(1.0 - cosine * cosine)};
}

/// Index of `factor` in `factors`, where it is put when it is new.
template <typename Factor> int place(std::vector<Factor> &factors, const Factor &factor)
{
  const auto found = std::find(factors.begin(), factors.end(), factor);
  const auto at = found - factors.begin();
  if (found == factors.end()) factors.push_back(factor);
  return static_cast<int>(at);
}

}    // namespace

AngularGroup::AngularGroup(bool narrow, int species_j, int species_k, int cutoff_index,
                           CutoffFunction cutoff) :
    with_jk_(narrow), species_j_(species_j), species_k_(species_k), cutoff_index_(cutoff_index),
    cutoff_(cutoff)
{
}

bool AngularGroup::holds(bool narrow, int species_j, int species_k, int cutoff_index) const
{
  return with_jk_ == narrow && species_j == species_j_ && species_k == species_k_ &&
         cutoff_index == cutoff_index_;
}

void AngularGroup::add(const SymmetryFunction &f, int index, double weight)
{
  const auto radial = place(radial_, {f.eta, f.r_shift});
  constexpr double largest_integer = 1024.0;
  const bool whole = f.zeta == std::floor(f.zeta) && f.zeta <= largest_integer;
  AngularFactor factor{f.zeta, f.lambda, whole ? static_cast<int>(f.zeta) - 1 : -1, {}};
  if (f.is_compact()) {
    // The asymmetric form is one of the radial factors only, as n2p2 defines it.
    constexpr double degree = 3.14159265358979323846 / 180.0;
    factor.angle = {f.cutoff.kind, f.theta_right * degree, 0.0, true, f.theta_left * degree, false};
  }
  functions_.push_back({radial, place(angular_, factor), index_of(index), weight});
  std::stable_sort(functions_.begin(), functions_.end(),
                   [](const Function &a, const Function &b) { return a.radial < b.radial; });
}

template <typename Process>
void AngularGroup::for_each_chunk(const PreparedBlock &block, int center, TripletChunk &chunk,
                                  Process process) const
{
  list_neighbors(block, center, chunk);
  pair_factors(block, center, chunk);
  const auto flush = [&] {
    geometry(block, chunk);
    radial_factors(block, center, chunk);
    angular_factors(chunk);
    process();
    chunk.size = 0;
  };
  const double cutoff_squared = cutoff_.radius * cutoff_.radius;
  const bool same = species_j_ == species_k_;
  chunk.size = 0;
  for (std::size_t jj = 0; jj < chunk.list_j.size(); ++jj) {
    const auto j = index_of(chunk.list_j[jj]);
    for (std::size_t kk = same ? jj + 1 : 0; kk < chunk.list_k.size(); ++kk) {
      const auto k = index_of(chunk.list_k[kk]);
      const auto t = index_of(chunk.size);
      if (with_jk_) {
        const double dx = block.x[k] - block.x[j], dy = block.y[k] - block.y[j],
                     dz = block.z[k] - block.z[j];
        const double r_squared = dx * dx + dy * dy + dz * dz;
        if (r_squared >= cutoff_squared) continue;
        if (r_squared < shortest_distance * shortest_distance)
          refuse_distance(std::sqrt(r_squared));
        chunk.r_jk[t] = std::sqrt(r_squared);
      }
      chunk.j[t] = static_cast<int>(j);
      chunk.k[t] = static_cast<int>(k);
      if (++chunk.size == TripletChunk::capacity) flush();
    }
  }
  if (chunk.size > 0) flush();
}

void AngularGroup::list_neighbors(const PreparedBlock &block, int center, TripletChunk &chunk) const
{
  const auto fill = [&](int species, std::vector<int> &list) {
    list.clear();
    const Range range = block.neighbors(center, species);
    for (int n = range.begin; n < range.end; ++n)
      if (block.r[index_of(n)] < cutoff_.radius) list.push_back(n);
  };
  fill(species_j_, chunk.list_j);
  if (species_j_ == species_k_)
    chunk.list_k = chunk.list_j;
  else
    fill(species_k_, chunk.list_k);
  for (auto *array : {&chunk.j, &chunk.k}) array->resize(chunk_capacity);
  for (auto *array : {&chunk.cosine, &chunk.r_jk, &chunk.f, &chunk.f_a, &chunk.f_b, &chunk.f_c,
                      &chunk.sum, &chunk.sum_cosine, &chunk.sum_a, &chunk.sum_b, &chunk.sum_c})
    array->resize(chunk_capacity);
  chunk.radial.resize(radial_.size() * chunk_capacity);
  chunk.angular.resize(angular_.size() * chunk_capacity);
  chunk.d_angular.resize(angular_.size() * chunk_capacity);
}

/// exp(-eta (r - r_shift)^2) of every neighbor: one exponential per pair instead of one per triplet.
void AngularGroup::pair_factors(const PreparedBlock &block, int center, TripletChunk &chunk) const
{
  const Range range = block.neighbors(center);
  const auto n = index_of(range.size());
  chunk.pair_radial.resize(radial_.size() * n);
  for (std::size_t m = 0; m < radial_.size(); ++m)
    for (std::size_t i = 0; i < n; ++i) {
      const double d = block.r[index_of(range.begin) + i] - radial_[m].r_shift;
      chunk.pair_radial[m * n + i] = std::exp(-radial_[m].eta * d * d);
    }
}

void AngularGroup::geometry(const PreparedBlock &block, TripletChunk &chunk) const
{
  const double *fc = block.fc[index_of(cutoff_index_)].data();
  const double *dfc = block.dfc[index_of(cutoff_index_)].data();
  for (std::size_t t = 0; t < index_of(chunk.size); ++t) {
    const auto j = index_of(chunk.j[t]), k = index_of(chunk.k[t]);
    const double dot = block.x[j] * block.x[k] + block.y[j] * block.y[k] + block.z[j] * block.z[k];
    chunk.cosine[t] = dot / (block.r[j] * block.r[k]);
    chunk.f[t] = fc[j] * fc[k];
    chunk.f_a[t] = dfc[j] * fc[k];
    chunk.f_b[t] = fc[j] * dfc[k];
    if (!with_jk_) continue;
    const CutoffValue jk = cutoff_(chunk.r_jk[t]);
    chunk.f_c[t] = chunk.f[t] * jk.derivative;
    chunk.f[t] *= jk.value;
    chunk.f_a[t] *= jk.value;
    chunk.f_b[t] *= jk.value;
  }
}

void AngularGroup::radial_factors(const PreparedBlock &block, int center, TripletChunk &chunk) const
{
  const Range range = block.neighbors(center);
  for (std::size_t m = 0; m < radial_.size(); ++m) {
    const double *pair = chunk.pair_radial.data() + m * index_of(range.size());
    double *radial = chunk.radial.data() + m * chunk_capacity;
    for (std::size_t t = 0; t < index_of(chunk.size); ++t)
      radial[t] = pair[chunk.j[t] - range.begin] * pair[chunk.k[t] - range.begin];
    if (!with_jk_) continue;
    for (std::size_t t = 0; t < index_of(chunk.size); ++t) {
      const double d = chunk.r_jk[t] - radial_[m].r_shift;
      radial[t] *= std::exp(-radial_[m].eta * d * d);
    }
  }
}

/// A = 2^(1-zeta) (1 + lambda cos)^zeta and dA/dcos = 2^(1-zeta) lambda zeta (1 + lambda cos)^(zeta-1), with
/// 2^(1-zeta) (1 + lambda cos)^(zeta-1) = ((1 + lambda cos)/2)^(zeta-1), which can neither overflow nor turn NaN;
/// or A(theta) and dA/dcos = -A'(theta)/sin(theta).
void AngularGroup::angular_factors(TripletChunk &chunk) const
{
  for (std::size_t n = 0; n < angular_.size(); ++n) {
    const AngularFactor &factor = angular_[n];
    double *value = chunk.angular.data() + n * chunk_capacity;
    double *slope = chunk.d_angular.data() + n * chunk_capacity;
    if (factor.angle.compact)
      for (std::size_t t = 0; t < index_of(chunk.size); ++t) {
        const CutoffValue a = of_cosine(factor.angle, chunk.cosine[t]);
        value[t] = a.value;
        slope[t] = a.derivative;
      }
    else
      power_factor(factor.zeta, factor.lambda, factor.exponent, chunk.cosine.data(), chunk.size,
                   value, slope);
  }
}

void AngularGroup::values(const PreparedBlock &block, int center, TripletChunk &chunk,
                          double *values) const
{
  for_each_chunk(block, center, chunk, [&] {
    const auto size = index_of(chunk.size);
    std::array<double, chunk_capacity> product;    // of the cutoff functions and the radial factor
    int radial_at_hand = -1;
    for (const Function &function : functions_) {
      if (function.radial != radial_at_hand) {
        radial_at_hand = function.radial;
        const double *radial = chunk.radial.data() + index_of(function.radial) * chunk_capacity;
        for (std::size_t t = 0; t < size; ++t) product[t] = chunk.f[t] * radial[t];
      }
      const double *angular = chunk.angular.data() + index_of(function.angular) * chunk_capacity;
      double total = 0.0;
#pragma omp simd reduction(+ : total)
      for (std::size_t t = 0; t < size; ++t) total += product[t] * angular[t];
      values[function.index] += function.weight * total;
    }
  });
}

/// Sums over the functions of the group, for every triplet of the chunk: w E A, w E dA/dcos, and the derivatives
/// of the exponentials, d/da exp(-eta (a - r_shift)^2) = -2 eta (a - r_shift) exp(…), likewise for b and c.
void AngularGroup::contract_factors(const PreparedBlock &block, TripletChunk &chunk,
                                    const double *weights) const
{
  const auto size = index_of(chunk.size);
  for (auto *array : {&chunk.sum, &chunk.sum_cosine, &chunk.sum_a, &chunk.sum_b, &chunk.sum_c})
    std::fill_n(array->begin(), size, 0.0);
  std::array<double, chunk_capacity> value, slope;
  for (std::size_t s = 0; s < functions_.size();) {
    const int m = functions_[s].radial;
    std::fill_n(value.begin(), size, 0.0);
    std::fill_n(slope.begin(), size, 0.0);
    for (; s < functions_.size() && functions_[s].radial == m; ++s) {
      const double w = weights[functions_[s].index] * functions_[s].weight;
      const double *angular =
          chunk.angular.data() + index_of(functions_[s].angular) * chunk_capacity;
      const double *d_angular =
          chunk.d_angular.data() + index_of(functions_[s].angular) * chunk_capacity;
      for (std::size_t t = 0; t < size; ++t) {
        value[t] += w * angular[t];
        slope[t] += w * d_angular[t];
      }
    }
    const RadialFactor factor = radial_[index_of(m)];
    const double *radial = chunk.radial.data() + index_of(m) * chunk_capacity;
    for (std::size_t t = 0; t < size; ++t) {
      chunk.sum[t] += value[t] * radial[t];
      chunk.sum_cosine[t] += slope[t] * radial[t];
      const double scaled = -2.0 * factor.eta * value[t] * radial[t];
      chunk.sum_a[t] += scaled * (block.r[index_of(chunk.j[t])] - factor.r_shift);
      chunk.sum_b[t] += scaled * (block.r[index_of(chunk.k[t])] - factor.r_shift);
      if (with_jk_) chunk.sum_c[t] += scaled * (chunk.r_jk[t] - factor.r_shift);
    }
  }
}

/// From derivatives by the three distances and the cosine to coefficients of the two displacement vectors, with
/// dcos/dx_ij = x_ik/(ab) - x_ij cos/a^2 and dc/dx_ij = (x_ij - x_ik)/c.
AngularGroup::Coefficients AngularGroup::coefficients(const PreparedBlock &block,
                                                      const TripletChunk &chunk, std::size_t t,
                                                      double sum, double sum_cosine, double sum_a,
                                                      double sum_b, double sum_c) const
{
  const double a = block.r[index_of(chunk.j[t])], b = block.r[index_of(chunk.k[t])];
  const double by_cosine = chunk.f[t] * sum_cosine;
  const double by_a = chunk.f_a[t] * sum + chunk.f[t] * sum_a;
  const double by_b = chunk.f_b[t] * sum + chunk.f[t] * sum_b;
  const double by_c = with_jk_ ? (chunk.f_c[t] * sum + chunk.f[t] * sum_c) / chunk.r_jk[t] : 0.0;
  return {by_a / a - by_cosine * chunk.cosine[t] / (a * a) + by_c,
          by_b / b - by_cosine * chunk.cosine[t] / (b * b) + by_c, by_cosine / (a * b) - by_c};
}

void AngularGroup::contract(PreparedBlock &block, int center, TripletChunk &chunk,
                            const double *weights) const
{
  for_each_chunk(block, center, chunk, [&] {
    contract_factors(block, chunk, weights);
    for (std::size_t t = 0; t < index_of(chunk.size); ++t) {
      const auto [p_j, p_k, q] = coefficients(block, chunk, t, chunk.sum[t], chunk.sum_cosine[t],
                                              chunk.sum_a[t], chunk.sum_b[t], chunk.sum_c[t]);
      const auto j = index_of(chunk.j[t]), k = index_of(chunk.k[t]);
      block.gx[j] += p_j * block.x[j] + q * block.x[k];
      block.gy[j] += p_j * block.y[j] + q * block.y[k];
      block.gz[j] += p_j * block.z[j] + q * block.z[k];
      block.gx[k] += p_k * block.x[k] + q * block.x[j];
      block.gy[k] += p_k * block.y[k] + q * block.y[j];
      block.gz[k] += p_k * block.z[k] + q * block.z[j];
    }
  });
}

void AngularGroup::jacobian(const PreparedBlock &block, int center, TripletChunk &chunk,
                            int n_functions, double *jacobian) const
{
  const auto stride = index_of(n_functions);
  for_each_chunk(block, center, chunk, [&] {
    for (std::size_t t = 0; t < index_of(chunk.size); ++t) {
      const auto j = index_of(chunk.j[t]), k = index_of(chunk.k[t]);
      double *row_j = jacobian + index_of(block.source[j]) * 3 * stride;
      double *row_k = jacobian + index_of(block.source[k]) * 3 * stride;
      for (const Function &function : functions_) {
        const RadialFactor factor = radial_[index_of(function.radial)];
        const double radial =
            function.weight * chunk.radial[index_of(function.radial) * chunk_capacity + t];
        const std::size_t at = index_of(function.angular) * chunk_capacity + t;
        const double value = radial * chunk.angular[at];
        const double scaled = -2.0 * factor.eta * value;
        const auto [p_j, p_k, q] = coefficients(
            block, chunk, t, value, radial * chunk.d_angular[at],
            scaled * (block.r[j] - factor.r_shift), scaled * (block.r[k] - factor.r_shift),
            with_jk_ ? scaled * (chunk.r_jk[t] - factor.r_shift) : 0.0);
        const double *xyz[3] = {block.x.data(), block.y.data(), block.z.data()};
        for (std::size_t d = 0; d < 3; ++d) {
          row_j[d * stride + function.index] += p_j * xyz[d][j] + q * xyz[d][k];
          row_k[d * stride + function.index] += p_k * xyz[d][k] + q * xyz[d][j];
        }
      }
    }
  });
}

}    // namespace nnmb
