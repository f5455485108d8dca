#include "nnmanybody/composable.h"

#include "nnmanybody/kernels.h"
#include "nnmanybody/text.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace nnmb {

namespace {

void expect_size(const std::string &what, std::size_t expected, std::size_t got)
{
  if (expected != got)
    throw std::invalid_argument("composable: expected " + std::to_string(expected) + " " + what +
                                ", got " + std::to_string(got));
}

void expect_finite(const std::string &what, const std::vector<double> &values)
{
  if (!std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); }))
    throw std::invalid_argument("composable: one of the " + what + " is NaN or Inf");
}

void check_basis(const Basis &basis, const std::vector<BasisPart> &parts, int n_features)
{
  if (parts.empty())
    throw std::invalid_argument("composable: the basis " + basis.label + " has no functions");
  for (const BasisPart &part : parts) {
    expect_size("functions of the basis " + basis.label, static_cast<std::size_t>(basis.size()),
                part.functions.size());
    expect_finite("weights of the basis " + basis.label, {part.weight});
    for (const int f : part.functions)
      if (f < 0 || f >= n_features)
        throw std::invalid_argument("composable: the basis " + basis.label + " names function " +
                                    std::to_string(f + 1) + " of " + std::to_string(n_features));
  }
}

bool is_leaf(int source)
{
  return source >= 0;
}

}    // namespace

Composable::Composable(Expression expression, ComposableParameters parameters) :
    expression_(std::move(expression)), parameters_(std::move(parameters))
{
  const ComposableParameters &p = parameters_;
  if (p.n_features < 1)
    throw std::invalid_argument("composable: expected at least one symmetry function, got none");
  expect_size("bases (" + expression_.text + ")", expression_.bases.size(), p.bases.size());
  expect_size("exponents", static_cast<std::size_t>(expression_.n_exponents), p.exponents.size());
  expect_size("coefficients", static_cast<std::size_t>(expression_.n_coefficients),
              p.coefficients.size());
  expect_finite("exponents", p.exponents);
  expect_finite("coefficients", p.coefficients);
  for (std::size_t b = 0; b < p.bases.size(); ++b)
    check_basis(expression_.bases[b], p.bases[b], p.n_features);
  if (p.cutoff.has_value() != expression_.has_neighborhood())
    throw std::invalid_argument("composable: a cutoff of the neighborhood goes with N in the "
                                "expression, and only with it; the expression is " +
                                expression_.text);
  if (p.cutoff && !(p.cutoff->radius > 0.0 && std::isfinite(p.cutoff->radius)))
    throw std::invalid_argument("composable: expected a positive cutoff of the neighborhood, got " +
                                shortest(p.cutoff->radius));
  if (p.cutoff)
    rule_ = MessageRule{arma::mat(0, static_cast<arma::uword>(p.n_features)), *p.cutoff};
  for (const ExpressionNode &node : expression_.nodes) {
    source_of_.push_back(-1);
    if (node.is_leaf()) add_source(node);
  }
}

/// The phi or psi of a leaf, once for all leaves that have the same.
void Composable::add_source(const ExpressionNode &leaf)
{
  const std::vector<BasisPart> &parts = parameters_.bases[static_cast<std::size_t>(leaf.basis)];
  const auto same = std::find_if(sources_.begin(), sources_.end(), [&](const Source &source) {
    const bool neighborhood = source.parts.front().functions.front() >= parameters_.n_features;
    return source.basis == leaf.basis && neighborhood == leaf.neighborhood;
  });
  source_of_.back() = static_cast<int>(same - sources_.begin());
  if (same != sources_.end()) return;
  if (!leaf.neighborhood) {
    sources_.push_back({leaf.basis, parts});
    return;
  }
  // The neighbors send their phi: rows of the map; psi comes back behind the features.
  BasisPart received;
  arma::mat &map = rule_->map;
  for (std::size_t nu = 0; nu < parts.front().functions.size(); ++nu) {
    received.functions.push_back(parameters_.n_features + static_cast<int>(map.n_rows));
    arma::rowvec row(map.n_cols);
    for (const BasisPart &part : parts)
      row(static_cast<arma::uword>(part.functions[nu])) += part.weight;
    map.insert_rows(map.n_rows, row);
  }
  sources_.push_back({leaf.basis, {received}});
}

// Matrices of the scratch: values has phi (n_atoms × n_nu) of every source, then the values of the nodes
// (n_atoms × n_nodes); derivatives has dE/dphi of every source, then dE/d(node), then the slopes dE/dphi of the leaf at
// hand, by nodes.

