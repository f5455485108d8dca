#include "worst_atom.h"

#include "nnmanybody/potential.h"

#include <type_traits>
#include <vector>

namespace LAMMPS_NS {

void WorstAtom::take(const WorstAtom &other)
{
  if (other.id == 0) return;
  if (id == 0 || other.value > value || (other.value == value && other.id < id)) *this = other;
}

WorstAtom worst_of_ranks(MPI_Comm world, const WorstAtom &mine)
{
  static_assert(std::is_trivially_copyable_v<WorstAtom>);
  int n_ranks = 1;
  MPI_Comm_size(world, &n_ranks);
  std::vector<WorstAtom> all(static_cast<std::size_t>(n_ranks));
  MPI_Allgather(&mine, sizeof(WorstAtom), MPI_BYTE, all.data(), sizeof(WorstAtom), MPI_BYTE, world);
  WorstAtom worst;
  for (const WorstAtom &one : all) worst.take(one);
  return worst;
}

std::string describe_function(const nnmb::Potential &potential, const WorstAtom &atom)
{
  const auto &functions = potential.descriptor(atom.species).functions();
  return "symmetry function " + std::to_string(atom.function + 1) + " (" +
         nnmb::to_text(functions[static_cast<std::size_t>(atom.function)]) + ") of atom " +
         std::to_string(atom.id) + " (" +
         potential.elements()[static_cast<std::size_t>(atom.species)] + ")";
}

}    // namespace LAMMPS_NS
