// LAMMPS's neighbor list → blocks of environments: the one adaptor between the two.

#ifndef LMP_LAMMPS_ENVIRONMENT_H
#define LMP_LAMMPS_ENVIRONMENT_H

#include "nnmanybody/assembly.h"
#include "nnmanybody/environment.h"

#include <string>
#include <vector>

namespace LAMMPS_NS {

class Atom;
class Force;
class NeighList;
class Neighbor;

/// The command that takes neighbors out of LAMMPS's lists, which an environment must have; empty when there is none.
std::string hidden_neighbors(const Neighbor &neighbor, const Force &force, const Atom &atom);

/// Centers of one species with their neighbors, and the local indices of all of them.
struct LammpsBlock {
  nnmb::EnvironmentBlock environments;
  std::vector<int> centers;      // local index of each center
  std::vector<int> neighbors;    // local or ghost index of each neighbor

  /// Empties the block and keeps its memory.
  void clear(int species);
  /// Adds atom i and its neighbors closer than `cutoff` (Å); types mapped to species -1 (NULL) are not seen.
  void add(const Atom &atom, const NeighList &list, int i, const std::vector<int> &type_to_species,
           double cutoff, const nnmb::HostUnits &units);
  /// The atom IDs and distance of the closest pair: what to tell when an evaluation failed.
  std::string describe_closest_pair(const Atom &atom) const;
};

}    // namespace LAMMPS_NS

#endif