void Composable::leaf_forward(std::size_t node, ModelScratch &scratch) const
{
  const ExpressionNode &leaf = expression_.nodes[node];
  const auto source = static_cast<std::size_t>(source_of_[node]), n_sources = sources_.size();
  const arma::mat &phi = scratch.values[source];
  double *value = scratch.values[n_sources].colptr(node);
  arma::mat &slopes = scratch.derivatives[n_sources + 1 + node];
  const double *c = parameters_.coefficients.data() + leaf.first_coefficient;
  const auto n_atoms = static_cast<int>(phi.n_rows);
  slopes.set_size(phi.n_rows, phi.n_cols);
  for (arma::uword nu = 0; nu < phi.n_cols; ++nu, c += leaf.n_layers) {
    if (leaf.kind == ExpressionNode::Kind::exponential) {
      kernels::best().exponential_layers(parameters_.exponents.data() + leaf.first_exponent, c,
                                         leaf.n_layers, n_atoms, phi.colptr(nu), value,
                                         slopes.colptr(nu));
      continue;
    }
    const double *column = phi.colptr(nu);
    for (int i = 0; i < n_atoms; ++i) value[i] += *c * column[i];
    std::fill_n(slopes.colptr(nu), n_atoms, *c);
  }
}

/// dE/d(node) from the root to the leaves, and on to dE/dphi.
void Composable::backward(ModelScratch &scratch) const
{
  const std::size_t n_sources = sources_.size();
  const arma::mat &value = scratch.values[n_sources];
  arma::mat &seed = scratch.derivatives[n_sources];
  seed.zeros(value.n_rows, value.n_cols);
  seed.col(seed.n_cols - 1).ones();
  for (std::size_t n = expression_.nodes.size(); n-- > 0;) {
    const ExpressionNode &node = expression_.nodes[n];
    if (is_leaf(source_of_[n])) {
      arma::mat &gradient = scratch.derivatives[static_cast<std::size_t>(source_of_[n])];
      const arma::mat &slopes = scratch.derivatives[n_sources + 1 + n];
      for (arma::uword nu = 0; nu < slopes.n_cols; ++nu)
        gradient.col(nu) += slopes.col(nu) % seed.col(n);
      continue;
    }
    for (const int child : node.children) {
      auto by_child = seed.col(static_cast<arma::uword>(child));
      by_child = seed.col(n);
      if (node.kind == ExpressionNode::Kind::sum) continue;
      for (const int other : node.children)
        if (other != child) by_child %= value.col(static_cast<arma::uword>(other));
    }
  }
}

void Composable::evaluate(const arma::mat &inputs, ModelScratch &scratch, arma::rowvec &energies,
                          arma::mat &gradients) const
{
  const std::size_t n_sources = sources_.size(), n_nodes = expression_.nodes.size();
  const arma::uword n_inputs =
      static_cast<arma::uword>(n_features()) + (rule_ ? rule_->map.n_rows : 0);
  if (inputs.n_rows != n_inputs)
    throw std::invalid_argument("composable: expected " + std::to_string(n_inputs) +
                                " features, got " + std::to_string(inputs.n_rows));
  if (scratch.values.size() < n_sources + 1) scratch.values.resize(n_sources + 1);
  if (scratch.derivatives.size() < n_sources + 1 + n_nodes)
    scratch.derivatives.resize(n_sources + 1 + n_nodes);
  const arma::uword n_atoms = inputs.n_cols;
  for (std::size_t s = 0; s < n_sources; ++s) {
    arma::mat &phi = scratch.values[s];
    phi.zeros(n_atoms, sources_[s].parts.front().functions.size());
    scratch.derivatives[s].zeros(n_atoms, phi.n_cols);
    for (const BasisPart &part : sources_[s].parts)
      for (arma::uword nu = 0; nu < phi.n_cols; ++nu) {
        const auto row = static_cast<arma::uword>(part.functions[nu]);
        for (arma::uword i = 0; i < n_atoms; ++i) phi(i, nu) += part.weight * inputs(row, i);
      }
  }
  arma::mat &value = scratch.values[n_sources];
  value.zeros(n_atoms, n_nodes);
  for (std::size_t n = 0; n < n_nodes; ++n) {
    const ExpressionNode &node = expression_.nodes[n];
    if (node.is_leaf()) leaf_forward(n, scratch);
    if (node.kind == ExpressionNode::Kind::product) value.col(n).ones();
    for (const int child : node.children) {
      if (node.kind == ExpressionNode::Kind::sum)
        value.col(n) += value.col(static_cast<arma::uword>(child));
      else
        value.col(n) %= value.col(static_cast<arma::uword>(child));
    }
    if (node.shift >= 0)
      value.col(n) += parameters_.coefficients[static_cast<std::size_t>(node.shift)];
  }
  energies = value.col(n_nodes - 1).t();
  backward(scratch);
  gradients.zeros(n_inputs, n_atoms);
  for (std::size_t s = 0; s < n_sources; ++s)
    for (const BasisPart &part : sources_[s].parts)
      for (arma::uword nu = 0; nu < part.functions.size(); ++nu) {
        const auto row = static_cast<arma::uword>(part.functions[nu]);
        for (arma::uword i = 0; i < n_atoms; ++i)
          gradients(row, i) += part.weight * scratch.derivatives[s](i, nu);
      }
}

