#include "nnmanybody/atomic_model.h"

#include "nnmanybody/composable.h"
#include "nnmanybody/network.h"
#include "nnmanybody/radial_basis.h"
#include "nnmanybody/text.h"

#include <stdexcept>
#include <utility>

namespace nnmb {

namespace {

using Model = std::shared_ptr<const AtomicModel>;
using Reader = Model (*)(LineReader &);

/// Every kind of model there is.
const std::vector<std::pair<std::string, Reader>> &readers()
{
  static const std::vector<std::pair<std::string, Reader>> table{
      {"network", [](LineReader &r) -> Model { return Network::read(r); }},
      {"rbf", [](LineReader &r) -> Model { return RadialBasis::read(r); }},
      {"composable", [](LineReader &r) -> Model { return Composable::read(r); }},
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

void AtomicModel::linear_basis(const arma::mat &, arma::mat &, arma::cube &) const
{
  throw std::invalid_argument("model " + kind() + ": its energy is linear in no parameter");
}

}    // namespace nnmb
