#pragma once
// A whole structure given by a full neighbor list: the loop over blocks for hosts that have arrays of all atoms.

#include "nnmanybody/assembly.h"
#include "nnmanybody/potential.h"

#include <cstdint>

namespace nnmb {

/// Views of the host's arrays. The pairs of atom i are those with index first[i] … first[i + 1] - 1.
struct StructureView {
  int n_atoms = 0;
  const int *species = nullptr;            // (n_atoms)
  const std::int64_t *first = nullptr;     // (n_atoms + 1)
  const int *neighbor = nullptr;           // (n_pairs)
  const double *displacement = nullptr;    // (n_pairs, 3) Å, from the center to the neighbor
};

/// Environments of centers[begin … end - 1] (all of one species); `neighbors` becomes the atom of each neighbor.
void gather_block(const StructureView &structure, int center_species, const int *centers,
                  int n_centers, EnvironmentBlock &block, std::vector<int> &neighbors);

/// Where to add what the members of a committee say one by one; a null pointer means: not wanted.
struct MemberArrays {
  double *energies = nullptr;    // (n_models, n_atoms) eV
  double *forces = nullptr;      // (n_models, n_atoms, 3) eV/Å
};

/// Adds what the members say of a block, in `units`, to arrays over n_atoms atoms.
void add_members(const EnvironmentBlock &block, const BlockResult &result, const int *centers,
                 const int *neighbors, const HostUnits &units, std::size_t n_atoms,
                 const MemberArrays &arrays);
/// What an evaluation must be asked for, to fill these arrays.
Members wanted_of(const MemberArrays &arrays);

/// Adds to energies (n_atoms, eV) and to the arrays.
void evaluate_structure(const Potential &potential, const StructureView &structure,
                        double *energies, const AtomArrays &arrays,
                        const MemberArrays &members = {});

/// The same for a core alone, which training takes from its targets.
void evaluate_pair_core(const PairCoreTable &core, const StructureView &structure, double *energies,
                        const AtomArrays &arrays);

/// How far every atom lies outside of the training set, (n_atoms).
std::vector<Overshoot> find_overshoots(const Potential &potential, const StructureView &structure);

/// G of the given centers, (n_functions × n_centers, one column a center); when `jacobian` is not null, also
/// dG/d(displacement) of their pairs in the order of the list, (n_pairs of the centers, 3, n_functions).
void describe_structure(const Descriptor &descriptor, const StructureView &structure,
                        const int *centers, int n_centers, double *values, double *jacobian);

/// Products of J = dG/d(displacement) with vectors, several at a time; J itself, n_functions × 3 numbers a pair, is
/// never stored. Pairs are those of the centers, in the order of the list.
/// gradients (n_sets, n_pairs, 3) = sum_s weights (n_sets, n_centers, n_functions) J_s.
void contract_structure(const Descriptor &descriptor, const StructureView &structure,
                        const int *centers, int n_centers, const double *weights, int n_sets,
                        double *gradients);
/// products (n_sets, n_centers, n_functions) = sum over pairs of J directions (n_sets, n_pairs, 3).
void directional_structure(const Descriptor &descriptor, const StructureView &structure,
                           const int *centers, int n_centers, const double *directions, int n_sets,
                           double *products);

}    // namespace nnmb
