#pragma once
// Input normalisation: what the network sees of a symmetry function.

#include <armadillo>
#include <string>
#include <vector>

namespace nnmb {

/// Of one symmetry function over the training set; also the range outside which the potential extrapolates.
struct FunctionStatistics {
  double min = 0.0, max = 0.0, mean = 0.0, sigma = 0.0;
};

/// minmax:         lower + (upper - lower) (G - min) / (max - min)     eq. (7.5) of the thesis with -1, 1
/// center:         G - mean
/// minmax_center:  lower + (upper - lower) (G - mean) / (max - min)
/// sigma:          lower + (upper - lower) (G - mean) / sigma
enum class ScalingKind { none, minmax, center, minmax_center, sigma };

const std::vector<std::string> &scaling_names();
ScalingKind scaling_kind(const std::string &name);

struct Scaling {
  ScalingKind kind = ScalingKind::none;
  double lower = 0.0, upper = 1.0;

  bool has_bounds() const { return kind != ScalingKind::none && kind != ScalingKind::center; }
};

/// Every kind is affine: x = factor (G - center) + offset.
struct AffineScaling {
  arma::vec factor, center;
  double offset = 0.0;

  AffineScaling() = default;
  /// Throws std::invalid_argument naming the function (from 1) whose range or sigma is zero.
  AffineScaling(const Scaling &scaling, const std::vector<FunctionStatistics> &statistics);

  /// G (n_functions × n_atoms) → features, in place.
  void apply(arma::mat &features) const;
  /// dE/dfeature → dE/dG, in place.
  void apply_to_gradient(arma::mat &gradient) const;
};

}    // namespace nnmb
