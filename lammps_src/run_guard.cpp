#include "run_guard.h"

#include "comm.h"
#include "error.h"
#include "fix.h"
#include "lammps.h"
#include "modify.h"
#include "mpi_gather.h"
#include "utils.h"

#include "fmt/format.h"

#include <chrono>
#include <cstdio>
#include <thread>

namespace LAMMPS_NS {

namespace {

/// As soon as one rank aborts, mpiexec kills all of them and drops what it has not passed on yet, which is as a rule just
/// this message.
void stop_alone(LAMMPS *lmp, const std::string &message)
{
  if (lmp->comm->nprocs > 1) {
    utils::logmesg(lmp, fmt::format("ERROR on proc {}: {}\n", lmp->comm->me, message));
    std::fflush(nullptr);
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
  lmp->error->one(FLERR, message);
}

}    // namespace

bool has_run_guards(LAMMPS *lmp)
{
  for (int i = 0; i < lmp->modify->nfix; ++i)
    if (dynamic_cast<RunGuard *>(lmp->modify->fix[i])) return true;
  return false;
}

void stop_if(LAMMPS *lmp, bool guarded, const std::string &style, const std::string &problem)
{
  if (!guarded) {
    if (!problem.empty()) stop_alone(lmp, style + ": " + problem);
    return;
  }
  const std::string message = first_message(lmp->world, problem);
  if (message.empty()) return;
  for (int i = 0; i < lmp->modify->nfix; ++i)
    if (auto *guard = dynamic_cast<RunGuard *>(lmp->modify->fix[i])) guard->before_stop(message);
  lmp->error->all(FLERR, style + ": " + message);
}

}    // namespace LAMMPS_NS
