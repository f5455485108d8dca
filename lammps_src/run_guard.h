// Who wants to save something before an error ends the run, and how a pair style tells them.

#ifndef LMP_RUN_GUARD_H
#define LMP_RUN_GUARD_H

#include <string>

namespace LAMMPS_NS {

class LAMMPS;

/// Implemented by fixes.
class RunGuard {
 public:
  /// Collective: called on every rank, right before all of them stop because of `problem`.
  virtual void before_stop(const std::string &problem) = 0;

 protected:
  ~RunGuard() = default;    // fixes are deleted as such
};

/// Whether a fix of this input is a RunGuard.
bool has_run_guards(LAMMPS *lmp);

/// Stops this rank with a message that arrives. With guards it is collective and called at every step: nothing happens
/// where no rank has a problem; otherwise the guards are told and all ranks stop.
void stop_if(LAMMPS *lmp, bool guarded, const std::string &style, const std::string &problem);

}    // namespace LAMMPS_NS

#endif
