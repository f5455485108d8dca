#ifdef COMPUTE_CLASS
// clang-format off
ComputeStyle(nn/extrapolation,ComputeNNExtrapolation);
// clang-format on
#else

#ifndef LMP_COMPUTE_NN_EXTRAPOLATION_H
#define LMP_COMPUTE_NN_EXTRAPOLATION_H

#include "compute.h"

namespace LAMMPS_NS {

/// How far each atom lies outside of what the potential was trained on.
/// Per atom: overshoot, number of functions outside, number of the worst one. Scalar: largest overshoot of the group.
class ComputeNNExtrapolation : public Compute {
 public:
  ComputeNNExtrapolation(class LAMMPS *, int, char **);
  ~ComputeNNExtrapolation() override;
  void init() override;
  double compute_scalar() override;
  void compute_peratom() override;
  double memory_usage() override;

 private:
  struct ComputeNNExtrapolationData *data;    // defined in the .cpp
};

}    // namespace LAMMPS_NS

#endif
#endif
