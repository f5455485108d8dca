#pragma once
// The potential file (*.nnp): one text file, complete in itself. docs/potential_file.md describes the format.

#include "nnmanybody/potential_definition.h"

#include <istream>
#include <ostream>
#include <string>

namespace nnmb {

/// `name` (a path, as a rule) stands in error messages: "name:line: expected …, got …".
/// Throws std::invalid_argument for anything malformed, incomplete, or not finite.
PotentialDefinition read_potential(std::istream &stream, const std::string &name);

/// Throws std::invalid_argument when the header or provenance would not read back as they are.
void check_definition(const PotentialDefinition &definition);

/// Reading back what was written and writing it again gives the same bytes.
void write_potential(std::ostream &stream, const PotentialDefinition &definition);

}    // namespace nnmb
