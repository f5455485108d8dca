#include "nnmanybody/radial_group.h"

#include <cmath>

namespace nnmb {

void RadialGroup::add(const SymmetryFunction &f, int index, double weight)
{
  terms_.push_back({f.kind, f.eta, f.r_shift, f.kappa, static_cast<std::size_t>(index), weight});
}

CutoffValue RadialGroup::evaluate(const Term &term, double r, CutoffValue f)
{
  switch (term.kind) {
    case SymmetryFunctionKind::G2: {
      // G2 = exp(-eta (r - r_shift)^2) f_c;  G2' = exp(…) [f_c' - 2 eta (r - r_shift) f_c]
      const double d = r - term.r_shift;
      const double e = std::exp(-term.eta * d * d);
      return {e * f.value, e * (f.derivative - 2.0 * term.eta * d * f.value)};
    }
    case SymmetryFunctionKind::G3: {
      // G3 = cos(kappa r) f_c;  G3' = cos(kappa r) f_c' - kappa sin(kappa r) f_c
      const double c = std::cos(term.kappa * r);
      const double s = std::sin(term.kappa * r);
      return {c * f.value, c * f.derivative - term.kappa * s * f.value};
    }
    default:
      return f;    // G1 = f_c
  }
}

void RadialGroup::values(const PreparedBlock &block, int center, double *values) const
{
  const Range range = block.neighbors(center, species_);
  const double *fc = block.fc[static_cast<std::size_t>(cutoff_index_)].data();
  const double *dfc = block.dfc[static_cast<std::size_t>(cutoff_index_)].data();
  const double *r = block.r.data();
  for (const Term &term : terms_) {
    double sum = 0.0;
    for (int n = range.begin; n < range.end; ++n)
      sum += evaluate(term, r[n], {fc[n], dfc[n]}).value;
    values[term.index] += term.weight * sum;
  }
}

void RadialGroup::contract(PreparedBlock &block, int center, const double *weights) const
{
  const Range range = block.neighbors(center, species_);
  const double *fc = block.fc[static_cast<std::size_t>(cutoff_index_)].data();
  const double *dfc = block.dfc[static_cast<std::size_t>(cutoff_index_)].data();
  for (int i = range.begin; i < range.end; ++i) {
    const auto n = static_cast<std::size_t>(i);
    double slope = 0.0;
    for (const Term &term : terms_)
      slope += weights[term.index] * term.weight *
               evaluate(term, block.r[n], {fc[n], dfc[n]}).derivative;
    slope /= block.r[n];
    block.gx[n] += slope * block.x[n];
    block.gy[n] += slope * block.y[n];
    block.gz[n] += slope * block.z[n];
  }
}

void RadialGroup::jacobian(const PreparedBlock &block, int center, int n_functions,
                           double *jacobian) const
{
  const Range range = block.neighbors(center, species_);
  const double *fc = block.fc[static_cast<std::size_t>(cutoff_index_)].data();
  const double *dfc = block.dfc[static_cast<std::size_t>(cutoff_index_)].data();
  const auto stride = static_cast<std::size_t>(n_functions);
  for (int i = range.begin; i < range.end; ++i) {
    const auto n = static_cast<std::size_t>(i);
    double *row = jacobian + static_cast<std::size_t>(block.source[n]) * 3 * stride;
    for (const Term &term : terms_) {
      const double slope =
          term.weight * evaluate(term, block.r[n], {fc[n], dfc[n]}).derivative / block.r[n];
      row[term.index] += slope * block.x[n];
      row[stride + term.index] += slope * block.y[n];
      row[2 * stride + term.index] += slope * block.z[n];
    }
  }
}

}    // namespace nnmb
