#include "nnmanybody/radial_basis.h"

#include "nnmanybody/kernels.h"
#include "nnmanybody/text.h"

#include <cmath>
#include <stdexcept>

namespace nnmb {

namespace {

std::string shape(arma::uword rows, arma::uword columns)
{
  return std::to_string(rows) + " x " + std::to_string(columns);
}

void expect(bool fits, const std::string &message)
{
  if (!fits) throw std::invalid_argument("rbf: " + message);
}

const RadialBasisParameters &checked(const RadialBasisParameters &p)
{
  const arma::uword d = p.whitening.n_rows, k = p.centers.n_cols;
  expect(d > 0 && p.whitening.n_cols > 0,
         "expected a whitening matrix of at least one row and column, got " +
             shape(d, p.whitening.n_cols));
  expect(k > 0 && p.centers.n_rows == d,
         "expected at least one center of " + std::to_string(d) +
             " numbers (rows of the whitening matrix), got centers of " +
             shape(k, p.centers.n_rows));
  expect(p.gammas.n_elem == k && p.weights.n_elem == k,
         "expected a gamma and a weight for each of the " + std::to_string(k) + " centers, got " +
             std::to_string(p.gammas.n_elem) + " and " + std::to_string(p.weights.n_elem));
  expect(p.shortcut.is_empty() || p.shortcut.n_elem == d, "expected a shortcut of " +
                                                              std::to_string(d) + " numbers, got " +
                                                              std::to_string(p.shortcut.n_elem));
  expect(p.whitening.is_finite() && p.centers.is_finite() && p.gammas.is_finite() &&
             p.weights.is_finite() && p.shortcut.is_finite() && std::isfinite(p.constant),
         "a number is NaN or Inf");
  for (arma::uword i = 0; i < k; ++i)
    expect(p.gammas[i] > 0.0, "expected gammas above zero, got " + shortest(p.gammas[i]) +
                                  " for center " + std::to_string(i + 1));
  return p;
}

arma::mat with_row_of_zeros(const arma::mat &matrix)
{
  return arma::join_cols(matrix, arma::rowvec(matrix.n_cols, arma::fill::zeros));
}

/// Rows (2 gamma_k Theta_k, -gamma_k).
arma::mat exponent_weights(const RadialBasisParameters &p)
{
  arma::mat weights = 2.0 * p.centers.t();
  weights.each_col() %= p.gammas;
  return arma::join_rows(weights, -p.gammas);
}

arma::vec exponent_biases(const RadialBasisParameters &p)
{
  return -p.gammas % arma::sum(arma::square(p.centers), 0).t();
}

}    // namespace

RadialBasis::RadialBasis(RadialBasisParameters parameters) :
    parameters_(checked(parameters)), to_inputs_(with_row_of_zeros(parameters_.whitening), {}),
    to_exponents_(exponent_weights(parameters_), exponent_biases(parameters_)),
    to_sums_(arma::join_cols(exponent_weights(parameters_).t(),
                             arma::rowvec(parameters_.centers.n_cols, arma::fill::ones)),
             {}),
    to_gradient_(parameters_.whitening.t(), {})
{
}

void RadialBasis::evaluate(const arma::mat &features, ModelScratch &scratch, arma::rowvec &energies,
                           arma::mat &gradients) const
{
  if (features.n_rows != static_cast<arma::uword>(n_features()))
    throw std::invalid_argument("rbf: expected " + std::to_string(n_features()) +
                                " features, got " + std::to_string(features.n_rows));
  const arma::uword d = parameters_.whitening.n_rows, k = parameters_.centers.n_cols;
  scratch.values.resize(3);
  arma::mat &inputs = scratch.values[0], &weighted = scratch.values[1], &sums = scratch.values[2];
  to_inputs_(features, inputs);
  for (arma::uword c = 0; c < features.n_cols; ++c) {
    double squared = 0.0;
    for (arma::uword i = 0; i < d; ++i) squared += inputs(i, c) * inputs(i, c);
    inputs(d, c) = squared;
  }
  to_exponents_(inputs, weighted);
  kernels::best().exponentials(static_cast<std::int64_t>(weighted.n_elem), weighted.memptr());
  for (arma::uword c = 0; c < features.n_cols; ++c)
    for (arma::uword i = 0; i < k; ++i) weighted(i, c) *= parameters_.weights[i];
  to_sums_(weighted, sums);

  // dE/dz = sum w 2 gamma (Theta - z) + shortcut
  energies = sums.row(d + 1) + parameters_.constant;
  scratch.delta.set_size(d, features.n_cols);
  for (arma::uword c = 0; c < features.n_cols; ++c)
    for (arma::uword i = 0; i < d; ++i)
      scratch.delta(i, c) = sums(i, c) + 2.0 * sums(d, c) * inputs(i, c);
  if (!parameters_.shortcut.is_empty())
    for (arma::uword c = 0; c < features.n_cols; ++c)
      for (arma::uword i = 0; i < d; ++i) {
        energies[c] += parameters_.shortcut[i] * inputs(i, c);
        scratch.delta(i, c) += parameters_.shortcut[i];
      }
  to_gradient_(scratch.delta, gradients);
}

namespace {

void write_numbers(std::ostream &stream, const arma::rowvec &numbers)
{
  for (arma::uword i = 0; i < numbers.n_elem; ++i)
    stream << fixed_width(numbers[i]) << (i + 1 < numbers.n_elem ? ' ' : '\n');
}

int read_size(LineReader &reader, const std::string &keyword)
{
  constexpr int largest = 1'000'000;
  const auto words = reader.next_keyword(keyword, 2);
  int size = 0;
  try {
    size = parse_integer(words[1], keyword);
  } catch (const std::invalid_argument &error) {
    reader.fail(error.what());
  }
  if (size < 1 || size > largest)
    reader.fail("expected " + keyword + " from 1 to " + std::to_string(largest) + ", got " +
                words[1]);
  return size;
}

/// `n_rows` lines of `n_columns` numbers. Memory grows with what the file holds, not with what it promises.
arma::mat read_matrix(LineReader &reader, int n_rows, int n_columns, const std::string &what)
{
  std::vector<double> numbers;
  for (int row = 0; row < n_rows; ++row) {
    const std::vector<double> line =
        reader.numbers(static_cast<std::size_t>(n_columns), what + " " + std::to_string(row + 1));
    numbers.insert(numbers.end(), line.begin(), line.end());
  }
  return arma::mat(numbers.data(), static_cast<arma::uword>(n_columns),
                   static_cast<arma::uword>(n_rows))
      .t();
}

}    // namespace

arma::vec RadialBasis::linear_coefficients() const
{
  const RadialBasisParameters &p = parameters_;
  return arma::join_cols(p.weights, arma::vec(p.shortcut.t()), arma::vec{p.constant});
}

void RadialBasis::linear_basis(const arma::mat &features, arma::mat &basis,
                               arma::cube &gradients) const
{
  const RadialBasisParameters &p = parameters_;
  const arma::uword n_centers = p.centers.n_cols, n_linear = linear_coefficients().n_elem;
  basis.ones(n_linear, features.n_cols);
  gradients.zeros(features.n_rows, n_linear, features.n_cols);
  const arma::mat z = p.whitening * features;
  for (arma::uword atom = 0; atom < features.n_cols; ++atom) {
    for (arma::uword k = 0; k < n_centers; ++k) {
      const arma::vec d = z.col(atom) - p.centers.col(k);
      const double e = std::exp(-p.gammas(k) * arma::dot(d, d));
      basis(k, atom) = e;
      gradients.slice(atom).col(k) = p.whitening.t() * (-2.0 * p.gammas(k) * e * d);
    }
    if (p.shortcut.is_empty()) continue;
    basis.col(atom).subvec(n_centers, n_linear - 2) = z.col(atom);
    gradients.slice(atom).cols(n_centers, n_linear - 2) = p.whitening.t();
  }
}

void RadialBasis::write(std::ostream &stream) const
{
  const RadialBasisParameters &p = parameters_;
  stream << "inputs " << p.whitening.n_cols << "\ndimensions " << p.whitening.n_rows << "\ncenters "
         << p.centers.n_cols << "\nconstant " << shortest(p.constant) << "\nshortcut "
         << (p.shortcut.is_empty() ? "no" : "yes") << "\nwhitening\n";
  for (arma::uword row = 0; row < p.whitening.n_rows; ++row)
    write_numbers(stream, p.whitening.row(row));
  if (!p.shortcut.is_empty()) {
    stream << "shortcut_weights\n";
    write_numbers(stream, p.shortcut);
  }
  stream << "weight gamma center\n";
  for (arma::uword i = 0; i < p.centers.n_cols; ++i) {
    const arma::rowvec first{p.weights[i], p.gammas[i]};
    write_numbers(stream, arma::join_rows(first, p.centers.col(i).t()));
  }
}

std::shared_ptr<const RadialBasis> RadialBasis::read(LineReader &reader)
{
  const int n_features = read_size(reader, "inputs"), d = read_size(reader, "dimensions"),
            k = read_size(reader, "centers");
  RadialBasisParameters p;
  const auto constant = reader.next_keyword("constant", 2);
  try {
    p.constant = parse_number(constant[1], "the constant");
  } catch (const std::invalid_argument &error) {
    reader.fail(error.what());
  }
  const std::string has_shortcut = reader.next_keyword("shortcut", 2)[1];
  if (has_shortcut != "yes" && has_shortcut != "no")
    reader.fail("expected 'shortcut yes' or 'shortcut no', got '" + has_shortcut + "'");
  reader.next_keyword("whitening", 1);
  p.whitening = read_matrix(reader, d, n_features, "row of the whitening matrix");
  if (has_shortcut == "yes") {
    reader.next_keyword("shortcut_weights", 1);
    p.shortcut = read_matrix(reader, 1, d, "weights of the shortcut").row(0);
  }
  if (join(reader.next("'weight gamma center'"), " ") != "weight gamma center")
    reader.fail("expected 'weight gamma center', got '" + reader.line() + "'");
  const arma::mat rows = read_matrix(reader, k, d + 2, "weight, gamma and coordinates of center");
  p.weights = rows.col(0);
  p.gammas = rows.col(1);
  p.centers = rows.tail_cols(static_cast<arma::uword>(d)).t();
  try {
    return std::make_shared<const RadialBasis>(std::move(p));
  } catch (const std::invalid_argument &error) {
    reader.fail(error.what());
  }
}

}    // namespace nnmb
