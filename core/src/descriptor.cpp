#include "nnmanybody/descriptor.h"

#include "nnmanybody/chemical_elements.h"
#include "nnmanybody/text.h"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace nnmb {

namespace {

/// Bytes of triplets that the first pass leaves for the second: part of a core's second-level cache.
constexpr std::size_t triplet_cache = 384 * 1024;

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

struct WeightedSpecies {
  int j, k;
  double weight;
};

/// The species (for angular functions: pairs j <= k of species) that a function sums over, with their weights.
std::vector<WeightedSpecies> neighbor_species(const SymmetryFunction &f,
                                              const std::vector<std::string> &elements)
{
  if (!f.sums_over_elements()) {
    const int j = species_of(f.neighbors.front(), elements, f),
              k = species_of(f.neighbors.back(), elements, f);
    return {{std::min(j, k), std::max(j, k), 1.0}};
  }
  std::vector<WeightedSpecies> list;
  const auto weight = [&](int species) {
    return f.weight_by_atomic_number ? atomic_number(elements[static_cast<std::size_t>(species)])
                                     : 1;
  };
  for (int j = 0; j < static_cast<int>(elements.size()); ++j) {
    if (!f.is_angular()) list.push_back({j, j, static_cast<double>(weight(j))});
    for (int k = j; f.is_angular() && k < static_cast<int>(elements.size()); ++k)
      list.push_back({j, k, static_cast<double>(weight(j) * weight(k))});
  }
  return list;
}

}    // namespace

Descriptor::Descriptor(const std::vector<std::string> &elements,
                       std::vector<SymmetryFunction> functions) : functions_(std::move(functions))
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
  needs_.n_species = static_cast<int>(elements.size());
  for (int s = 0; s < n_functions(); ++s) {
    const SymmetryFunction &f = functions_[static_cast<std::size_t>(s)];
    cutoff_ = std::max(cutoff_, f.cutoff.radius);
    auto cutoff = std::find(needs_.cutoffs.begin(), needs_.cutoffs.end(), f.cutoff);
    if (cutoff == needs_.cutoffs.end())
      cutoff = needs_.cutoffs.insert(needs_.cutoffs.end(), f.cutoff);
    const int cutoff_index = static_cast<int>(cutoff - needs_.cutoffs.begin());
    for (const auto &[j, k, weight] : neighbor_species(f, elements))
      if (!f.is_angular())
        add_radial(f, s, j, weight, cutoff_index);
      else if (f.kind == SymmetryFunctionKind::three_body)
        add_three_body(f, s, j, k, weight, cutoff_index);
      else if (MultipoleGroup::can_hold(f))
        add_multipole(f, s, j, k, weight, cutoff_index);
      else
        add_angular(f, s, j, k, weight, cutoff_index);
  }
  for (RadialGroup &group : radial_) {
    group.keep_from(needs_.n_kept);
    needs_.n_kept += group.n_terms();
  }
  needs_.interleaved = !angular_.empty();
}

void Descriptor::add_radial(const SymmetryFunction &f, int index, int j, double weight,
                            int cutoff_index)
{
  auto group = std::find_if(radial_.begin(), radial_.end(),
                            [&](const RadialGroup &g) { return g.holds(j, cutoff_index); });
  if (group == radial_.end()) group = radial_.insert(radial_.end(), RadialGroup(j, cutoff_index));
  group->add(f, index, weight);
}

void Descriptor::add_three_body(const SymmetryFunction &f, int index, int j, int k, double weight,
                                int cutoff_index)
{
  auto group = std::find_if(three_body_.begin(), three_body_.end(),
                            [&](const ThreeBodyGroup &g) { return g.holds(j, k, cutoff_index); });
  if (group == three_body_.end())
    group = three_body_.insert(three_body_.end(), ThreeBodyGroup(j, k, cutoff_index));
  group->add(f, index, weight);
}

void Descriptor::add_angular(const SymmetryFunction &f, int index, int j, int k, double weight,
                             int cutoff_index)
{
  auto group = std::find_if(angular_.begin(), angular_.end(), [&](const AngularGroup &g) {
    return g.holds(f.is_narrow(), j, k, cutoff_index);
  });
  if (group == angular_.end())
    group =
        angular_.insert(angular_.end(), AngularGroup(f.is_narrow(), j, k, cutoff_index, f.cutoff));
  group->add(f, index, weight);
}