// ---- derivatives by the coefficients ------------------------------------------------------------------------

struct Composable::Tangent {
  double value = 0.0;
  arma::vec by_input;
  std::vector<arma::uword> coefficients;          // that the value depends on
  std::vector<double> by_coefficient;             // one each
  std::vector<arma::vec> by_coefficient_input;    // gradient of each by the inputs

  void add_constant(int index, double constant)
  {
    value += constant;
    coefficients.push_back(static_cast<arma::uword>(index));
    by_coefficient.push_back(1.0);
    by_coefficient_input.emplace_back(by_input.n_elem, arma::fill::zeros);
  }
  /// Appends those of a term of a sum or a factor whose partners are worth `factor`.
  void append(const Tangent &part, double factor, const arma::vec &factor_by_input)
  {
    for (std::size_t k = 0; k < part.coefficients.size(); ++k) {
      coefficients.push_back(part.coefficients[k]);
      by_coefficient.push_back(factor * part.by_coefficient[k]);
      by_coefficient_input.push_back(factor * part.by_coefficient_input[k] +
                                     part.by_coefficient[k] * factor_by_input);
    }
  }
};

Composable::Tangent Composable::leaf_tangent(const ExpressionNode &node,
                                             const arma::vec &inputs) const
{
  const auto index = static_cast<std::size_t>(&node - expression_.nodes.data());
  const Source &source = sources_[static_cast<std::size_t>(source_of_[index])];
  Tangent leaf;
  leaf.by_input.zeros(inputs.n_elem);
  for (std::size_t nu = 0; nu < source.parts.front().functions.size(); ++nu) {
    double phi = 0.0;
    arma::vec phi_by_input(inputs.n_elem, arma::fill::zeros);
    for (const BasisPart &part : source.parts) {
      const auto row = static_cast<arma::uword>(part.functions[nu]);
      phi += part.weight * inputs(row);
      phi_by_input(row) += part.weight;
    }
    for (int l = 0; l < node.n_layers; ++l) {
      const auto k = static_cast<arma::uword>(node.first_coefficient +
                                              static_cast<int>(nu) * node.n_layers + l);
      double value = phi, slope = 1.0;
      if (node.kind == ExpressionNode::Kind::exponential) {
        const double z = parameters_.exponents[static_cast<std::size_t>(node.first_exponent + l)];
        value = std::exp(-z * phi);
        slope = -z * value;
      }
      leaf.coefficients.push_back(k);
      leaf.by_coefficient.push_back(value);
      leaf.by_coefficient_input.push_back(slope * phi_by_input);
      leaf.value += parameters_.coefficients[k] * value;
      leaf.by_input += parameters_.coefficients[k] * slope * phi_by_input;
    }
  }
  return leaf;
}

Composable::Tangent Composable::tangent(const ExpressionNode &node, const arma::vec &inputs) const
{
  Tangent result;
  if (node.is_leaf()) {
    result = leaf_tangent(node, inputs);
  } else {
    const bool product = node.kind == ExpressionNode::Kind::product;
    std::vector<Tangent> parts;
    for (const int child : node.children)
      parts.push_back(tangent(expression_.nodes[static_cast<std::size_t>(child)], inputs));
    result.by_input.zeros(inputs.n_elem);
    result.value = product ? 1.0 : 0.0;
    for (std::size_t p = 0; p < parts.size(); ++p) {
      double others = 1.0;    // of a product: what the part is multiplied with
      arma::vec others_by_input(inputs.n_elem, arma::fill::zeros);
      for (std::size_t q = 0; product && q < parts.size(); ++q) {
        if (q == p) continue;
        others_by_input = others_by_input * parts[q].value + others * parts[q].by_input;
        others *= parts[q].value;
      }
      result.append(parts[p], others, others_by_input);
      result.by_input += others * parts[p].by_input;
      if (product)
        result.value *= parts[p].value;
      else
        result.value += parts[p].value;
    }
  }
  if (node.shift >= 0)
    result.add_constant(node.shift, parameters_.coefficients[static_cast<std::size_t>(node.shift)]);
  return result;
}

void Composable::linear_basis(const arma::mat &inputs, arma::mat &basis,
                              arma::cube &gradients) const
{
  const auto n = static_cast<arma::uword>(expression_.n_coefficients);
  basis.set_size(n, inputs.n_cols);
  gradients.set_size(inputs.n_rows, n, inputs.n_cols);
  for (arma::uword atom = 0; atom < inputs.n_cols; ++atom) {
    const Tangent at = tangent(expression_.root(), inputs.col(atom));
    for (std::size_t k = 0; k < at.coefficients.size(); ++k) {
      basis(at.coefficients[k], atom) = at.by_coefficient[k];
      gradients.slice(atom).col(at.coefficients[k]) = at.by_coefficient_input[k];
    }
  }
}

}    // namespace nnmb
