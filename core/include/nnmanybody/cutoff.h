#pragma once
// Cutoff functions f_c(r): 1 at r = 0, smoothly 0 at the cutoff radius.

#include <string>
#include <vector>

namespace nnmb {

enum class CutoffKind { cosine };

/// Names as they stand in the potential file, in the order of CutoffKind.
const std::vector<std::string> &cutoff_names();
/// Throws std::invalid_argument naming the nearest known name.
CutoffKind cutoff_kind(const std::string &name);

/// Value and derivative of a cutoff function at one distance.
struct CutoffValue {
  double value;         // 1
  double derivative;    // 1/Å
};

/// f_c of one kind and radius. Cosine: f_c = (cos(pi r / R_c) + 1) / 2 for r < R_c, else 0 (Behler 2011, eq. 4.4 of the thesis).
struct CutoffFunction {
  CutoffKind kind = CutoffKind::cosine;
  double radius = 0.0;    // Å

  CutoffValue operator()(double r) const;
  bool operator==(const CutoffFunction &other) const
  {
    return kind == other.kind && radius == other.radius;
  }
};

}    // namespace nnmb
