#include "extxyz_record.h"

#include "nnmanybody/text.h"

#include <algorithm>
#include <cmath>

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

std::string info_text(const std::string &text)
{
  std::string plain = text;
  std::replace(plain.begin(), plain.end(), '"', '\'');
  std::replace_if(
      plain.begin(), plain.end(), [](unsigned char c) { return c < ' ' || c == '\\'; }, ' ');
  return '"' + plain + '"';
}

std::string info_real(double number)
{
  return std::isfinite(number) ? real(number) : info_text(shortest(number));
}

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

std::string format(const PlainRecord &record)
{
  std::vector<double> vectors;
  for (const auto &vector : record.lattice)
    vectors.insert(vectors.end(), vector.begin(), vector.end());
  std::vector<std::string> flags;
  for (const bool periodic : record.periodic) flags.emplace_back(periodic ? "T" : "F");

  std::string text = std::to_string(record.atoms.size()) + "\nLattice=" + quoted_reals(vectors);
  text += " Properties=species:S:1:pos:R:3:id:I:1";
  for (const auto &[name, width] : record.columns)
    text += ':' + name + ":R:" + std::to_string(width);
  for (const auto &[key, value] : record.info) (((text += ' ') += key) += '=') += value;
  text += " pbc=" + quoted(flags) + "\n";
  for (const auto &atom : record.atoms) {
    text += *atom.element;
    for (std::size_t v = 0; v < atom.values.size(); ++v) {
      if (v == 3) text += ' ' + std::to_string(atom.id);
      (text += ' ') += shortest(atom.values[v]);
    }
    if (atom.values.size() == 3) text += ' ' + std::to_string(atom.id);
    text += '\n';
  }
  return text;
}

}    // namespace nnmb
