#pragma once
// The composition of a model, "E[G8L4] + N[E[G8L4]]", as a tree.

#include <string>
#include <vector>

namespace nnmb {

/// One set of basis functions phi_nu: even-tempered Gaussians (G), Chebyshev polynomials (C) or three-body functions (T).
struct Basis {
  std::string label;    // as it stands in the expression: G8, C12, T4A2, G8'
  char family = 'G';
  int n_radial = 0;    // Gaussians or polynomials
  int angular = 0;     // T: highest power of the cosine

  /// phi_nu in the set: n_radial, or a pair of Gaussians and a power of the cosine for each of T.
  int size() const
  {
    return family == 'T' ? n_radial * (n_radial + 1) / 2 * (angular + 1) : n_radial;
  }
};

/// A node, behind its children in the list of all:
///   linear       sum_nu c_nu phi_nu                       S, eq. (6)
///   exponential  sum_nu,l c_nu,l exp(-z_l phi_nu)         E, eq. (13); N, eq. (16), with psi in place of phi
///   sum, product of its children
/// and, where shift >= 0, a constant. Each factor of a product has one, and the whole.
/// (Wang et al., arXiv:2504.19372; the displayed formulas are reconstructed, see docs/models.md.)
struct ExpressionNode {
  enum class Kind { linear, exponential, sum, product } kind = Kind::linear;
  std::vector<int> children;
  bool neighborhood = false;    // of psi_nu = sum_j f_c(r_ij) phi_nu(j)
  int basis = -1;
  int n_layers = 1;
  int first_exponent = -1;       // of its n_layers
  int first_coefficient = -1;    // of its size × n_layers, layers of one nu together
  int shift = -1;                // index among the coefficients

  bool is_leaf() const { return kind == Kind::linear || kind == Kind::exponential; }
};

struct Expression {
  std::string text;    // in one form, however it was typed
  std::vector<Basis> bases;
  std::vector<ExpressionNode> nodes;    // the root is the last
  int n_exponents = 0;
  int n_coefficients = 0;

  const ExpressionNode &root() const { return nodes.back(); }
  int leaf_size(const ExpressionNode &leaf) const
  {
    return bases[static_cast<std::size_t>(leaf.basis)].size() * leaf.n_layers;
  }
  bool has_neighborhood() const;
  /// "E[G8L4]", "N[G8]", …
  std::string leaf_text(const ExpressionNode &leaf) const;
};

/// Grammar: sums (+, ⊕) of products (*, ×, ⊗) of terms; a term is (…), a basis, S[basis], E[basis L n] or
/// N[…] of what may stand outside, each letter with or without _s ("shifted", which changes nothing: see above).
/// Equal labels within a sum are one basis; each factor of a product has bases of its own.
/// Throws std::invalid_argument with the place in the text.
Expression parse_expression(const std::string &text);

}    // namespace nnmb
