// The worst atom of all ranks, and how a message calls it.

#ifndef LMP_WORST_ATOM_H
#define LMP_WORST_ATOM_H

#include "lmptype.h"

#include <mpi.h>

#include <string>

namespace nnmb {
class Potential;
}

namespace LAMMPS_NS {

struct WorstAtom {
  double value = 0.0;
  tagint id = 0;         // 0: there is none
  tagint partner = 0;    // the other atom of a pair
  int type = 0;
  int species = -1;     // in the potential
  int function = -1;    // index of the symmetry function

  /// Takes over another atom when that one is worse; of equal ones the lower id, whatever the order.
  void take(const WorstAtom &other);
};

/// The worst of all ranks, on every rank. Collective.
WorstAtom worst_of_ranks(MPI_Comm world, const WorstAtom &mine);

/// "symmetry function 3 (G2 Si …) of atom 17 (Si)"
std::string describe_function(const nnmb::Potential &potential, const WorstAtom &atom);

}    // namespace LAMMPS_NS

#endif
