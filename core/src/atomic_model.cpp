#include "nnmanybody/atomic_model.h"

#include "nnmanybody/network.h"
#include "nnmanybody/radial_basis.h"
#include "nnmanybody/text.h"

#include <utility>

namespace nnmb {

namespace {

using Reader = std::shared_ptr<const AtomicModel> (*)(LineReader &);

/// Every kind of model there is.
const std::vector<std::pair<std::string, Reader>> &readers()
{
  static const std::vector<std::pair<std::string, Reader>> table{
      {"network",
       [](LineReader &r) -> std::shared_ptr<const AtomicModel> { return Network::read(r); }},
      {"rbf",
       [](LineReader &r) -> std::shared_ptr<const AtomicModel> { return RadialBasis::read(r); }},
  };
  return table;
}

}    // namespace

std::shared_ptr<const AtomicModel> read_atomic_model(const std::string &kind, LineReader &reader)
{
  std::vector<std::string> kinds;
  for (const auto &[name, read] : readers()) {
    if (name == kind) return read(reader);
    kinds.push_back(name);
  }
  reader.fail("expected a model (" + join(kinds, ", ") + "), got '" + kind + "'");
}

}    // namespace nnmb
