// Work that is still to be done when the process ends by an error, without any destructor of LAMMPS.

#ifndef LMP_PROCESS_END_H
#define LMP_PROCESS_END_H

#include <mpi.h>

#include <functional>

namespace LAMMPS_NS {

/// While it lives, `work` is done at the end of the process: on several ranks in MPI_Finalize, where all of them still
/// can talk to one another; on one rank when static objects are destroyed, without MPI. Nothing can be done on several
/// ranks when one of them aborts all (error->one).
class ProcessEnd {
 public:
  ProcessEnd(int n_ranks, std::function<void()> work);
  ~ProcessEnd();
  ProcessEnd(const ProcessEnd &) = delete;
  ProcessEnd &operator=(const ProcessEnd &) = delete;

  void run();

 private:
  std::function<void()> work_;
  int key_ = MPI_KEYVAL_INVALID;
};

}    // namespace LAMMPS_NS

#endif
