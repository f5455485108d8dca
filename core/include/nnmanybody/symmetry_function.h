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
/// (Behler, J. Chem. Phys. 134, 074106 (2011); the shift of each distance in G4 and G5 as in RuNNer and n2p2.)
enum class SymmetryFunctionKind { G1, G2, G3, G4, G5 };

struct SymmetryFunction {
  SymmetryFunctionKind kind = SymmetryFunctionKind::G1;
  std::vector<std::string> neighbors;    // one element for G1-G3, two for G4 and G5 (sorted)
  CutoffFunction cutoff;                 // radius in Å
  double eta = 0.0;                      // 1/Å²
  double r_shift = 0.0;                  // Å
  double kappa = 0.0;                    // 1/Å
  double zeta = 1.0;                     // at least 1
  int lambda = 1;                        // +1 or -1

  bool is_angular() const
  {
    return kind == SymmetryFunctionKind::G4 || kind == SymmetryFunctionKind::G5;
  }
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
