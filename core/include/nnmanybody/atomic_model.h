#pragma once
// The seam between descriptor and energy: anything that turns features into atomic energies and their gradients.

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
};

/// Reads the block of a model of the given kind. Throws std::invalid_argument with the line number.
std::shared_ptr<const AtomicModel> read_atomic_model(const std::string &kind, LineReader &reader);

}    // namespace nnmb
