#pragma once
// The cell of a neighbor list: completed along open directions, and atoms brought into it.

#include "nnmanybody/neighbor_list.h"

namespace nnmb {

using Vector = std::array<double, 3>;
using Turns = std::array<int, 3>;

inline double dot(const Vector &a, const Vector &b)
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/// The cell with unit vectors for the open directions, at right angles to all others, and what follows from it.
struct Box {
  std::array<Vector, 3> vector;     // Å
  std::array<Vector, 3> inverse;    // inverse[d] · r: how many vectors d, 1/Å
  Vector height;                    // between the faces that vector d joins, Å
  std::array<bool, 3> periodic;
};

Box make_box(const PeriodicStructure &structure);

/// The atoms, brought into the cell along the periodic directions.
struct Wrapped {
  std::vector<Turns> turns;        // how many cell vectors each one was outside
  std::vector<Vector> position;    // Å
  std::vector<Vector> depth;       // above each face of the box, Å: what the bins are made of
};

/// Throws std::invalid_argument when an atom is 10⁹ cell vectors outside.
Wrapped wrap(const PeriodicStructure &structure, const Box &box);

/// Shortens empty stretches along an open direction to `widest`: no pair reaches across, and bins stay few.
void close_gaps(std::vector<Vector> &depth, std::size_t d, double widest);

}    // namespace nnmb
