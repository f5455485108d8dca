#pragma once
// From gradients of atomic energies to forces and virials: one place for the formulas, for every host.

#include "nnmanybody/descriptor.h"
#include "nnmanybody/environment.h"

namespace nnmb {

/// What one eV and one Å are in the units of the arrays of a host.
struct HostUnits {
  double energy = 1.0;
  double length = 1.0;
};

/// Where to add what; a null pointer means: not wanted. Components as LAMMPS orders them:
/// xx yy zz xy xz yz, and for nine yx zx zy behind them.
struct AtomArrays {
  double *forces = nullptr;            // (n_atoms, 3)
  double *virial = nullptr;            // (6)   total
  double *atomic_virials = nullptr;    // (n_atoms, 6) r (x) f of a pair, half to each of its atoms
  double *centroid_virials =
      nullptr;    // (n_atoms, 9) r_ij (x) f_j, to the atom j whose velocity it meets in the
                  // heat flux of a potential that is a sum of atomic energies
                  // (Fan et al., Phys. Rev. B 92, 094301 (2015); Surblys et al. 2019)
};

/// Adds f_j = -dE_i/dr_ij, f_i = +dE_i/dr_ij and r_ij (x) f_j of all pairs of a block, in `units`.
/// `centers` and `neighbors` are the indices of the atoms in the arrays.
void add_block(const EnvironmentBlock &block, const NeighborGradient &gradient, const int *centers,
               const int *neighbors, const HostUnits &units, const AtomArrays &arrays);

}    // namespace nnmb
