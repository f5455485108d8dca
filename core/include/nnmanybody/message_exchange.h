#pragma once
// Messages between atoms, for models that hear their neighbors' features (AtomicModel::message_rule).

#include <armadillo>

namespace nnmb {

/// Arrays of a host over all its atoms, each with n_messages numbers; and where the neighbors of a block stand in them.
/// Three passes over the blocks: Potential::send writes messages; evaluate() reads them and adds dE/d(message);
/// Potential::answer makes forces of the sums of these. Between the passes a host with several ranks gives messages of
/// owned atoms to their ghosts, and adds dE/d(message) of ghosts to those of their owners.
struct MessageExchange {
  const double *messages = nullptr;
  double *gradients = nullptr;
  const int *neighbors = nullptr;    // atom of each neighbor of the block

  explicit operator bool() const { return messages != nullptr; }
};

/// Memory of one thread while an exchange is on.
struct MessageScratch {
  arma::mat inputs;           // of a model: features, then psi
  arma::mat psi, gradient;    // (n_messages × n_centers): what the neighbors say, and dE/dpsi
};

}    // namespace nnmb
