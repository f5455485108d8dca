#include "nnmanybody/descriptor.h"

#include "nnmanybody/text.h"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace nnmb {

namespace {

int species_of(const std::string &element, const std::vector<std::string> &elements,
               const SymmetryFunction &f)
{
  const auto found = std::find(elements.begin(), elements.end(), element);
  if (found == elements.end())
    throw std::invalid_argument("'" + to_text(f) + "' needs the element " + element +
                                ", but the elements are " + join(elements, " ") +
                                ": add the section of " + element + " or drop the function");
  return static_cast<int>(found - elements.begin());
}

}    // namespace

Descriptor::Descriptor(const std::vector<std::string> &elements,
                       std::vector<SymmetryFunction> functions) :
    functions_(std::move(functions)), n_species_(static_cast<int>(elements.size()))
{
  if (std::set<std::string>(elements.begin(), elements.end()).size() != elements.size())
    throw std::invalid_argument("expected each element once, got " + join(elements, " "));
  if (functions_.empty())
    throw std::invalid_argument("expected at least one symmetry function, got none");
  for (SymmetryFunction &f : functions_) f.validate();
  std::set<std::string> seen;
  for (const SymmetryFunction &f : functions_)
    if (!seen.insert(to_text(f)).second)
      throw std::invalid_argument("the symmetry function '" + to_text(f) + "' stands twice");
  compile(elements);
}

void Descriptor::compile(const std::vector<std::string> &elements)
{
  for (int s = 0; s < n_functions(); ++s) {
    const SymmetryFunction &f = functions_[static_cast<std::size_t>(s)];
    cutoff_ = std::max(cutoff_, f.cutoff.radius);
    auto cutoff = std::find(cutoffs_.begin(), cutoffs_.end(), f.cutoff);
    if (cutoff == cutoffs_.end()) cutoff = cutoffs_.insert(cutoffs_.end(), f.cutoff);
    const int cutoff_index = static_cast<int>(cutoff - cutoffs_.begin());
    if (!f.is_angular()) {
      const int j = species_of(f.neighbors[0], elements, f);
      auto group = std::find_if(radial_.begin(), radial_.end(),
                                [&](const RadialGroup &g) { return g.holds(j, cutoff_index); });
      if (group == radial_.end())
        group = radial_.insert(radial_.end(), RadialGroup(j, cutoff_index));
      group->add(f, s);
    } else {
      const auto [j, k] = std::minmax(
          {species_of(f.neighbors[0], elements, f), species_of(f.neighbors[1], elements, f)});
      auto group =
          std::find_if(angular_.begin(), angular_.end(), [&, j = j, k = k](const AngularGroup &g) {
            return g.holds(f.kind, j, k, cutoff_index);
          });
      if (group == angular_.end())
        group = angular_.insert(angular_.end(), AngularGroup(f.kind, j, k, cutoff_index, f.cutoff));
      group->add(f, s);
    }
  }
}

void Descriptor::values(const EnvironmentBlock &block, DescriptorScratch &scratch,
                        arma::mat &values) const
{
  scratch.prepared.prepare(block, n_species_, cutoffs_);
  values.zeros(static_cast<arma::uword>(n_functions()),
               static_cast<arma::uword>(block.n_centers()));
  for (int center = 0; center < block.n_centers(); ++center) {
    double *column = values.colptr(static_cast<arma::uword>(center));
    for (const RadialGroup &group : radial_) group.values(scratch.prepared, center, column);
    for (const AngularGroup &group : angular_)
      group.values(scratch.prepared, center, scratch.chunk, column);
  }
}

void Descriptor::contract(const EnvironmentBlock &block, DescriptorScratch &scratch,
                          const arma::mat &weights, NeighborGradient &gradient) const
{
  PreparedBlock &prepared = scratch.prepared;
  prepared.clear_gradient();
  for (int center = 0; center < block.n_centers(); ++center) {
    const double *column = weights.colptr(static_cast<arma::uword>(center));
    for (const RadialGroup &group : radial_) group.contract(prepared, center, column);
    for (const AngularGroup &group : angular_)
      group.contract(prepared, center, scratch.chunk, column);
  }
  const auto n = static_cast<std::size_t>(block.n_neighbors());
  for (auto *array : {&gradient.x, &gradient.y, &gradient.z}) array->assign(n, 0.0);
  for (std::size_t i = 0; i < prepared.source.size(); ++i) {
    const auto at = static_cast<std::size_t>(prepared.source[i]);
    gradient.x[at] = prepared.gx[i];
    gradient.y[at] = prepared.gy[i];
    gradient.z[at] = prepared.gz[i];
  }
}

void Descriptor::jacobian(const EnvironmentBlock &block, DescriptorScratch &scratch,
                          double *jacobian) const
{
  std::fill_n(jacobian, static_cast<std::size_t>(block.n_neighbors()) * 3 * functions_.size(), 0.0);
  for (int center = 0; center < block.n_centers(); ++center) {
    for (const RadialGroup &group : radial_)
      group.jacobian(scratch.prepared, center, n_functions(), jacobian);
    for (const AngularGroup &group : angular_)
      group.jacobian(scratch.prepared, center, scratch.chunk, n_functions(), jacobian);
  }
}

}    // namespace nnmb
