#ifdef FIX_CLASS
// clang-format off
FixStyle(nn/trap,FixNNTrap);
// clang-format on
#else

#ifndef LMP_FIX_NN_TRAP_H
#define LMP_FIX_NN_TRAP_H

#include "fix.h"
#include "run_guard.h"

namespace LAMMPS_NS {

/// Writes configurations that the potential does not know, and the last good one of a run that comes apart.
/// Scalar: configurations written. Vector: the same, and the last value by each criterion.
class FixNNTrap : public Fix, public RunGuard {
 public:
  FixNNTrap(class LAMMPS *, int, char **);
  ~FixNNTrap() override;
  int setmask() override;
  void init() override;
  void init_list(int, class NeighList *) override;
  void setup(int) override;
  void min_setup(int) override;
  void post_integrate() override;
  void post_force(int) override;
  void min_post_force(int) override;
  void post_run() override;
  double compute_scalar() override;
  double compute_vector(int) override;
  double memory_usage() override;
  void before_stop(const std::string &problem) override;

 private:
  struct FixNNTrapData *data;    // defined in the .cpp

  void look(bool in_any_case);
  bool has_come_apart();
  void check_lost_atoms(bigint n_atoms);
  void check_criteria();
  void stop_softly(const std::string &reason);
  void save_last_good(const std::string &criterion, const std::string &reason);
  void save_failed(const std::string &criterion, const std::string &reason);
  void save_if_broken_off();
  std::string write(const struct Snapshot &snapshot, const struct TrapReason &reason);
};

}    // namespace LAMMPS_NS

#endif
#endif
