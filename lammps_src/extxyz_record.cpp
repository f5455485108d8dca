#include "extxyz_record.h"

#include "nnmanybody/text.h"

namespace nnmb {
namespace {

void add_vector(std::string &text, const Vector3 &vector)
{
  for (const double component : vector) (text += ' ') += shortest(component);
}

template <typename Values> std::string quoted(const Values &values)
{
  std::string text = "\"";
  for (const auto &value : values) (text += text.size() > 1 ? " " : "") += value;
  return text += '"';
}

/// Readers tell the type of a value in the comment line by its looks: 4 would be an integer, 4.0 is not.
std::string real(double number)
{
  const std::string text = shortest(number);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

template <typename Numbers> std::string quoted_reals(const Numbers &numbers)
{
  std::vector<std::string> words;
  for (const double number : numbers) words.push_back(real(number));
  return quoted(words);
}

}    // namespace

std::string format(const EnvironmentRecord &record)
{
  std::string text =
      std::to_string(record.neighbors.size() + 1) + "\nProperties=species:S:1:pos:R:3";
  text += " REF_atomic_energy=" + real(record.atomic_energy);
  text += " REF_atomic_force=" + quoted_reals(record.force);
  text += " step=" + std::to_string(record.step);
  text += " tau=" + std::to_string(record.tau);
  text += " atom_id=" + std::to_string(record.atom_id);
  text += " cutoff=" + real(record.cutoff);
  text += " config_type=environment pbc=\"F F F\"\n";
  text += *record.center_element + " 0 0 0\n";
  for (const auto &neighbor : record.neighbors) {
    text += *neighbor.element;
    add_vector(text, neighbor.displacement);
    text += '\n';
  }
  return text;
}

std::string format(const FrameRecord &record)
{
  const auto &[xx, yy, zz, xy, xz, yz] = record.stress;
  const auto &lattice = record.lattice;
  std::vector<double> vectors;
  for (const auto &vector : lattice) vectors.insert(vectors.end(), vector.begin(), vector.end());
  std::vector<std::string> flags, ids;
  for (const bool periodic : record.periodic) flags.emplace_back(periodic ? "T" : "F");
  for (const auto id : record.atom_ids) ids.push_back(std::to_string(id));

  std::string text = std::to_string(record.atoms.size()) + "\nLattice=" + quoted_reals(vectors);
  text += " Properties=species:S:1:pos:R:3:REF_forces:R:3:REF_atomic_energies:R:1:id:I:1";
  text += " REF_energy=" + real(record.energy);
  if (record.periodic[0] || record.periodic[1] || record.periodic[2])
    text +=
        " REF_stress=" + quoted_reals(std::array<double, 9>{xx, xy, xz, xy, yy, yz, xz, yz, zz});
  text += " step=" + std::to_string(record.step);
  text += " tau=" + std::to_string(record.tau);
  text += " atom_ids=" + quoted(ids);
  text += " config_type=" + record.config_type + " pbc=" + quoted(flags) + "\n";
  for (const auto &atom : record.atoms) {
    text += *atom.element;
    add_vector(text, atom.position);
    add_vector(text, atom.force);
    (text += ' ') += shortest(atom.atomic_energy);
    text += ' ' + std::to_string(atom.id) + '\n';
  }
  return text;
}

}    // namespace nnmb
