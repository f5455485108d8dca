#include "lammps_units.h"

#include "utils.h"

#include <stdexcept>

namespace LAMMPS_NS {

namespace {

// CODATA 2018; the first is exact.
constexpr double joule_per_eV = 1.602176634e-19;
constexpr double eV_per_hartree = 27.211386245988;
constexpr double angstrom_per_bohr = 0.529177210903;

}    // namespace

nnmb::HostUnits units_of_run(const std::string &unit_style)
{
  if (unit_style == "metal") return {1.0, 1.0};
  // LAMMPS's own factor, so that the potential agrees with every other one that LAMMPS converts.
  if (unit_style == "real")
    return {utils::get_conversion_factor(utils::ENERGY, utils::METAL2REAL), 1.0};
  if (unit_style == "electron") return {1.0 / eV_per_hartree, 1.0 / angstrom_per_bohr};
  if (unit_style == "si") return {joule_per_eV, 1e-10};
  if (unit_style == "cgs") return {joule_per_eV * 1e7, 1e-8};
  // picogram micrometer² / microsecond² and attogram nanometer² / nanosecond²
  if (unit_style == "micro") return {joule_per_eV * 1e15, 1e-4};
  if (unit_style == "nano") return {joule_per_eV * 1e21, 1e-1};
  throw std::invalid_argument("units " + unit_style +
                              " have no eV and no Å; use units metal, real, electron, si, cgs, "
                              "micro or nano");
}

}    // namespace LAMMPS_NS
