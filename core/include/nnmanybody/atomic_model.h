#pragma once
// The seam between descriptor and energy: anything that turns features into atomic energies and their gradients.

#include "nnmanybody/cutoff.h"

#include <armadillo>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace nnmb {

class LineReader;

/// Memory of one thread for the evaluation of a model; each model uses it as it likes.
struct ModelScratch {
  std::vector<arma::mat> values, derivatives;
  arma::mat delta;
};

/// What a model wants to know of the neighbors' features: psi_i = sum_j f_c(r_ij) map x_j.
struct MessageRule {
  arma::mat map;    // n_messages × n_features
  CutoffFunction cutoff;
};

class AtomicModel {
 public:
  virtual ~AtomicModel() = default;

  /// The word behind `model` in the potential file.
  virtual std::string kind() const = 0;
  virtual int n_features() const = 0;
  /// features (n_features × n_atoms) → energies (n_atoms, eV), gradients dE/dfeature (n_features × n_atoms).
  virtual void evaluate(const arma::mat &features, ModelScratch &scratch, arma::rowvec &energies,
                        arma::mat &gradients) const = 0;
  /// The block of the potential file from the line behind `model <kind>` to `end <kind>`.
  virtual void write(std::ostream &stream) const = 0;

  /// A model that hears its neighbors' features has a rule; evaluate() then takes psi as n_messages rows behind the
  /// features, and gives as many more gradients. nullptr: only the features of the atom itself count.
  virtual const MessageRule *message_rule() const { return nullptr; }

  /// The parameters in which the energy is linear when all others are fixed; of a product, in each of its factors.
  virtual arma::vec linear_coefficients() const { return {}; }
  /// Inputs as of evaluate() → dE/d(coefficient) (n_coefficients × n_atoms) and, slice by slice of an atom, the
  /// gradients of these by the inputs (n_inputs × n_coefficients × n_atoms). For fits, not for molecular dynamics.
  /// Throws std::invalid_argument when there are no linear coefficients.
  virtual void linear_basis(const arma::mat &inputs, arma::mat &basis, arma::cube &gradients) const;
};

/// Reads the block of a model of the given kind. Throws std::invalid_argument with the line number.
std::shared_ptr<const AtomicModel> read_atomic_model(const std::string &kind, LineReader &reader);

}    // namespace nnmb
