#pragma once
// Values of symmetry functions and their ranges on the training set -> how far an atom lies outside of what was learned.

#include "nnmanybody/scaling.h"

#include <vector>

namespace nnmb {

/// Of one atom. The overshoot of a function is the part of G beyond the nearer end of its range [min, max], as a
/// fraction of max - min.
struct Overshoot {
  double largest = 0.0;    // 0: no function is outside
  int n_outside = 0;
  int function = -1;    // index of the one with the largest overshoot; -1: none
};

/// Overshoots up to this are rounding and count as inside: the training structures themselves lie at the ends.
constexpr double smallest_overshoot = 1e-9;

/// Ranges of the functions of one element, ready for use.
class TrainingRange {
 public:
  /// Where max == min (to rounding), the function told nothing apart on the training set and its range has no width of
  /// its own: 1 is taken, about what one more neighbor adds to a symmetry function.
  explicit TrainingRange(const std::vector<FunctionStatistics> &statistics);

  /// `values`: G of one atom, one number a function, not scaled. Of equal overshoots the first function is told.
  Overshoot overshoot(const double *values) const;

 private:
  struct Range {
    double min, max, one_over_width;
  };
  std::vector<Range> ranges_;
};

}    // namespace nnmb
