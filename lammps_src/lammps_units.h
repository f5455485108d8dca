// The units command of a run → what one eV and one Å are in it: the one place where units are converted.

#ifndef LMP_LAMMPS_UNITS_H
#define LMP_LAMMPS_UNITS_H

#include "nnmanybody/assembly.h"

#include <string>

namespace LAMMPS_NS {

/// Throws std::invalid_argument, saying which units there are, for units that have no eV and no Å.
nnmb::HostUnits units_of_run(const std::string &unit_style);

}    // namespace LAMMPS_NS

#endif