void Descriptor::add_multipole(const SymmetryFunction &f, int index, int j, int k, double weight,
                               int cutoff_index)
{
  auto group = std::find_if(multipole_.begin(), multipole_.end(),
                            [&](const MultipoleGroup &g) { return g.holds(cutoff_index); });
  if (group == multipole_.end())
    group = multipole_.insert(multipole_.end(), MultipoleGroup(cutoff_index, needs_.n_species));
  group->add(f, index, j, k, weight);
}

std::size_t Descriptor::moments_per_center() const
{
  std::size_t n = 0;
  for (const MultipoleGroup &group : multipole_) n += group.n_stored();
  return n;
}

void Descriptor::prepare(const EnvironmentBlock &block, DescriptorScratch &scratch) const
{
  scratch.prepared.prepare(block, needs_);
  scratch.prepared.clear_gradient();
}

int Descriptor::values(DescriptorScratch &scratch, int begin, int end, arma::mat &values) const
{
  values.zeros(static_cast<arma::uword>(n_functions()), static_cast<arma::uword>(end - begin));
  int arrays = 0;
  for (const AngularGroup &group : angular_) arrays = std::max(arrays, group.arrays_per_chunk());
  scratch.triplets.clear(arrays);
  scratch.first_center = begin;
  scratch.first_chunk.clear();
  scratch.moments.resize(static_cast<std::size_t>(end - begin) * moments_per_center());
  double *moments = scratch.moments.data();
  int center = begin;
  for (; center < end && (center == begin || scratch.triplets.bytes() < triplet_cache); ++center) {
    double *column = values.colptr(static_cast<arma::uword>(center - begin));
    for (const RadialGroup &group : radial_)
      group.values(scratch.prepared, center, scratch.sums, column);
    for (const ThreeBodyGroup &group : three_body_)
      group.values(scratch.prepared, center, scratch.sums, column);
    for (const AngularGroup &group : angular_) {
      scratch.first_chunk.push_back(scratch.triplets.size());
      group.values(scratch.prepared, center, scratch.triplets, scratch.sums, column);
    }
    for (const MultipoleGroup &group : multipole_) {
      group.values(scratch.prepared, center, moments, column);
      moments += group.n_stored();
    }
  }
  scratch.first_chunk.push_back(scratch.triplets.size());
  values.resize(values.n_rows, static_cast<arma::uword>(center - begin));
  return center;
}

void Descriptor::values(const EnvironmentBlock &block, DescriptorScratch &scratch,
                        arma::mat &values) const
{
  prepare(block, scratch);
  values.set_size(static_cast<arma::uword>(n_functions()),
                  static_cast<arma::uword>(block.n_centers()));
  for (int begin = 0; begin < block.n_centers();) {
    const int end = this->values(scratch, begin, block.n_centers(), scratch.part);
    values.cols(static_cast<arma::uword>(begin), static_cast<arma::uword>(end) - 1) = scratch.part;
    begin = end;
  }
}

namespace {

/// The chunks of one angular group of one center.
kernels::IndexRange chunks_of(const DescriptorScratch &scratch, int center, std::size_t group,
                              std::size_t n_groups)
{
  const std::size_t at = static_cast<std::size_t>(center - scratch.first_center) * n_groups + group;
  return {scratch.first_chunk[at], scratch.first_chunk[at + 1]};
}

}    // namespace

void Descriptor::contract(DescriptorScratch &scratch, int begin, int end,
                          const arma::mat &weights) const
{
  const double *moments = scratch.moments.data();
  for (int center = begin; center < end; ++center) {
    const double *column = weights.colptr(static_cast<arma::uword>(center - begin));
    for (const RadialGroup &group : radial_)
      group.contract(scratch.prepared, center, scratch.sums, column);
    for (const ThreeBodyGroup &group : three_body_)
      group.contract(scratch.prepared, center, scratch.sums, column);
    for (std::size_t g = 0; g < angular_.size(); ++g)
      angular_[g].contract(scratch.prepared, scratch.triplets,
                           chunks_of(scratch, center, g, angular_.size()), scratch.sums, column);
    for (const MultipoleGroup &group : multipole_) {
      group.contract(scratch.prepared, center, moments, scratch.sums, column);
      moments += group.n_stored();
    }
  }
}

