#pragma once
// A block of central atoms of one species and their neighbors: all that the core sees of the world.

#include <vector>

namespace nnmb {

/// Structure of arrays. The neighbors of center c are those with index first[c] … first[c + 1] - 1.
/// A host fills it in any order of neighbors; neighbors beyond the cutoff are allowed and cost a little.
struct EnvironmentBlock {
  int center_species = 0;
  std::vector<int> first{0};
  std::vector<int> species;       // of each neighbor
  std::vector<double> x, y, z;    // displacement from the center to the neighbor, Å

  int n_centers() const { return static_cast<int>(first.size()) - 1; }
  int n_neighbors() const { return static_cast<int>(species.size()); }

  /// Empties the block and keeps its memory.
  void clear(int species_of_centers)
  {
    center_species = species_of_centers;
    first.assign(1, 0);
    species.clear();
    x.clear();
    y.clear();
    z.clear();
  }
  /// Room for n neighbors more, which the caller then writes; give_back() what was too much.
  void grow(int n) { resize(n_neighbors() + n); }
  void give_back(int n) { resize(n_neighbors() - n); }
  void add_neighbor(int neighbor_species, double dx, double dy, double dz)
  {
    species.push_back(neighbor_species);
    x.push_back(dx);
    y.push_back(dy);
    z.push_back(dz);
  }
  /// All neighbors of the center have been added.
  void end_center() { first.push_back(n_neighbors()); }

 private:
  void resize(int n)
  {
    species.resize(static_cast<std::size_t>(n));
    for (auto *array : {&x, &y, &z}) array->resize(static_cast<std::size_t>(n));
  }
};

}    // namespace nnmb
