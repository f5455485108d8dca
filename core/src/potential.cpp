#include "nnmanybody/potential.h"

#include <algorithm>
#include <stdexcept>

namespace nnmb {

namespace {

void check_section(const ElementSection &section)
{
  const std::size_t n = section.functions.size();
  if (section.statistics.size() != n)
    throw std::invalid_argument("expected statistics of " + std::to_string(n) +
                                " symmetry functions, got " +
                                std::to_string(section.statistics.size()));
  if (!section.model) throw std::invalid_argument("the model is missing");
  if (section.model->n_features() != static_cast<int>(n))
    throw std::invalid_argument("the model has " + std::to_string(section.model->n_features()) +
                                " inputs, but there are " + std::to_string(n) +
                                " symmetry functions");
}

}    // namespace

Potential::Potential(PotentialDefinition definition) : definition_(std::move(definition))
{
  kernels::
      best();    // here, and not in the first step of a run, a name that it does not know is told
  if (definition_.sections.empty())
    throw std::invalid_argument("expected at least one element, got none");
  for (const ElementSection &section : definition_.sections) {
    if (std::find(elements_.begin(), elements_.end(), section.element) != elements_.end())
      throw std::invalid_argument("the element " + section.element + " stands twice");
    elements_.push_back(section.element);
  }
  for (const ElementSection &section : definition_.sections) {
    try {
      check_section(section);
      descriptors_.emplace_back(elements_, section.functions);
      scalings_.emplace_back(section.scaling, section.statistics);
    } catch (const std::invalid_argument &error) {
      throw std::invalid_argument("element " + section.element + ": " + error.what());
    }
    cutoff_ = std::max(cutoff_, descriptors_.back().cutoff());
  }
}

void Potential::evaluate(const EnvironmentBlock &block, PotentialScratch &scratch,
                         BlockResult &result) const
{
  const auto species = static_cast<std::size_t>(block.center_species);
  const ElementSection &section = definition_.sections[species];
  const Descriptor &descriptor = descriptors_[species];
  descriptor.prepare(block, scratch.descriptor);
  result.energies.set_size(static_cast<arma::uword>(block.n_centers()));
  for (int begin = 0; begin < block.n_centers();) {
    const int end =
        descriptor.values(scratch.descriptor, begin, block.n_centers(), scratch.features);
    scalings_[species].apply(scratch.features);
    section.model->evaluate(scratch.features, scratch.model, scratch.energies, scratch.gradients);
    result.energies.cols(static_cast<arma::uword>(begin), static_cast<arma::uword>(end) - 1) =
        scratch.energies + section.reference_energy;
    scalings_[species].apply_to_gradient(scratch.gradients);
    descriptor.contract(scratch.descriptor, begin, end, scratch.gradients);
    begin = end;
  }
  descriptor.gather_gradient(block, scratch.descriptor, result.gradient);
}

}    // namespace nnmb
