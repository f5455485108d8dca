#pragma once
// A sample -> its text as one record of extended XYZ. Knows nothing of LAMMPS.

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace nnmb {

using Vector3 = std::array<double, 3>;

/// A record ends in a line break; energies in eV, lengths in Å.

struct EnvironmentRecord {
  std::int64_t step = 0;
  int tau = 0;    // steps
  std::int64_t atom_id = 0;
  double cutoff = 0.0;           // Å
  double atomic_energy = 0.0;    // eV, of the central atom
  Vector3 force{};               // eV/Å, on the central atom
  const std::string *center_element = nullptr;
  struct Neighbor {
    const std::string *element;
    Vector3 displacement;    // Å, from the central atom
  };
  std::vector<Neighbor> neighbors;
};

struct FrameRecord {
  std::int64_t step = 0;
  int tau = 0;                           // steps, the smallest of the atoms that are due
  std::vector<std::int64_t> atom_ids;    // of the atoms that are due
  std::string config_type;
  std::array<Vector3, 3> lattice{};    // Å, one row a vector
  std::array<bool, 3> periodic{};
  double energy = 0.0;               // eV
  std::array<double, 6> stress{};    // eV/Å^3, xx yy zz xy xz yz, positive in tension
  struct Atom {
    std::int64_t id;
    const std::string *element;
    Vector3 position;        // Å, from the origin of the lattice
    Vector3 force;           // eV/Å
    double atomic_energy;    // eV
  };
  std::vector<Atom> atoms;
};

/// What stands in a comment line: keys, and values as info_text() and info_real() make them, or integers.
using RecordInfo = std::vector<std::pair<std::string, std::string>>;
/// Text in quotes; what would end them early is replaced.
std::string info_text(const std::string &text);
/// A number that readers take for a real one; text where it is not finite.
std::string info_real(double number);

/// A configuration without labels.
struct PlainRecord {
  std::array<Vector3, 3> lattice{};    // Å, one row a vector
  std::array<bool, 3> periodic{};
  RecordInfo info;
  /// Names and widths of the columns behind position (Å) and id.
  std::vector<std::pair<std::string, int>> columns;
  struct Atom {
    std::int64_t id;
    const std::string *element;
    std::vector<double> values;    // position, then the columns
  };
  std::vector<Atom> atoms;
};

/// The central atom first, at the origin, then its neighbors; not periodic.
std::string format(const EnvironmentRecord &record);
/// All atoms in the order given. A system without any periodic direction has no volume and so no stress.
std::string format(const FrameRecord &record);
/// All atoms in the order given.
std::string format(const PlainRecord &record);

}    // namespace nnmb
