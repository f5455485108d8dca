#include "nnmanybody/expression.h"

#include "nnmanybody/text.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <stdexcept>

namespace nnmb {

namespace {

constexpr int largest_number =
    1000;    // of functions or layers: a typing error is told before memory runs out

/// What the text says, before bases are shared and parameters numbered.
struct Term {
  ExpressionNode::Kind kind = ExpressionNode::Kind::linear;
  std::vector<Term> children;
  bool neighborhood = false;
  Basis basis;
  int n_layers = 1;
};

class Parser {
 public:
  explicit Parser(std::string text) : text_(std::move(text)) {}

  Term parse()
  {
    Term term = sum(false);
    if (at_ < text_.size()) fail("+, * or the end");
    return term;
  }

 private:
  using Kind = ExpressionNode::Kind;

  [[noreturn]] void fail(const std::string &expected) const
  {
    const std::string rest = text_.substr(at_);
    throw std::invalid_argument("expression '" + text_ + "': expected " + expected + ", got " +
                                (rest.empty() ? "the end" : "'" + rest + "'") +
                                "; forms: G8, C8, T4A2, S[G8], E[G8L4], N[E[G8L4]], sums with +, "
                                "products with *, parentheses");
  }
  void skip_blanks()
  {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool take(const std::string &word)
  {
    skip_blanks();
    if (text_.compare(at_, word.size(), word) != 0) return false;
    at_ += word.size();
    return true;
  }
  void require(const std::string &word)
  {
    if (!take(word)) fail("'" + word + "'");
  }
  bool take_any(const std::vector<std::string> &words)
  {
    return std::any_of(words.begin(), words.end(), [&](const std::string &w) { return take(w); });
  }
  int number(const std::string &what)
  {
    const std::size_t begin = at_;
    while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_]))) ++at_;
    const std::string digits = text_.substr(begin, at_ - begin);
    at_ = begin;
    if (digits.empty() || digits.size() > 4) fail("a number of " + what);
    const int value = std::stoi(digits);
    if (value < 1 || value > largest_number)
      fail("a number of " + what + " from 1 to " + std::to_string(largest_number));
    at_ += digits.size();
    return value;
  }

  Term joined(Kind kind, std::vector<Term> terms) const
  {
    if (terms.size() == 1) return std::move(terms.front());
    Term term;
    term.kind = kind;
    for (Term &child : terms)
      if (kind == Kind::sum && child.kind == Kind::sum)
        std::move(child.children.begin(), child.children.end(), std::back_inserter(term.children));
      else
        term.children.push_back(std::move(child));
    return term;
  }
  Term sum(bool neighborhood)
  {
    std::vector<Term> terms{product(neighborhood)};
    while (take_any({"+", "⊕"})) terms.push_back(product(neighborhood));
    skip_blanks();
    return joined(Kind::sum, std::move(terms));
  }
  Term product(bool neighborhood)
  {
    std::vector<Term> terms{factor(neighborhood)};
    while (take_any({"*", "×", "⊗"})) terms.push_back(factor(neighborhood));
    return joined(Kind::product, std::move(terms));
  }
  Term bracketed(const std::string &open, const std::string &close, bool neighborhood)
  {
    require(open);
    Term term = sum(neighborhood);
    require(close);
    return term;
  }
  Term factor(bool neighborhood)
  {
    skip_blanks();
    if (at_ < text_.size() && text_[at_] == '(') return bracketed("(", ")", neighborhood);
    if (take("N")) {
      if (neighborhood) fail("no N inside N: it would reach three cutoffs");
      take("_s");
      return bracketed("[", "]", true);
    }
    Term term;
    term.neighborhood = neighborhood;
    if (take("E")) {
      take("_s");
      require("[");
      term.kind = Kind::exponential;
      term.basis = basis();
      if (!take("L")) fail("L and the number of layers");
      term.n_layers = number("layers");
      require("]");
    } else if (take("S")) {
      take("_s");
      require("[");
      term.basis = basis();
      require("]");
    } else {
      term.basis = basis();
    }
    return term;
  }
  Basis basis()
  {
    skip_blanks();
    const std::size_t begin = at_;
    if (at_ == text_.size() || std::string("GCT").find(text_[at_]) == std::string::npos)
      fail("a basis such as G8");
    Basis basis;
    basis.family = text_[at_++];
    basis.n_radial = number("functions");
    if (basis.family == 'T') {
      if (!take("A")) fail("A and the highest power of the cosine");
      basis.angular = text_.compare(at_, 1, "0") == 0 ? (++at_, 0) : number("powers");
    }
    while (at_ < text_.size() && text_[at_] == '\'') ++at_;
    basis.label = text_.substr(begin, at_ - begin);
    return basis;
  }

  std::string text_;
  std::size_t at_ = 0;
};

/// Numbers bases, exponents and coefficients from left to right.
class Builder {
 public:
  explicit Builder(Expression &expression) : expression_(expression) {}

  /// `scope`: the bases of the sum that the term stands in.
  int add(const Term &term, std::map<std::string, int> &scope, bool shifted)
  {
    ExpressionNode node;
    node.kind = term.kind;
    for (const Term &child : term.children) {
      std::map<std::string, int> own;
      const bool factor = term.kind == ExpressionNode::Kind::product;
      node.children.push_back(add(child, factor ? own : scope, factor));
    }
    if (node.is_leaf()) {
      node.neighborhood = term.neighborhood;
      node.n_layers = term.n_layers;
      const auto [place, is_new] =
          scope.emplace(term.basis.label, static_cast<int>(expression_.bases.size()));
      if (is_new) expression_.bases.push_back(term.basis);
      node.basis = place->second;
      node.first_coefficient = expression_.n_coefficients;
      expression_.n_coefficients += expression_.leaf_size(node);
      if (node.kind == ExpressionNode::Kind::exponential) {
        node.first_exponent = expression_.n_exponents;
        expression_.n_exponents += node.n_layers;
      }
    }
    if (shifted) node.shift = expression_.n_coefficients++;
    expression_.nodes.push_back(std::move(node));
    return static_cast<int>(expression_.nodes.size()) - 1;
  }

 private:
  Expression &expression_;
};

std::string node_text(const Expression &expression, const ExpressionNode &node, bool in_product)
{
  if (node.is_leaf()) return expression.leaf_text(node);
  const bool product = node.kind == ExpressionNode::Kind::product;
  std::vector<std::string> parts;
  for (const int child : node.children)
    parts.push_back(
        node_text(expression, expression.nodes[static_cast<std::size_t>(child)], product));
  const std::string text = join(parts, product ? " * " : " + ");
  return in_product ? "(" + text + ")" : text;
}

}    // namespace

bool Expression::has_neighborhood() const
{
  return std::any_of(nodes.begin(), nodes.end(),
                     [](const ExpressionNode &node) { return node.neighborhood; });
}

std::string Expression::leaf_text(const ExpressionNode &leaf) const
{
  std::string name = bases[static_cast<std::size_t>(leaf.basis)].label;
  if (leaf.kind == ExpressionNode::Kind::exponential)
    name = "E[" + name + "L" + std::to_string(leaf.n_layers) + "]";
  return leaf.neighborhood ? "N[" + name + "]" : name;
}

Expression parse_expression(const std::string &text)
{
  const Term term = Parser(text).parse();
  Expression expression;
  std::map<std::string, int> scope;
  Builder(expression).add(term, scope, true);
  expression.text = node_text(expression, expression.root(), false);
  return expression;
}

}    // namespace nnmb
