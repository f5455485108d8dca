// The section `model composable` of the potential file.
#include "nnmanybody/composable.h"

#include "nnmanybody/text.h"

#include <stdexcept>

namespace nnmb {

namespace {

void write_numbers(std::ostream &stream, const double *numbers, int n)
{
  for (int i = 0; i < n; ++i) stream << fixed_width(numbers[i]) << (i + 1 < n ? ' ' : '\n');
}

/// Runs `parse` and puts the place in the file in front of what it throws.
template <typename Parse> auto at_line(const LineReader &reader, Parse parse)
{
  try {
    return parse();
  } catch (const std::invalid_argument &error) {
    reader.fail(error.what());
  }
}

std::string rest_of_line(const LineReader &reader, const std::string &keyword)
{
  const std::string &line = reader.line();
  const std::size_t begin = line.find_first_not_of(" \t", line.find(keyword) + keyword.size());
  return begin == std::string::npos ? "" : line.substr(begin);
}

BasisPart read_part(const LineReader &reader, const std::vector<std::string> &words)
{
  if (words.size() < 4 || words[2] != "functions")
    reader.fail("expected 'weight w functions i j …', got '" + reader.line() + "'");
  return at_line(reader, [&] {
    BasisPart part{parse_number(words[1], "the weight"), {}};
    for (std::size_t i = 3; i < words.size(); ++i)
      part.functions.push_back(parse_integer(words[i], "a symmetry function") - 1);
    return part;
  });
}

std::vector<BasisPart> read_basis(LineReader &reader, const Basis &basis)
{
  if (reader.next_keyword("basis", 2)[1] != basis.label)
    reader.fail("expected 'basis " + basis.label + "' (in the order of the expression), got '" +
                reader.line() + "'");
  std::vector<BasisPart> parts;
  for (auto words = reader.next_keyword("weight");; words = reader.next("the coefficients")) {
    if (words.front() != "weight") break;
    parts.push_back(read_part(reader, words));
  }
  reader.put_back();
  return parts;
}

CutoffFunction read_neighborhood(LineReader &reader)
{
  const auto words = reader.next_keyword("neighborhood", 5);
  if (words[1] != "cutoff" || words[3] != "cutoff_function")
    reader.fail("expected 'neighborhood cutoff R cutoff_function NAME', got '" + reader.line() +
                "'");
  return at_line(reader, [&] {
    CutoffFunction cutoff;
    cutoff.radius = parse_number(words[2], "the cutoff of the neighborhood");
    cutoff.kind = cutoff_kind(words[4]);
    return cutoff;
  });
}

void expect_heading(LineReader &reader, const std::string &keyword, const std::string &name)
{
  reader.next_keyword(keyword);
  if (rest_of_line(reader, keyword) != name)
    reader.fail("expected '" + keyword + " " + name + "' (from left to right), got '" +
                reader.line() + "'");
}

void read_row(LineReader &reader, int n, const std::string &what, std::vector<double> &numbers)
{
  const std::vector<double> row = reader.numbers(static_cast<std::size_t>(n), what);
  numbers.insert(numbers.end(), row.begin(), row.end());
}

void read_node(LineReader &reader, const Expression &expression, const ExpressionNode &node,
               ComposableParameters &parameters)
{
  if (node.is_leaf()) {
    const std::string name = expression.leaf_text(node);
    if (node.kind == ExpressionNode::Kind::exponential) {
      expect_heading(reader, "exponents", name);
      read_row(reader, node.n_layers, "exponents z_l of " + name, parameters.exponents);
    }
    expect_heading(reader, "coefficients", name);
    for (int nu = 0; nu < expression.leaf_size(node) / node.n_layers; ++nu)
      read_row(reader, node.n_layers,
               "coefficients of function " + std::to_string(nu + 1) + " of " + name,
               parameters.coefficients);
  }
  if (node.shift < 0) return;
  reader.next_keyword("shift", 1);
  read_row(reader, 1, "the shift", parameters.coefficients);
}

}    // namespace

void Composable::write(std::ostream &stream) const
{
  const ComposableParameters &p = parameters_;
  stream << "expression " << expression_.text << "\ninputs " << p.n_features << '\n';
  for (std::size_t b = 0; b < p.bases.size(); ++b) {
    stream << "basis " << expression_.bases[b].label << '\n';
    for (const BasisPart &part : p.bases[b]) {
      stream << "weight " << shortest(part.weight) << " functions";
      for (const int f : part.functions) stream << ' ' << f + 1;
      stream << '\n';
    }
  }
  if (p.cutoff)
    stream << "neighborhood cutoff " << shortest(p.cutoff->radius) << " cutoff_function "
           << cutoff_name(p.cutoff->kind) << '\n';
  for (const ExpressionNode &node : expression_.nodes) {
    if (node.is_leaf()) {
      const std::string name = expression_.leaf_text(node);
      if (node.kind == ExpressionNode::Kind::exponential) {
        stream << "exponents " << name << '\n';
        write_numbers(stream, p.exponents.data() + node.first_exponent, node.n_layers);
      }
      stream << "coefficients " << name << '\n';
      for (int k = 0; k < expression_.leaf_size(node); k += node.n_layers)
        write_numbers(stream, p.coefficients.data() + node.first_coefficient + k, node.n_layers);
    }
    if (node.shift < 0) continue;
    stream << "shift\n";
    write_numbers(stream, p.coefficients.data() + node.shift, 1);
  }
}

std::shared_ptr<const Composable> Composable::read(LineReader &reader)
{
  reader.next_keyword("expression");
  const std::string text = rest_of_line(reader, "expression");
  const Expression expression = at_line(reader, [&] { return parse_expression(text); });
  ComposableParameters parameters;
  const auto words = reader.next_keyword("inputs", 2);
  parameters.n_features = at_line(reader, [&] { return parse_integer(words[1], "inputs"); });
  for (const Basis &basis : expression.bases) parameters.bases.push_back(read_basis(reader, basis));
  if (expression.has_neighborhood()) parameters.cutoff = read_neighborhood(reader);
  for (const ExpressionNode &node : expression.nodes)
    read_node(reader, expression, node, parameters);
  return at_line(reader,
                 [&] { return std::make_shared<const Composable>(expression, parameters); });
}

}    // namespace nnmb
