#pragma once
// Composable models: an expression of pair-cluster functions as an atomic model.

#include "nnmanybody/atomic_model.h"
#include "nnmanybody/expression.h"

#include <optional>

namespace nnmb {

/// Of one basis and one kind of neighbor: phi_nu += weight × feature[functions[nu]].
struct BasisPart {
  double weight = 1.0;
  std::vector<int> functions;    // features, from 0
};

/// All that is not in the expression.
struct ComposableParameters {
  int n_features = 0;
  std::vector<std::vector<BasisPart>> bases;    // of each basis of the expression
  std::vector<double> exponents,
      coefficients;                        // from left to right, as ExpressionNode numbers them
  std::optional<CutoffFunction> cutoff;    // of psi; where the expression has N, and only there
};

/// E_i of the expression: forward through the tree, then backward for all gradients at once.
class Composable final : public AtomicModel {
 public:
  /// Throws std::invalid_argument when parameters do not fit the expression or are not finite.
  Composable(Expression expression, ComposableParameters parameters);
  static std::shared_ptr<const Composable> read(LineReader &reader);

  std::string kind() const override { return "composable"; }
  int n_features() const override { return parameters_.n_features; }
  void evaluate(const arma::mat &inputs, ModelScratch &scratch, arma::rowvec &energies,
                arma::mat &gradients) const override;
  void write(std::ostream &stream) const override;
  const MessageRule *message_rule() const override { return rule_ ? &*rule_ : nullptr; }
  arma::vec linear_coefficients() const override { return parameters_.coefficients; }
  void linear_basis(const arma::mat &inputs, arma::mat &basis,
                    arma::cube &gradients) const override;

  const Expression &expression() const { return expression_; }
  const ComposableParameters &parameters() const { return parameters_; }

 private:
  /// phi, or psi, of one basis as linear combinations of the inputs of evaluate().
  struct Source {
    int basis;
    std::vector<BasisPart> parts;
  };
  /// Value of one node and of its derivatives by all inputs and coefficients, at one atom.
  struct Tangent;

  void add_source(const ExpressionNode &leaf);
  void leaf_forward(std::size_t node, ModelScratch &scratch) const;
  void backward(ModelScratch &scratch) const;
  Tangent tangent(const ExpressionNode &node, const arma::vec &inputs) const;
  Tangent leaf_tangent(const ExpressionNode &node, const arma::vec &inputs) const;

  Expression expression_;
  ComposableParameters parameters_;
  std::vector<Source> sources_;
  std::vector<int> source_of_;    // of each node; -1 for sums and products
  std::optional<MessageRule> rule_;
};

}    // namespace nnmb
