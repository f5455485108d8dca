#include "nnmanybody/potential.h"

#include "nnmanybody/text.h"

#include <algorithm>
#include <functional>
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
  if (section.models.empty()) throw std::invalid_argument("the model is missing");
  for (const auto &model : section.models) {
    if (!model) throw std::invalid_argument("the model is missing");
    if (model->n_features() != static_cast<int>(n))
      throw std::invalid_argument("the model has " + std::to_string(model->n_features()) +
                                  " inputs, but there are " + std::to_string(n) +
                                  " symmetry functions");
  }
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
      ranges_.emplace_back(section.statistics);
    } catch (const std::invalid_argument &error) {
      throw std::invalid_argument("element " + section.element + ": " + error.what());
    }
    cutoff_ = std::max(cutoff_, descriptors_.back().cutoff());
  }
  check_model_counts(definition_.sections);
  count_messages();
  if (!definition_.pair_core) return;
  core_.emplace(elements_, *definition_.pair_core);
  if (core_->outer() > cutoff_)
    throw std::invalid_argument("pair_core: its outer radius, " + shortest(core_->outer()) +
                                " Å, is beyond the cutoff of the symmetry functions, " +
                                shortest(cutoff_) + " Å, up to which neighbors are known");
}

/// What member m is asked: the features, and psi behind them where it hears its neighbors.
const arma::mat &Potential::model_inputs(std::size_t m, PotentialScratch &scratch) const
{
  const int first = message_start_[m], end = message_start_[m + 1];
  if (first == end) return scratch.features;
  scratch.message.inputs = arma::join_cols(
      scratch.features,
      scratch.message.psi.rows(static_cast<arma::uword>(first), static_cast<arma::uword>(end) - 1));
  return scratch.message.inputs;
}

/// Leaves in `gradients` those by the features.
void Potential::take_gradient_of_psi(std::size_t m, arma::mat &gradients,
                                     PotentialScratch &scratch) const
{
  const int first = message_start_[m], end = message_start_[m + 1];
  if (first == end) return;
  const arma::uword n_features = scratch.features.n_rows;
  scratch.message.gradient.rows(static_cast<arma::uword>(first),
                                static_cast<arma::uword>(end) - 1) =
      gradients.tail_rows(gradients.n_rows - n_features) / static_cast<double>(n_models());
  gradients.resize(n_features, gradients.n_cols);
}

/// Features in the scratch → energies of every model, and the mean of their gradients by the unscaled features; the
/// gradient of every model too, if wanted.
void Potential::evaluate_models(std::size_t species, PotentialScratch &scratch,
                                Members wanted) const
{
  const auto &models = definition_.sections[species].models;
  scalings_[species].apply(scratch.features);
  scratch.energies.set_size(models.size(), scratch.features.n_cols);
  scratch.model_gradients.resize(models.size());
  for (std::size_t m = 0; m < models.size(); ++m) {
    arma::mat &gradients = m == 0 ? scratch.gradients : scratch.model_gradients[m];
    models[m]->evaluate(model_inputs(m, scratch), scratch.model, scratch.model_energies, gradients);
    take_gradient_of_psi(m, gradients, scratch);
    scratch.energies.row(m) = scratch.model_energies;
    if (m == 0 && wanted == Members::forces) scratch.model_gradients[m] = scratch.gradients;
    if (m > 0) scratch.gradients += gradients;
  }
  if (models.size() > 1) scratch.gradients /= static_cast<double>(models.size());
  scalings_[species].apply_to_gradient(scratch.gradients);
  if (wanted == Members::forces)
    for (arma::mat &gradients : scratch.model_gradients)
      scalings_[species].apply_to_gradient(gradients);
}

namespace {

void clear(NeighborGradient &gradient, const EnvironmentBlock &block)
{
  const auto n = static_cast<std::size_t>(block.n_neighbors());
  for (auto *array : {&gradient.x, &gradient.y, &gradient.z}) array->assign(n, 0.0);
}

void add(const std::vector<double> &more, std::vector<double> &sum)
{
  std::transform(more.begin(), more.end(), sum.begin(), sum.begin(), std::plus<>());
}

void add(const NeighborGradient &more, NeighborGradient &sum)
{
  add(more.x, sum.x);
  add(more.y, sum.y);
  add(more.z, sum.z);
}

}    // namespace

/// `values`: not yet scaled, one column a center.
void Potential::add_overshoots(std::size_t species, const arma::mat &values,
                               BlockResult &result) const
{
  for (arma::uword c = 0; c < values.n_cols; ++c)
    result.overshoots.push_back(ranges_[species].overshoot(values.colptr(c)));
}

