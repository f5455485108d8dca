#include "nnmanybody/network.h"

#include "nnmanybody/text.h"

#include <stdexcept>

namespace nnmb {

namespace {

std::string shape(arma::uword rows, arma::uword columns)
{
  return std::to_string(rows) + " x " + std::to_string(columns);
}

void check_layer(const Layer &layer, std::size_t number, arma::uword n_in)
{
  const std::string name = "layer " + std::to_string(number);
  if (layer.weights.n_rows == 0 || layer.weights.n_cols != n_in)
    throw std::invalid_argument(name + ": expected weights of n_out x " + std::to_string(n_in) +
                                ", got " + shape(layer.weights.n_rows, layer.weights.n_cols));
  if (layer.biases.n_elem != layer.weights.n_rows)
    throw std::invalid_argument(name + ": expected " + std::to_string(layer.weights.n_rows) +
                                " biases, got " + std::to_string(layer.biases.n_elem));
  if (!layer.weights.is_finite() || !layer.biases.is_finite())
    throw std::invalid_argument(name + ": a weight or bias is NaN or Inf");
}

}    // namespace

Network::Network(std::vector<Layer> layers, arma::rowvec shortcut) :
    layers_(std::move(layers)), shortcut_(std::move(shortcut))
{
  if (layers_.empty())
    throw std::invalid_argument("network: expected at least one layer, got none");
  arma::uword n_in = layers_.front().weights.n_cols;
  if (n_in == 0) throw std::invalid_argument("layer 1: expected at least one input, got none");
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    check_layer(layers_[l], l + 1, n_in);
    n_in = layers_[l].weights.n_rows;
  }
  if (n_in != 1)
    throw std::invalid_argument("layer " + std::to_string(layers_.size()) +
                                ": expected one output (the atomic energy), got " +
                                std::to_string(n_in));
  if (!shortcut_.is_empty() && shortcut_.n_elem != layers_.front().weights.n_cols)
    throw std::invalid_argument("shortcut: expected " + std::to_string(n_features()) +
                                " weights, got " + std::to_string(shortcut_.n_elem));
  if (!shortcut_.is_finite()) throw std::invalid_argument("shortcut: a weight is NaN or Inf");
  for (const Layer &layer : layers_) {
    forward_.emplace_back(layer.weights, layer.biases);
    backward_.emplace_back(layer.weights.t(), arma::vec());
  }
  if (!shortcut_.is_empty()) forward_.emplace_back(shortcut_, arma::vec());
}

void Network::evaluate(const arma::mat &features, ModelScratch &scratch, arma::rowvec &energies,
                       arma::mat &gradients) const
{
  if (features.n_rows != static_cast<arma::uword>(n_features()))
    throw std::invalid_argument("network: expected " + std::to_string(n_features()) +
                                " features, got " + std::to_string(features.n_rows));
  scratch.values.resize(layers_.size());
  scratch.derivatives.resize(layers_.size());
  const arma::mat *input = &features;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    forward_[l](*input, scratch.values[l]);
    activate(layers_[l].activation, scratch.values[l], scratch.derivatives[l]);
    input = &scratch.values[l];
  }
  energies = scratch.values.back();

  // delta_L = f_L'(u_L); delta_l = f_l'(u_l) o (W_{l+1}^T delta_{l+1}); dE/dy_0 = W_1^T delta_1
  scratch.delta = scratch.derivatives.back();
  for (std::size_t l = layers_.size() - 1; l > 0; --l) {
    backward_[l](scratch.delta, gradients);
    scratch.delta = gradients % scratch.derivatives[l - 1];
  }
  backward_.front()(scratch.delta, gradients);

  if (!shortcut_.is_empty()) {
    forward_.back()(features, scratch.delta);
    energies += scratch.delta;
    gradients.each_col() += shortcut_.t();
  }
}

arma::vec Network::linear_coefficients() const
{
  if (layers_.back().activation != Activation::identity) return {};
  return arma::join_cols(arma::join_cols(layers_.back().weights.t(), layers_.back().biases),
                         shortcut_.is_empty() ? arma::vec() : arma::vec(shortcut_.t()));
}

void Network::linear_basis(const arma::mat &features, arma::mat &basis, arma::cube &gradients) const
{
  if (layers_.back().activation != Activation::identity)
    throw std::invalid_argument("network: expected an identity as the last activation, got " +
                                activation_name(layers_.back().activation));
  const arma::uword n_hidden = layers_.back().weights.n_cols, n_atoms = features.n_cols;
  const arma::uword n_linear = linear_coefficients().n_elem;
  basis.ones(n_linear, n_atoms);
  gradients.zeros(features.n_rows, n_linear, n_atoms);
  for (arma::uword atom = 0; atom < n_atoms; ++atom) {
    // Forward mode: y_l and dy_l/dfeatures side by side.
    arma::mat values = features.col(atom);
    arma::mat jacobian = arma::eye(features.n_rows, features.n_rows), slopes;
    for (std::size_t l = 0; l + 1 < layers_.size(); ++l) {
      values = layers_[l].weights * values + layers_[l].biases;
      activate(layers_[l].activation, values, slopes);
      jacobian = layers_[l].weights * jacobian;
      jacobian.each_col() %= slopes.col(0);
    }
    basis.col(atom).head(n_hidden) = values;
    gradients.slice(atom).head_cols(n_hidden) = jacobian.t();
    if (shortcut_.is_empty()) continue;
    basis.col(atom).tail(features.n_rows) = features.col(atom);
    gradients.slice(atom).tail_cols(features.n_rows).eye();
  }
}

