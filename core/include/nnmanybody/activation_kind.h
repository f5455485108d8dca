#pragma once
// The activation functions there are. Apart from activation.h, because kernels must not see Armadillo.

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

}    // namespace nnmb
