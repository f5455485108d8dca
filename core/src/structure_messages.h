#pragma once
// The passes over a structure whose potential has messages, and the loop over blocks that they share.

#include "nnmanybody/structure.h"

#include <algorithm>

namespace nnmb {

/// Calls work(block, centers, neighbors) for all atoms, block by block, each of one species.
template <typename Work>
void for_blocks(const Potential &potential, const StructureView &structure, Work work)
{
  EnvironmentBlock block;
  std::vector<int> centers, neighbors;
  for (int species = 0; species < static_cast<int>(potential.elements().size()); ++species) {
    centers.clear();
    for (int i = 0; i < structure.n_atoms; ++i)
      if (structure.species[i] == species) centers.push_back(i);
    const int n = static_cast<int>(centers.size());
    for (int begin = 0; begin < n; begin += Potential::block_size) {
      gather_block(structure, species, centers.data() + begin,
                   std::min(Potential::block_size, n - begin), block, neighbors);
      work(block, centers.data() + begin, neighbors.data());
    }
  }
}

/// First pass: (n_atoms, n_messages).
std::vector<double> send_messages(const Potential &potential, const StructureView &structure);

/// dE/d(message) of the centers of a block, (n_messages × n_centers).
arma::mat gather_columns(const double *values, std::size_t n_rows, const int *centers,
                         int n_centers);

/// evaluate_structure of a potential with messages. No centroid virials: the energy of an atom depends on atoms
/// two cutoffs away, for which that sum over pairs has no formula.
void evaluate_with_messages(const Potential &potential, const StructureView &structure,
                            double *energies, const AtomArrays &arrays,
                            const MemberArrays &members);

}    // namespace nnmb
