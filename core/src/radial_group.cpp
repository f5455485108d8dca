#include "nnmanybody/radial_group.h"

namespace nnmb {

namespace {

kernels::RadialTerm::Kind kind_of(SymmetryFunctionKind kind)
{
  switch (kind) {
    case SymmetryFunctionKind::G2:
      return kernels::RadialTerm::Kind::gaussian;
    case SymmetryFunctionKind::G3:
      return kernels::RadialTerm::Kind::cosine;
    case SymmetryFunctionKind::chebyshev:
      return kernels::RadialTerm::Kind::chebyshev;
    default:
      return kernels::RadialTerm::Kind::cutoff;    // G1, compact_radial: f_c alone
  }
}

}    // namespace

void RadialGroup::add(const SymmetryFunction &f, int index, double weight)
{
  const bool polynomial = f.kind == SymmetryFunctionKind::chebyshev;
  terms_.push_back(
      {kind_of(f.kind), f.eta, f.r_shift, polynomial ? 2.0 / f.cutoff.radius : f.kappa, f.order});
  places_.push_back({static_cast<std::size_t>(index), weight});
}

void RadialGroup::values(PreparedBlock &block, int center, std::vector<double> &scratch,
                         double *values) const
{
  scratch.assign(terms_.size(), 0.0);
  kernels::best().radial_values(terms_.data(), static_cast<int>(terms_.size()),
                                block.view(cutoff_index_),
                                block.neighbors(center, species_, cutoff_index_), scratch.data(),
                                block.kept(first_kept_), block.kept_stride());
  for (std::size_t s = 0; s < terms_.size(); ++s)
    values[places_[s].index] += places_[s].weight * scratch[s];
}

void RadialGroup::contract(PreparedBlock &block, int center, std::vector<double> &scratch,
                           const double *weights) const
{
  scratch.resize(terms_.size());
  for (std::size_t s = 0; s < terms_.size(); ++s)
    scratch[s] = places_[s].weight * weights[places_[s].index];
  kernels::best().radial_contract(terms_.data(), static_cast<int>(terms_.size()),
                                  block.view(cutoff_index_),
                                  block.neighbors(center, species_, cutoff_index_), scratch.data(),
                                  block.kept(first_kept_), block.kept_stride());
}

void RadialGroup::jacobian(PreparedBlock &block, int center, std::vector<double> &scratch,
                           int n_functions, double *jacobian) const
{
  const kernels::IndexRange range = block.neighbors(center, species_, cutoff_index_);
  const kernels::Neighbors n = block.view(cutoff_index_);
  const int stride = kernels::round_up(range.end - range.begin);
  scratch.resize(terms_.size() * static_cast<std::size_t>(stride));
  kernels::best().radial_slopes(terms_.data(), static_cast<int>(terms_.size()), n, range,
                                scratch.data(), stride);
  const auto functions = static_cast<std::size_t>(n_functions);
  for (int i = range.begin; i < range.end; ++i) {
    double *row = jacobian + static_cast<std::size_t>(block.source(i)) * 3 * functions;
    for (std::size_t s = 0; s < terms_.size(); ++s) {
      const auto [index, weight] = places_[s];
      const double slope =
          weight *
          scratch[s * static_cast<std::size_t>(stride) + static_cast<std::size_t>(i - range.begin)];
      row[index] += slope * n.x[i];
      row[functions + index] += slope * n.y[i];
      row[2 * functions + index] += slope * n.z[i];
    }
  }
}

void RadialGroup::directional(PreparedBlock &block, int center, std::vector<double> &scratch,
                              const kernels::Direction &direction, double *products) const
{
  const kernels::IndexRange range = block.neighbors(center, species_, cutoff_index_);
  const kernels::Neighbors n = block.view(cutoff_index_);
  const int stride = kernels::round_up(range.end - range.begin);
  scratch.resize(terms_.size() * static_cast<std::size_t>(stride));
  kernels::best().radial_slopes(terms_.data(), static_cast<int>(terms_.size()), n, range,
                                scratch.data(), stride);
  for (int i = range.begin; i < range.end; ++i) {
    const double along =
        n.x[i] * direction.x[i] + n.y[i] * direction.y[i] + n.z[i] * direction.z[i];
    const double *slope = scratch.data() + (i - range.begin);
    for (std::size_t s = 0; s < terms_.size(); ++s, slope += stride)
      products[places_[s].index] += places_[s].weight * *slope * along;
  }
}

}    // namespace nnmb
