#pragma once
// What one symmetry function is: a kind, the elements of its neighbors, and its parameters. No evaluation here.

#include "nnmanybody/cutoff.h"

#include <string>
#include <vector>

namespace nnmb {

/// Sums over the neighbors j (and pairs of neighbors j < k) of the central atom i, a = r_ij, b = r_ik, c = r_jk:
///   G1 = sum_j f_c(a)
///   G2 = sum_j exp(-eta (a - r_shift)^2) f_c(a)
///   G3 = sum_j cos(kappa a) f_c(a)
///   G4 = 2^(1-zeta) sum_jk (1 + lambda cos theta)^zeta
///          exp(-eta [(a-r_shift)^2 + (b-r_shift)^2 + (c-r_shift)^2]) f_c(a) f_c(b) f_c(c)
///   G5 = the same without the two factors that hold c
///   three_body = sum_jk [g(a; eta) g(b; eta_k) + g(a; eta_k) g(b; eta)] / (1 + delta) cos^order theta,
///                g(r; eta) = exp(-eta r^2) f_c(r), delta = 1 for two equal widths
///   chebyshev  = sum_j T_order(2 a / R - 1) f_c(a), R the cutoff (Wang et al., arXiv:2504.19372)
/// (Behler, J. Chem. Phys. 134, 074106 (2011); the shift of each distance in G4 and G5 as in RuNNer and n2p2.)
/// The compact functions, of C(r) on [r_left, r_right] and A(theta) on [theta_left, theta_right]:
///   compact_radial = sum_j C(a)
///   compact_narrow = sum_jk A(theta) C(a) C(b) C(c)
///   compact_wide   = sum_jk A(theta) C(a) C(b)
/// A has the same shape as C, but never the asymmetric form.
/// (Bircher, Singraber, Dellago, Mach. Learn.: Sci. Technol. 2, 035026 (2021); n2p2's types 20, 21, 22.)
/// The neighbor element "*" sums over all elements; with weight_by_atomic_number every neighbor counts with its
/// atomic number (Gastegger et al., J. Chem. Phys. 148, 241709 (2018); n2p2's types 12, 13, 23, 24, 25).
enum class SymmetryFunctionKind {
  G1,
  G2,
  G3,
  G4,
  G5,
  chebyshev,
  three_body,
  compact_radial,
  compact_narrow,
  compact_wide
};

struct SymmetryFunction {
  SymmetryFunctionKind kind = SymmetryFunctionKind::G1;
  std::vector<std::string> neighbors;    // one element, two for angular functions (sorted), or "*"
  CutoffFunction cutoff;    // of G1 to G5; C(r) of the compact functions, with left and asymmetric
  double eta = 0.0;         // 1/Å²
  double r_shift = 0.0;     // Å
  double kappa = 0.0;       // 1/Å
  double zeta = 1.0;        // at least 1
  int lambda = 1;           // +1 or -1
  double eta_k = 0.0;       // 1/Å², of the other neighbor
  int order = 0;            // of a polynomial, or power of the cosine
  double theta_left = 0.0;       // degrees
  double theta_right = 180.0;    // degrees
  bool weight_by_atomic_number = false;

  bool is_compact() const { return kind >= SymmetryFunctionKind::compact_radial; }
  bool is_angular() const;
  /// Whether a triplet counts with a function of r_jk.
  bool is_narrow() const;
  bool sums_over_elements() const { return !neighbors.empty() && neighbors.front() == "*"; }
  /// Throws std::invalid_argument when a parameter is out of its range; sorts the neighbors of a triplet.
  void validate();
  bool operator==(const SymmetryFunction &other) const;
};

/// One line of the potential file, e.g. "G2 neighbor Si cutoff 6 eta 0.5 r_shift 2".
/// parse throws std::invalid_argument; an unknown parameter names the nearest known one.
SymmetryFunction parse_symmetry_function(const std::string &line);
std::string to_text(const SymmetryFunction &function);

/// Throws std::invalid_argument when the symbol is empty or could not stand as a word of the potential file.
void check_element(const std::string &element);

const std::string &kind_name(SymmetryFunctionKind kind);
SymmetryFunctionKind symmetry_function_kind(const std::string &name);

}    // namespace nnmb
