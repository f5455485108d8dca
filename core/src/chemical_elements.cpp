#include "nnmanybody/chemical_elements.h"

#include <stdexcept>

namespace nnmb {

int atomic_number(const std::string &symbol)
{
  const auto found = std::find(element_symbols.begin(), element_symbols.end(), symbol);
  if (found == element_symbols.end())
    throw std::invalid_argument("expected a chemical element, which has an atomic number, got '" +
                                symbol + "'");
  return static_cast<int>(found - element_symbols.begin()) + 1;
}

}    // namespace nnmb
