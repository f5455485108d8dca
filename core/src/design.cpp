#include "nnmanybody/design.h"

#include "structure_messages.h"

#include <stdexcept>

namespace nnmb {

namespace {

/// Of one call of add_design.
struct Design {
  const Potential &potential;
  const StructureView &structure;
  double *energy, *forces;
  std::vector<arma::uword> start;    // of the coefficients of each element, and the end
  std::vector<double> messages;
  std::vector<double> message_gradients;    // (n_coefficients, n_atoms, n_messages)
  PotentialScratch scratch;
  arma::mat basis;
  arma::cube slopes, by_feature;
  std::vector<NeighborGradient> gradients;

  std::size_t n_atoms() const { return static_cast<std::size_t>(structure.n_atoms); }
  std::size_t n_messages() const { return static_cast<std::size_t>(potential.n_messages()); }
  AtomArrays forces_of(arma::uword coefficient) const
  {
    AtomArrays arrays;
    arrays.forces = forces + 3 * n_atoms() * coefficient;
    return arrays;
  }
  double *message_gradients_of(arma::uword coefficient)
  {
    return message_gradients.data() + n_messages() * n_atoms() * coefficient;
  }

  void add(const EnvironmentBlock &block, const int *centers, const int *neighbors);
  void add_answers(const EnvironmentBlock &block, const int *centers, const int *neighbors);
};

void Design::add(const EnvironmentBlock &block, const int *centers, const int *neighbors)
{
  const auto species = static_cast<std::size_t>(block.center_species);
  const AtomicModel &model = *potential.definition().sections[species].models.front();
  const AffineScaling &scaling = potential.scaling(block.center_species);
  arma::mat inputs;
  potential.descriptor(block.center_species).values(block, scratch.descriptor, inputs);
  scaling.apply(inputs);
  const arma::uword n_features = inputs.n_rows;
  if (n_messages() > 0) {
    scratch.exchange = {messages.data(), nullptr, neighbors};
    potential.hear(block, 0, block.n_centers(), scratch);
    inputs.insert_rows(n_features, scratch.message.psi);
  }
  model.linear_basis(inputs, basis, slopes);
  by_feature = slopes.rows(0, n_features - 1);
  for (arma::uword c = 0; c < by_feature.n_slices; ++c)
    scaling.apply_to_gradient(by_feature.slice(c));
  potential.contract_each(block, by_feature, scratch, gradients);
  for (arma::uword k = 0; k < basis.n_rows; ++k) {
    const arma::uword at = start[species] + k;
    energy[at] += arma::accu(basis.row(k));
    if (n_messages() > 0) {
      scratch.exchange.gradients = message_gradients_of(at);
      for (arma::uword c = 0; c < slopes.n_slices; ++c)
        scratch.message.gradient.col(c) = slopes.slice(c).col(k).tail(n_messages());
      potential.reply(block, 0, block.n_centers(), scratch, gradients[k]);
    }
    add_block(block, gradients[k], centers, neighbors, {}, forces_of(at));
  }
}

/// What a coefficient of any element does to the messages of this block's centers.
void Design::add_answers(const EnvironmentBlock &block, const int *centers, const int *neighbors)
{
  NeighborGradient gradient;
  for (arma::uword k = 0; k < start.back(); ++k) {
    potential.answer(
        block, gather_columns(message_gradients_of(k), n_messages(), centers, block.n_centers()),
        scratch, gradient);
    add_block(block, gradient, centers, neighbors, {}, forces_of(k));
  }
}

}    // namespace

arma::vec linear_coefficients(const Potential &potential)
{
  if (potential.n_models() > 1)
    throw std::invalid_argument("expected one model per element, got a committee of " +
                                std::to_string(potential.n_models()) +
                                ": take its members one by one");
  arma::vec all;
  for (const ElementSection &section : potential.definition().sections) {
    const arma::vec own = section.models.front()->linear_coefficients();
    if (own.is_empty())
      throw std::invalid_argument("element " + section.element + ": the energy of its model " +
                                  section.models.front()->kind() + " is linear in no parameter");
    all = arma::join_cols(all, own);
  }
  return all;
}

void add_design(const Potential &potential, const StructureView &structure, double *energy,
                double *forces)
{
  linear_coefficients(potential);    // throws where there are none
  Design design{potential, structure, energy, forces, {0}, send_messages(potential, structure),
                {},        {},        {},     {},     {},  {}};
  for (const ElementSection &section : potential.definition().sections)
    design.start.push_back(design.start.back() +
                           section.models.front()->linear_coefficients().n_elem);
  design.message_gradients.assign(
      design.n_messages() * design.n_atoms() * static_cast<std::size_t>(design.start.back()), 0.0);
  for_blocks(potential, structure,
             [&](const EnvironmentBlock &block, const int *centers, const int *neighbors) {
               design.add(block, centers, neighbors);
             });
  if (design.n_messages() > 0)
    for_blocks(potential, structure,
               [&](const EnvironmentBlock &block, const int *centers, const int *neighbors) {
                 design.add_answers(block, centers, neighbors);
               });
}

}    // namespace nnmb
