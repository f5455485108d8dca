#pragma once
// What a potential is, as plain data: the content of a potential file.

#include "nnmanybody/atomic_model.h"
#include "nnmanybody/pair_core.h"
#include "nnmanybody/scaling.h"
#include "nnmanybody/symmetry_function.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nnmb {

struct ElementSection {
  std::string element;
  double reference_energy = 0.0;    // eV
  std::vector<SymmetryFunction> functions;
  std::vector<FunctionStatistics> statistics;    // one per function
  Scaling scaling;
  /// The members of a committee, one as a rule; member m of one element belongs to member m of the others.
  std::vector<std::shared_ptr<const AtomicModel>> models;
};

/// First line of the file, in LAMMPS's form.
struct PotentialHeader {
  std::string date, units = "metal", contributor, citation;
};

struct PotentialDefinition {
  PotentialHeader header;
  std::vector<ElementSection> sections;
  std::vector<std::pair<std::string, std::string>> provenance;
  std::optional<PairCore> pair_core;
};

/// Several per-element files as one definition, with the header and provenance of the first.
/// Throws std::invalid_argument when an element stands twice, or the files differ in their pair_core.
PotentialDefinition merge(const std::vector<PotentialDefinition> &definitions);

/// Throws std::invalid_argument that says how many models each element has, when they have not all as many.
void check_model_counts(const std::vector<ElementSection> &sections);

/// Several potentials that differ in their models only as one committee, with the header and the order of elements of
/// the first; the provenance of member n follows an entry 'member n'.
/// Throws std::invalid_argument that names the first difference in the pair_core, reference energies, functions, statistics or
/// scaling.
PotentialDefinition join_committee(const std::vector<PotentialDefinition> &definitions);

}    // namespace nnmb
