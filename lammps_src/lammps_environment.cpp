#include "lammps_environment.h"

#include "atom.h"
#include "force.h"
#include "neigh_list.h"
#include "neighbor.h"

#include "fmt/format.h"

#include <cmath>
#include <limits>

namespace LAMMPS_NS {

std::string hidden_neighbors(const Neighbor &neighbor, const Force &force, const Atom &atom)
{
  if (neighbor.nex_type + neighbor.nex_group + neighbor.nex_mol > 0) return "neigh_modify exclude";
  if (neighbor.includegroup != 0) return "neigh_modify include";
  for (int i = 1; atom.molecular != Atom::ATOMIC && i <= 3; ++i)
    if (force.special_lj[i] == 0.0 && force.special_coul[i] == 0.0)
      return "special_bonds with weight zero (weights of 1e-50 keep bonded neighbors in the list)";
  return "";
}

void LammpsBlock::clear(int species)
{
  environments.clear(species);
  centers.clear();
  neighbors.clear();
}

void LammpsBlock::add(const Atom &atom, const NeighList &list, int i,
                      const std::vector<int> &type_to_species, double cutoff,
                      const nnmb::HostUnits &units)
{
  const double *x = &atom.x[0][0];    // rows lie behind one another
  const double cutoff_squared = cutoff * cutoff;
  const double to_angstrom = 1.0 / units.length;
  const double xi = atom.x[i][0], yi = atom.x[i][1], zi = atom.x[i][2];
  const int *jlist = list.firstneigh[i], *type = atom.type, *species_of = type_to_species.data();
  const int size = list.numneigh[i], begin = environments.n_neighbors();
  environments.grow(size);
  neighbors.resize(static_cast<std::size_t>(begin + size));
  double *dx = environments.x.data() + begin, *dy = environments.y.data() + begin,
         *dz = environments.z.data() + begin;
  int *species = environments.species.data() + begin, *index = neighbors.data() + begin;
  // Without a branch, which the processor could not foresee: written always, counted when within the cutoff.
  int count = 0;
  for (int jj = 0; jj < size; ++jj) {
    const int j = jlist[jj] & NEIGHMASK;
    const double *at = x + 3 * static_cast<std::ptrdiff_t>(j);
    const double a = to_angstrom * (at[0] - xi), b = to_angstrom * (at[1] - yi),
                 c = to_angstrom * (at[2] - zi);
    dx[count] = a;
    dy[count] = b;
    dz[count] = c;
    index[count] = j;
    species[count] = species_of[type[j]];
    // Negated, so that a distance that is not a number goes on to the core, which refuses it.
    const bool near = !(a * a + b * b + c * c >= cutoff_squared);
    count += static_cast<int>(near) & static_cast<int>(species[count] >= 0);
  }
  environments.give_back(size - count);
  neighbors.resize(static_cast<std::size_t>(begin + count));
  environments.end_center();
  centers.push_back(i);
}

std::string LammpsBlock::describe_closest_pair(const Atom &atom) const
{
  double closest = std::numeric_limits<double>::infinity();
  std::string text = "no pair";
  const auto look_at = [&](int i, int j, double dx, double dy, double dz) {
    const double r = std::sqrt(dx * dx + dy * dy + dz * dz);
    // A distance that is not a number is the one to tell, whatever the others are.
    if (!(r < closest) && !std::isnan(r)) return;
    closest = r;
    text = fmt::format("atoms {} and {} at a distance of {} Å", atom.tag[i], atom.tag[j], r);
  };
  const std::vector<double> &x = environments.x, &y = environments.y, &z = environments.z;
  for (std::size_t c = 0; c < centers.size(); ++c) {
    const auto begin = static_cast<std::size_t>(environments.first[c]);
    const auto end = static_cast<std::size_t>(environments.first[c + 1]);
    for (std::size_t n = begin; n < end; ++n) {
      look_at(centers[c], neighbors[n], x[n], y[n], z[n]);
      // The core also refuses two neighbors of a center that coincide: the center is then not one of the pair.
      for (std::size_t m = begin; m < n; ++m)
        look_at(neighbors[m], neighbors[n], x[n] - x[m], y[n] - y[m], z[n] - z[m]);
    }
  }
  return text;
}

}    // namespace LAMMPS_NS
