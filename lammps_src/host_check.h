#pragma once
// What this plugin was compiled for, against the LAMMPS that loads it.

#include <string>

namespace LAMMPS_NS {
class LAMMPS;

struct HostCheck {
  std::string message;     // empty when nothing is wrong
  bool can_work = true;    // false: memory is laid out differently, any use would crash
};

/// Compare LAMMPS's version, the sizes of its integers and its MPI with those of the headers.
HostCheck check_host(LAMMPS *lmp);

}    // namespace LAMMPS_NS
