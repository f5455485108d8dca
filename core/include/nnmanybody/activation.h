#pragma once
// Activation functions of the network: value and derivative together.

#include <armadillo>
#include <string>
#include <vector>

namespace nnmb {

/// identity u; tanh; sigmoid 1/(1+e^-u); relu max(0,u); softplus ln(1+e^u); silu u/(1+e^-u);
/// gaussian e^(-u^2/2); cos; reverse_sigmoid 1/(1+e^u); exp e^-u; harmonic u^2 (as n2p2 defines these)
enum class Activation {
  identity,
  tanh,
  sigmoid,
  relu,
  softplus,
  silu,
  gaussian,
  cos,
  reverse_sigmoid,
  exp,
  harmonic
};

const std::vector<std::string> &activation_names();
/// Throws std::invalid_argument naming the nearest known name.
Activation activation_from_name(const std::string &name);
const std::string &activation_name(Activation activation);

/// Replaces preactivations u by f(u) and writes f'(u) to `derivative` (same shape). No overflow for any finite u, but
/// for exp and harmonic, which grow without bound.
void activate(Activation activation, arma::mat &values, arma::mat &derivative);

}    // namespace nnmb
