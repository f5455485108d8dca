#pragma once
// What a potential is, as plain data: the content of a potential file.

#include "nnmanybody/atomic_model.h"
#include "nnmanybody/scaling.h"
#include "nnmanybody/symmetry_function.h"

#include <memory>
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
  std::shared_ptr<const AtomicModel> model;
};

/// First line of the file, in LAMMPS's form.
struct PotentialHeader {
  std::string date, units = "metal", contributor, citation;
};

struct PotentialDefinition {
  PotentialHeader header;
  std::vector<ElementSection> sections;
  std::vector<std::pair<std::string, std::string>> provenance;
};

/// Several per-element files as one definition, with the header and provenance of the first.
/// Throws std::invalid_argument when an element stands twice.
PotentialDefinition merge(const std::vector<PotentialDefinition> &definitions);

}    // namespace nnmb