void Network::write(std::ostream &stream) const
{
  stream << "layers " << n_features();
  for (const Layer &layer : layers_) stream << ' ' << layer.weights.n_rows;
  stream << "\nactivations";
  for (const Layer &layer : layers_) stream << ' ' << activation_name(layer.activation);
  stream << "\nshortcut " << (shortcut_.is_empty() ? "no" : "yes") << '\n';
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    stream << "layer " << l + 1 << '\n';
    for (arma::uword row = 0; row < layers_[l].weights.n_rows; ++row) {
      for (arma::uword column = 0; column < layers_[l].weights.n_cols; ++column)
        stream << fixed_width(layers_[l].weights(row, column)) << ' ';
      stream << fixed_width(layers_[l].biases(row)) << '\n';
    }
  }
  if (shortcut_.is_empty()) return;
  stream << "shortcut_weights\n";
  for (arma::uword i = 0; i < shortcut_.n_elem; ++i)
    stream << fixed_width(shortcut_(i)) << (i + 1 < shortcut_.n_elem ? ' ' : '\n');
}

namespace {

Layer read_layer(LineReader &reader, std::size_t number, int n_in, int n_out)
{
  const auto words = reader.next_keyword("layer", 2);
  if (words[1] != std::to_string(number))
    reader.fail("expected 'layer " + std::to_string(number) + "', got '" + reader.line() + "'");
  // Memory grows with what the file holds, not with what its line 'layers' promises.
  std::vector<double> columns;
  for (int row = 0; row < n_out; ++row) {
    const std::string what = "layer " + std::to_string(number) + ", row " +
                             std::to_string(row + 1) + ": weights and the bias";
    const std::vector<double> values = reader.numbers(static_cast<std::size_t>(n_in) + 1, what);
    columns.insert(columns.end(), values.begin(), values.end());
  }
  const arma::mat rows(columns.data(), static_cast<arma::uword>(n_in) + 1,
                       static_cast<arma::uword>(n_out));
  Layer layer;
  layer.weights = rows.head_rows(static_cast<arma::uword>(n_in)).t();
  layer.biases = rows.tail_rows(1).t();
  return layer;
}

std::vector<int> read_layer_sizes(LineReader &reader)
{
  const auto words = reader.next_keyword("layers");
  if (words.size() < 3) reader.fail("expected 'layers n_inputs … 1', got '" + reader.line() + "'");
  std::vector<int> sizes;
  try {
    for (std::size_t i = 1; i < words.size(); ++i)
      sizes.push_back(parse_integer(words[i], "the size of a layer"));
  } catch (const std::invalid_argument &error) {
    reader.fail(error.what());
  }
  constexpr int largest = 1'000'000;
  for (const int size : sizes)
    if (size < 1 || size > largest)
      reader.fail("expected layer sizes from 1 to " + std::to_string(largest) + ", got " +
                  std::to_string(size));
  return sizes;
}

}    // namespace

std::shared_ptr<const Network> Network::read(LineReader &reader)
{
  const std::vector<int> sizes = read_layer_sizes(reader);
  const auto names = reader.next_keyword("activations", static_cast<int>(sizes.size()));
  std::vector<Activation> activations;
  try {
    for (std::size_t l = 1; l < names.size(); ++l)
      activations.push_back(activation_from_name(names[l]));
  } catch (const std::invalid_argument &error) {
    reader.fail(error.what());
  }
  const std::string has_shortcut = reader.next_keyword("shortcut", 2)[1];
  if (has_shortcut != "yes" && has_shortcut != "no")
    reader.fail("expected 'shortcut yes' or 'shortcut no', got '" + has_shortcut + "'");

  std::vector<Layer> layers;
  for (std::size_t l = 1; l < sizes.size(); ++l) {
    layers.push_back(read_layer(reader, l, sizes[l - 1], sizes[l]));
    layers.back().activation = activations[l - 1];
  }
  arma::rowvec shortcut;
  if (has_shortcut == "yes") {
    reader.next_keyword("shortcut_weights", 1);
    shortcut = arma::rowvec(
        reader.numbers(static_cast<std::size_t>(sizes.front()), "weights of the shortcut"));
  }
  try {
    return std::make_shared<const Network>(std::move(layers), std::move(shortcut));
  } catch (const std::invalid_argument &error) {
    reader.fail(error.what());
  }
}

}    // namespace nnmb
