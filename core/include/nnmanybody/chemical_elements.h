#pragma once

#include <string>

namespace nnmb {

/// Throws std::invalid_argument when the symbol is not that of an element.
int atomic_number(const std::string &symbol);

}    // namespace nnmb
