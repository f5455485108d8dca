#pragma once
// Cutoff functions f_c(r): 1 at r = 0, smoothly 0 at the cutoff radius; and the compact functions made of the same
// shapes, 1 at the center of an interval and smoothly 0 at both ends.

#include <string>
#include <vector>

namespace nnmb {

/// A shape falls from 1 at x = 0 to 0 at x = 1:
///   hard    1
///   cosine  (cos(pi x) + 1) / 2                                  Behler 2011
///   tanhu   tanh(1 - x)^3
///   tanh    (tanh(1 - x) / tanh(1))^3
///   exp     exp(1 - 1 / (1 - x^2))
///   poly1   (2x - 3) x^2 + 1                                     = (1 - x)^2 (1 + 2x)
///   poly2   ((15 - 6x) x - 10) x^3 + 1                           = (1 - x)^3 (1 + 3x + 6x^2)
///   poly3   (((20x - 70) x + 84) x - 35) x^4 + 1                 = (1 - x)^4 (1 + 4x + 10x^2 + 20x^3)
///   poly4   ((((315 - 70x) x - 540) x + 420) x - 126) x^5 + 1    = (1 - x)^5 (1 + 5x + 15x^2 + 35x^3 + 70x^4)
///   quartic          (1 - x)^4
///   biquartic        (1 - x^2)^4
///   cosine_squared   ((cos(pi x) + 1) / 2)^2
/// (The last three, poly3, poly4 and exp have three vanishing derivatives at x = 1, as composable models ask for.)
/// (Bircher, Singraber, Dellago, Mach. Learn.: Sci. Technol. 2, 035026 (2021) for the polynomials.)
enum class CutoffKind {
  hard,
  cosine,
  tanhu,
  tanh,
  exp,
  poly1,
  poly2,
  poly3,
  poly4,
  quartic,
  biquartic,
  cosine_squared
};

/// Names as they stand in the potential file, in the order of CutoffKind.
const std::vector<std::string> &cutoff_names();
const std::string &cutoff_name(CutoffKind kind);
/// Throws std::invalid_argument naming the nearest known name.
CutoffKind cutoff_kind(const std::string &name);

/// Value and derivative of a cutoff function at one distance.
struct CutoffValue {
  double value;         // 1
  double derivative;    // 1/Å
};

/// One-sided: f_c = 1 up to alpha × radius, then the shape of x = (r - alpha radius) / (radius - alpha radius);
/// hard, tanhu and tanh know no alpha. Compact: the shape of x = |r - center| / half width of [left, radius], with
/// x (2 - x) in place of x when it is asymmetric (a plateau at the center); also used for angles, in radians.
struct CutoffFunction {
  CutoffKind kind = CutoffKind::cosine;
  double radius = 0.0;    // Å; 0 beyond it
  double alpha = 0.0;     // inner cutoff, in units of the radius, 0 <= alpha < 1
  bool compact = false;
  double left = 0.0;    // Å; may be negative
  bool asymmetric = false;

  CutoffValue operator()(double r) const;
  bool operator==(const CutoffFunction &other) const;
};

}    // namespace nnmb
