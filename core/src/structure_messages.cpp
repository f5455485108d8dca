#include "structure_messages.h"

#include <stdexcept>

namespace nnmb {

std::vector<double> send_messages(const Potential &potential, const StructureView &structure)
{
  const auto n = static_cast<std::size_t>(potential.n_messages());
  std::vector<double> messages(n * static_cast<std::size_t>(structure.n_atoms));
  if (n == 0) return messages;
  PotentialScratch scratch;
  arma::mat part;
  for_blocks(potential, structure,
             [&](const EnvironmentBlock &block, const int *centers, const int *) {
               potential.send(block, scratch, part);
               for (arma::uword c = 0; c < part.n_cols; ++c)
                 std::copy_n(part.colptr(c), n,
                             messages.begin() + static_cast<std::ptrdiff_t>(n) * centers[c]);
             });
  return messages;
}

arma::mat gather_columns(const double *values, std::size_t n_rows, const int *centers,
                         int n_centers)
{
  arma::mat columns(n_rows, static_cast<arma::uword>(n_centers));
  for (int c = 0; c < n_centers; ++c)
    std::copy_n(values + static_cast<std::ptrdiff_t>(n_rows) * centers[c], n_rows,
                columns.colptr(static_cast<arma::uword>(c)));
  return columns;
}

namespace {

/// Each member as a potential of its own.
void evaluate_members(const Potential &potential, const StructureView &structure,
                      const MemberArrays &members)
{
  const auto n_atoms = static_cast<std::size_t>(structure.n_atoms);
  for (std::size_t m = 0; m < static_cast<std::size_t>(potential.n_models()); ++m) {
    PotentialDefinition definition = potential.definition();
    for (ElementSection &section : definition.sections) section.models = {section.models[m]};
    AtomArrays arrays;
    if (members.forces) arrays.forces = members.forces + 3 * n_atoms * m;
    evaluate_structure(Potential(definition), structure, members.energies + n_atoms * m, arrays);
  }
}

}    // namespace

void evaluate_with_messages(const Potential &potential, const StructureView &structure,
                            double *energies, const AtomArrays &arrays, const MemberArrays &members)
{
  if (arrays.centroid_virials)
    throw std::invalid_argument(
        "a potential with neighborhoods (N) has no centroid virials: the energy of an atom "
        "depends on atoms two cutoffs away; ask for the virials of the atoms without them");
  const auto n = static_cast<std::size_t>(potential.n_messages());
  const std::vector<double> messages = send_messages(potential, structure);
  std::vector<double> gradients(messages.size(), 0.0);
  PotentialScratch scratch;
  BlockResult result;
  for_blocks(potential, structure,
             [&](const EnvironmentBlock &block, const int *centers, const int *neighbors) {
               scratch.exchange = {messages.data(), gradients.data(), neighbors};
               potential.evaluate(block, scratch, result);
               for (int c = 0; c < block.n_centers(); ++c)
                 energies[centers[c]] += result.energies(static_cast<arma::uword>(c));
               add_block(block, result.gradient, centers, neighbors, {}, arrays);
             });
  for_blocks(potential, structure,
             [&](const EnvironmentBlock &block, const int *centers, const int *neighbors) {
               potential.answer(block,
                                gather_columns(gradients.data(), n, centers, block.n_centers()),
                                scratch, result.gradient);
               add_block(block, result.gradient, centers, neighbors, {}, arrays);
             });
  if (members.energies) evaluate_members(potential, structure, members);
}

}    // namespace nnmb
