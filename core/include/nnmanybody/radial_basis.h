#pragma once
// A network of radial basis functions as an atomic model: few centers that a person can read.

#include "nnmanybody/atomic_model.h"
#include "nnmanybody/dense.h"

namespace nnmb {

/// The numbers of the model, D the dimension of z, K the number of centers.
struct RadialBasisParameters {
  arma::mat whitening;      // D × n_features
  arma::mat centers;        // D × K: Theta
  arma::vec gammas;         // K, positive
  arma::vec weights;        // K, eV: beta
  double constant = 0.0;    // eV: alpha
  arma::rowvec shortcut;    // empty or D, eV
};

/// z = whitening · features; E = alpha + sum_k beta_k exp(-gamma_k |z - Theta_k|^2) + shortcut · z.
/// Radial basis function networks of Määttä et al., Neural Networks 133 (2021) 1, with a width per center and the
/// shortcut of SNNS.
class RadialBasis final : public AtomicModel {
 public:
  /// Throws std::invalid_argument when shapes do not fit, a gamma is not positive or a number is not finite.
  explicit RadialBasis(RadialBasisParameters parameters);
  static std::shared_ptr<const RadialBasis> read(LineReader &reader);

  std::string kind() const override { return "rbf"; }
  int n_features() const override { return static_cast<int>(parameters_.whitening.n_cols); }
  void evaluate(const arma::mat &features, ModelScratch &scratch, arma::rowvec &energies,
                arma::mat &gradients) const override;
  void write(std::ostream &stream) const override;
  /// beta, then the shortcut, then alpha.
  arma::vec linear_coefficients() const override;
  void linear_basis(const arma::mat &features, arma::mat &basis,
                    arma::cube &gradients) const override;

  const RadialBasisParameters &parameters() const { return parameters_; }

 private:
  RadialBasisParameters parameters_;
  Dense to_inputs_;       // z of the features, and a row of zeros for |z|^2
  Dense to_exponents_;    // -gamma_k |z - Theta_k|^2 of (z, |z|^2)
  Dense to_sums_;         // (2 sum w gamma Theta, -sum w gamma, sum w) of w_k = beta_k exp(…)
  Dense to_gradient_;     // dE/dfeatures of dE/dz
};

}    // namespace nnmb
