#pragma once
// The multilayer perceptron as an atomic model: forward pass and backpropagation for a block of atoms at once.

#include "nnmanybody/activation.h"
#include "nnmanybody/atomic_model.h"
#include "nnmanybody/dense.h"

#include <vector>

namespace nnmb {

struct Layer {
  arma::mat weights;    // n_out × n_in
  arma::vec biases;     // n_out
  Activation activation = Activation::identity;
};

/// y_0 = features; y_l = f_l(W_l y_{l-1} + b_l); E = y_L + shortcut · features (when there is a shortcut).
class Network final : public AtomicModel {
 public:
  /// `shortcut` is empty or has one weight per feature. Throws std::invalid_argument when shapes do not fit
  /// (naming the layer), when the last layer has more than one output, or when a weight is not finite.
  Network(std::vector<Layer> layers, arma::rowvec shortcut);
  static std::shared_ptr<const Network> read(LineReader &reader);

  std::string kind() const override { return "network"; }
  int n_features() const override { return static_cast<int>(layers_.front().weights.n_cols); }
  void evaluate(const arma::mat &features, ModelScratch &scratch, arma::rowvec &energies,
                arma::mat &gradients) const override;
  void write(std::ostream &stream) const override;
  /// Weights and bias of the last layer, then the weights of the shortcut; none behind a nonlinear last layer.
  arma::vec linear_coefficients() const override;
  void linear_basis(const arma::mat &features, arma::mat &basis,
                    arma::cube &gradients) const override;

  const std::vector<Layer> &layers() const { return layers_; }
  const arma::rowvec &shortcut() const { return shortcut_; }

 private:
  std::vector<Layer> layers_;
  arma::rowvec shortcut_;
  std::vector<Dense> forward_;     // W of every layer, and the shortcut behind them
  std::vector<Dense> backward_;    // W^T of every layer
};

}    // namespace nnmb