void Descriptor::set_direction(DescriptorScratch &scratch, const double *direction) const
{
  const int n = scratch.prepared.n_neighbors();
  // Kernels read whole vectors.
  const auto padded = static_cast<std::size_t>(kernels::round_up(n) + kernels::width);
  for (auto *array : {&scratch.along_x, &scratch.along_y, &scratch.along_z})
    array->assign(padded, 0.0);
  for (int i = 0; i < n; ++i) {
    const double *v = direction + 3 * static_cast<std::ptrdiff_t>(scratch.prepared.source(i));
    const auto at = static_cast<std::size_t>(i);
    scratch.along_x[at] = v[0];
    scratch.along_y[at] = v[1];
    scratch.along_z[at] = v[2];
  }
}

void Descriptor::directional(DescriptorScratch &scratch, int begin, int end,
                             arma::mat &products) const
{
  products.zeros(static_cast<arma::uword>(n_functions()), static_cast<arma::uword>(end - begin));
  const kernels::Direction direction{scratch.along_x.data(), scratch.along_y.data(),
                                     scratch.along_z.data()};
  const double *moments = scratch.moments.data();
  for (int center = begin; center < end; ++center) {
    double *column = products.colptr(static_cast<arma::uword>(center - begin));
    for (const RadialGroup &group : radial_)
      group.directional(scratch.prepared, center, scratch.sums, direction, column);
    for (const ThreeBodyGroup &group : three_body_)
      group.directional(scratch.prepared, center, scratch.sums, direction, column);
    for (std::size_t g = 0; g < angular_.size(); ++g)
      angular_[g].directional(scratch.prepared, scratch.triplets,
                              chunks_of(scratch, center, g, angular_.size()), scratch.sums,
                              direction, column);
    for (const MultipoleGroup &group : multipole_) {
      group.directional(scratch.prepared, center, moments, scratch.sums, direction, column);
      moments += group.n_stored();
    }
  }
}

void Descriptor::gather_gradient(const EnvironmentBlock &block, const DescriptorScratch &scratch,
                                 NeighborGradient &gradient) const
{
  const auto n = static_cast<std::size_t>(block.n_neighbors());
  // Neighbors beyond the cutoff have none; where there are none of these, all is written.
  const bool all = scratch.prepared.n_neighbors() == block.n_neighbors();
  for (auto *array : {&gradient.x, &gradient.y, &gradient.z})
    if (all)
      array->resize(n);
    else
      array->assign(n, 0.0);
  scratch.prepared.write_gradient(gradient.x, gradient.y, gradient.z);
}

void Descriptor::values_and_jacobian(const EnvironmentBlock &block, DescriptorScratch &scratch,
                                     arma::mat &values, double *jacobian) const
{
  prepare(block, scratch);
  std::fill_n(jacobian, static_cast<std::size_t>(block.n_neighbors()) * 3 * functions_.size(), 0.0);
  values.set_size(static_cast<arma::uword>(n_functions()),
                  static_cast<arma::uword>(block.n_centers()));
  for (int begin = 0; begin < block.n_centers();) {
    const int end = this->values(scratch, begin, block.n_centers(), scratch.part);
    values.cols(static_cast<arma::uword>(begin), static_cast<arma::uword>(end) - 1) = scratch.part;
    const double *moments = scratch.moments.data();
    for (int center = begin; center < end; ++center) {
      for (const RadialGroup &group : radial_)
        group.jacobian(scratch.prepared, center, scratch.sums, n_functions(), jacobian);
      for (const ThreeBodyGroup &group : three_body_)
        group.jacobian(scratch.prepared, center, scratch.sums, n_functions(), jacobian);
      for (std::size_t g = 0; g < angular_.size(); ++g)
        angular_[g].jacobian(scratch.prepared, center, scratch.triplets,
                             chunks_of(scratch, center, g, angular_.size()), scratch.sums,
                             n_functions(), jacobian);
      for (const MultipoleGroup &group : multipole_) {
        group.jacobian(scratch.prepared, center, moments, scratch.sums, n_functions(), jacobian);
        moments += group.n_stored();
      }
    }
    begin = end;
  }
}

}    // namespace nnmb
