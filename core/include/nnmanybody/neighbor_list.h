#pragma once
// Every pair of atoms within a cutoff, across periodic boundaries: for hosts that bring no neighbor list.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace nnmb {

/// Views of the host's arrays.
struct PeriodicStructure {
  std::size_t n_atoms = 0;
  const double *position = nullptr;     // (n_atoms, 3) Å, finite; also far outside of the cell
  std::array<double, 9> cell = {};      // vectors in rows, Å; those of open directions play no part
  std::array<bool, 3> periodic = {};    // the vectors of these directions span a volume
};

/// Pairs sorted by center, neighbor, shift. The pairs of atom i are those with index first[i] … first[i + 1] - 1.
struct PairList {
  std::vector<std::int64_t> first;     // (n_atoms + 1)
  std::vector<int> neighbor;           // (n_pairs)
  std::vector<int> shift;              // (n_pairs, 3) cell vectors to add to the neighbor
  std::vector<double> displacement;    // (n_pairs, 3) Å, r_neighbor - r_center + shift · cell
  std::int64_t closest = -1;           // the pair of the shortest distance; -1: there is none
};

/// Each pair closer than the cutoff (Å, positive), seen from both of its atoms: a bin sort of the atoms and of those
/// of their images that are near the others, then for each atom the bins around. Throws std::invalid_argument when an
/// atom is 10⁹ cell vectors outside or more than 5·10⁷ images are within reach.
PairList find_pairs(const PeriodicStructure &structure, double cutoff);

}    // namespace nnmb
