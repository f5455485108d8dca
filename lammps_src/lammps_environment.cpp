#include "lammps_environment.h"

#include "atom.h"
#include "neigh_list.h"

#include "fmt/format.h"

#include <cmath>

namespace LAMMPS_NS {

void LammpsBlock::clear(int species)
{
  environments.clear(species);
  centers.clear();
  neighbors.clear();
}

void LammpsBlock::add(const Atom &atom, const NeighList &list, int i,
                      const std::vector<int> &type_to_species, double cutoff)
{
  const double *const *x = atom.x;
  const double cutoff_squared = cutoff * cutoff;
  const int *jlist = list.firstneigh[i];
  for (int jj = 0; jj < list.numneigh[i]; ++jj) {
    const int j = jlist[jj] & NEIGHMASK;
    const int species = type_to_species[static_cast<std::size_t>(atom.type[j])];
    if (species < 0) continue;
    const double dx = x[j][0] - x[i][0], dy = x[j][1] - x[i][1], dz = x[j][2] - x[i][2];
    // Negated, so that a distance that is not a number goes on to the core, which refuses it.
    if (dx * dx + dy * dy + dz * dz >= cutoff_squared) continue;
    environments.add_neighbor(species, dx, dy, dz);
    neighbors.push_back(j);
  }
  environments.end_center();
  centers.push_back(i);
}

std::string LammpsBlock::describe_closest_pair(const Atom &atom) const
{
  double closest = -1.0;
  std::string text = "no pair";
  for (std::size_t c = 0; c < centers.size(); ++c) {
    const auto begin = static_cast<std::size_t>(environments.first[c]);
    const auto end = static_cast<std::size_t>(environments.first[c + 1]);
    for (std::size_t n = begin; n < end; ++n) {
      const double r =
          std::sqrt(environments.x[n] * environments.x[n] + environments.y[n] * environments.y[n] +
                    environments.z[n] * environments.z[n]);
      if (closest >= 0.0 && r >= closest) continue;
      closest = r;
      text = fmt::format("atoms {} and {} at a distance of {}", atom.tag[centers[c]],
                         atom.tag[neighbors[n]], r);
    }
  }
  return text;
}

}    // namespace LAMMPS_NS
