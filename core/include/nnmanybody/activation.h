#pragma once
// Activation functions of the network: value and derivative together.

#include "nnmanybody/activation_kind.h"

#include <armadillo>
#include <string>
#include <vector>

namespace nnmb {

const std::vector<std::string> &activation_names();
/// Throws std::invalid_argument naming the nearest known name.
Activation activation_from_name(const std::string &name);
const std::string &activation_name(Activation activation);

/// Replaces preactivations u by f(u) and writes f'(u) to `derivative` (same shape). No overflow for any finite u, but
/// for exp and harmonic, which grow without bound.
void activate(Activation activation, arma::mat &values, arma::mat &derivative);

}    // namespace nnmb
