#ifdef COMPUTE_CLASS
// clang-format off
ComputeStyle(nn/sample,ComputeNNSample);
// clang-format on
#else

#ifndef LMP_COMPUTE_NN_SAMPLE_H
#define LMP_COMPUTE_NN_SAMPLE_H

#include "compute.h"

namespace LAMMPS_NS {

/// Writes training data while LAMMPS runs, the more often the larger the force on an atom.
/// Scalar: records in the file. Vector: tau of each chosen atom, in the order of their ids.
class ComputeNNSample : public Compute {
 public:
  ComputeNNSample(class LAMMPS *, int, char **);
  ~ComputeNNSample() override;
  void init() override;
  void init_list(int, class NeighList *) override;
  double compute_scalar() override;
  void compute_vector() override;
  double memory_usage() override;

 private:
  struct ComputeNNSampleData *data;    // defined in the .cpp

  void sample();
  void check_tallied() const;
  void note_invocation();
  void restore_last_sampled();
  void warn_about_fixes();
};

}    // namespace LAMMPS_NS

#endif
#endif
