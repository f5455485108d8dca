#ifdef COMPUTE_CLASS
// clang-format off
ComputeStyle(nn/deviation,ComputeNNDeviation);
// clang-format on
#else

#ifndef LMP_COMPUTE_NN_DEVIATION_H
#define LMP_COMPUTE_NN_DEVIATION_H

#include "compute.h"

namespace LAMMPS_NS {

/// How far the members of a committee are from one another.
/// Per atom: standard deviation of its energy and of its force. Vector: the largest of both, and that of the energy of
/// the group per atom.
class ComputeNNDeviation : public Compute {
 public:
  ComputeNNDeviation(class LAMMPS *, int, char **);
  ~ComputeNNDeviation() override;
  void init() override;
  void compute_vector() override;
  void compute_peratom() override;
  int pack_reverse_comm(int, int, double *) override;
  void unpack_reverse_comm(int, int *, double *) override;
  double memory_usage() override;

 private:
  struct ComputeNNDeviationData *data;    // defined in the .cpp

  void evaluate_members();
  void set_deviations(int i);
};

}    // namespace LAMMPS_NS

#endif
#endif