void Potential::find_overshoots(const EnvironmentBlock &block, PotentialScratch &scratch,
                                BlockResult &result) const
{
  const auto species = static_cast<std::size_t>(block.center_species);
  descriptors_[species].values(block, scratch.descriptor, scratch.features);
  result.overshoots.clear();
  add_overshoots(species, scratch.features, result);
}

/// Adds the gradient of one set of weights, where the scratch cannot keep it until the last center: another set of
/// weights for the same centers comes next.
void Potential::contract_alone(const EnvironmentBlock &block, int begin, int end,
                               const arma::mat &weights, PotentialScratch &scratch,
                               NeighborGradient &gradient) const
{
  const Descriptor &descriptor = descriptors_[static_cast<std::size_t>(block.center_species)];
  scratch.descriptor.prepared.clear_gradient();
  descriptor.contract(scratch.descriptor, begin, end, weights);
  descriptor.gather_gradient(block, scratch.descriptor, scratch.part);
  add(scratch.part, gradient);
}

void Potential::add_core(const EnvironmentBlock &block, PotentialScratch &scratch,
                         BlockResult &result) const
{
  core_->evaluate(block, scratch.core_pairs);
  const auto add_gradient = [](const CorePair &pair, NeighborGradient &gradient) {
    const auto n = static_cast<std::size_t>(pair.neighbor);
    gradient.x[n] += pair.x;
    gradient.y[n] += pair.y;
    gradient.z[n] += pair.z;
  };
  for (const CorePair &pair : scratch.core_pairs) {
    const auto center = static_cast<arma::uword>(pair.center);
    result.energies(center) += pair.energy;
    if (!result.member_energies.is_empty()) result.member_energies.col(center) += pair.energy;
    add_gradient(pair, result.gradient);
    for (NeighborGradient &gradient : result.member_gradients) add_gradient(pair, gradient);
  }
}

void Potential::evaluate(const EnvironmentBlock &block, PotentialScratch &scratch,
                         BlockResult &result, Members wanted, bool with_overshoots) const
{
  const auto species = static_cast<std::size_t>(block.center_species);
  const ElementSection &section = definition_.sections[species];
  const Descriptor &descriptor = descriptors_[species];
  const auto n_centers = static_cast<arma::uword>(block.n_centers());
  const bool member_forces = wanted == Members::forces;
  if (n_messages() > 0 && (!scratch.exchange || member_forces))
    throw std::invalid_argument(
        "this potential needs its neighbors' messages, and the forces of its members one by one "
        "are not to be had from a block");
  descriptor.prepare(block, scratch.descriptor);
  result.overshoots.clear();
  result.energies.set_size(n_centers);
  result.member_energies.set_size(wanted == Members::none ? 0 : section.models.size(), n_centers);
  result.member_gradients.resize(member_forces ? section.models.size() : 0);
  for (NeighborGradient &gradient : result.member_gradients) clear(gradient, block);
  if (member_forces) clear(result.gradient, block);
  if (scratch.exchange) clear(scratch.heard, block);
  for (int begin = 0; begin < block.n_centers();) {
    const int end =
        descriptor.values(scratch.descriptor, begin, block.n_centers(), scratch.features);
    if (with_overshoots) add_overshoots(species, scratch.features, result);
    if (scratch.exchange) hear(block, begin, end, scratch);
    evaluate_models(species, scratch, wanted);
    const arma::span centers(static_cast<arma::uword>(begin), static_cast<arma::uword>(end) - 1);
    result.energies.cols(centers) = arma::mean(scratch.energies, 0) + section.reference_energy;
    if (wanted != Members::none)
      result.member_energies.cols(centers) = scratch.energies + section.reference_energy;
    if (member_forces) {
      // Not the average of the members' contractions: that would round otherwise, and asking for the members must not
      // change a trajectory.
      contract_alone(block, begin, end, scratch.gradients, scratch, result.gradient);
      for (std::size_t m = 0; m < section.models.size(); ++m)
        contract_alone(block, begin, end, scratch.model_gradients[m], scratch,
                       result.member_gradients[m]);
    } else {
      descriptor.contract(scratch.descriptor, begin, end, scratch.gradients);
    }
    if (scratch.exchange) reply(block, begin, end, scratch, scratch.heard);
    begin = end;
  }
  if (!member_forces) descriptor.gather_gradient(block, scratch.descriptor, result.gradient);
  if (scratch.exchange) add(scratch.heard, result.gradient);
  if (core_) add_core(block, scratch, result);
}

}    // namespace nnmb
