#include "nnmanybody/symmetry_function.h"

#include "nnmanybody/text.h"

#include <algorithm>
#include <cmath>

namespace nnmb {

namespace {

const std::vector<std::string> kind_names{"G1", "G2", "G3", "G4", "G5"};

/// The numeric parameters a kind has, in the order they are written.
const std::vector<std::string> &parameter_names(SymmetryFunctionKind kind)
{
  static const std::vector<std::vector<std::string>> names{{},
                                                           {"eta", "r_shift"},
                                                           {"kappa"},
                                                           {"eta", "r_shift", "zeta", "lambda"},
                                                           {"eta", "r_shift", "zeta", "lambda"}};
  return names[static_cast<std::size_t>(kind)];
}

void set_parameter(SymmetryFunction &f, const std::string &name, const std::string &word)
{
  if (name == "eta")
    f.eta = parse_number(word, name);
  else if (name == "r_shift")
    f.r_shift = parse_number(word, name);
  else if (name == "kappa")
    f.kappa = parse_number(word, name);
  else if (name == "zeta")
    f.zeta = parse_number(word, name);
  else
    f.lambda = parse_integer(word, name);
}

std::string get_parameter(const SymmetryFunction &f, const std::string &name)
{
  if (name == "eta") return shortest(f.eta);
  if (name == "r_shift") return shortest(f.r_shift);
  if (name == "kappa") return shortest(f.kappa);
  if (name == "zeta") return shortest(f.zeta);
  return std::to_string(f.lambda);
}

void require(bool holds, const SymmetryFunction &f, const std::string &expected, double got)
{
  if (!holds)
    throw std::invalid_argument(kind_name(f.kind) + ": expected " + expected + ", got " +
                                shortest(got));
}

/// A parameter that the kind does not have would be lost in the text form: it must have its default.
void refuse_foreign_parameters(const SymmetryFunction &f)
{
  const SymmetryFunction defaults;
  const auto &own = parameter_names(f.kind);
  for (const std::string name : {"eta", "r_shift", "kappa", "zeta", "lambda"})
    if (std::find(own.begin(), own.end(), name) == own.end() &&
        get_parameter(f, name) != get_parameter(defaults, name))
      throw std::invalid_argument(kind_name(f.kind) + " has no parameter '" + name + "', got " +
                                  get_parameter(f, name));
}

}    // namespace

void check_element(const std::string &element)
{
  if (element.empty() || element == "NULL" ||
      element.find_first_of(" \t\r\n#") != std::string::npos)
    throw std::invalid_argument("expected an element symbol, got '" + element + "'");
}

const std::string &kind_name(SymmetryFunctionKind kind)
{
  return kind_names[static_cast<std::size_t>(kind)];
}

SymmetryFunctionKind symmetry_function_kind(const std::string &name)
{
  const auto found = std::find(kind_names.begin(), kind_names.end(), name);
  if (found == kind_names.end())
    throw std::invalid_argument("expected a symmetry function (" + join(kind_names, ", ") +
                                "), got '" + name + "'");
  return static_cast<SymmetryFunctionKind>(found - kind_names.begin());
}

void SymmetryFunction::validate()
{
  const std::size_t expected = is_angular() ? 2 : 1;
  if (neighbors.size() != expected)
    throw std::invalid_argument(kind_name(kind) + ": expected " + std::to_string(expected) +
                                " neighbor element(s), got " + std::to_string(neighbors.size()));
  for (const std::string &element : neighbors) check_element(element);
  std::sort(neighbors.begin(), neighbors.end());
  require(std::isfinite(cutoff.radius) && cutoff.radius > 0.0, *this, "a positive cutoff",
          cutoff.radius);
  require(std::isfinite(eta) && eta >= 0.0, *this, "eta >= 0", eta);
  require(std::isfinite(r_shift), *this, "a finite r_shift", r_shift);
  require(std::isfinite(kappa), *this, "a finite kappa", kappa);
  // Below 1 the derivative of (1 + lambda cos theta)^zeta is singular for collinear triplets.
  require(std::isfinite(zeta) && zeta >= 1.0, *this, "zeta >= 1", zeta);
  require(lambda == 1 || lambda == -1, *this, "lambda 1 or -1", lambda);
  refuse_foreign_parameters(*this);
}

bool SymmetryFunction::operator==(const SymmetryFunction &other) const
{
  return to_text(*this) == to_text(other);
}

SymmetryFunction parse_symmetry_function(const std::string &line)
{
  const std::vector<std::string> words = split_words(line);
  if (words.empty()) throw std::invalid_argument("expected a symmetry function, got an empty line");
  SymmetryFunction f;
  f.kind = symmetry_function_kind(words[0]);
  const std::string neighbor_key = f.is_angular() ? "neighbors" : "neighbor";
  std::vector<std::string> known{neighbor_key, "cutoff"};
  known.insert(known.end(), parameter_names(f.kind).begin(), parameter_names(f.kind).end());
  const std::size_t n_required = known.size();
  known.emplace_back("cutoff_function");

  std::vector<std::string> seen;
  std::size_t i = 1;
  while (i < words.size()) {
    const std::string &key = words[i++];
    if (std::find(known.begin(), known.end(), key) == known.end())
      throw std::invalid_argument(words[0] + " has no parameter '" + key + "'; did you mean '" +
                                  nearest(key, known) + "'?");
    if (std::find(seen.begin(), seen.end(), key) != seen.end())
      throw std::invalid_argument(words[0] + ": parameter '" + key + "' stands twice");
    seen.push_back(key);
    const std::size_t n_values = key == "neighbors" ? 2 : 1;
    if (i + n_values > words.size())
      throw std::invalid_argument(words[0] + ": parameter '" + key + "' lacks its value");
    if (key == neighbor_key) {
      for (std::size_t k = i; k < i + n_values; ++k)
        if (std::find(known.begin(), known.end(), words[k]) != known.end())
          throw std::invalid_argument(words[0] + ": expected " + std::to_string(n_values) +
                                      " neighbor element(s) behind '" + key + "', got '" +
                                      words[k] + "'");
      f.neighbors.assign(words.begin() + static_cast<std::ptrdiff_t>(i),
                         words.begin() + static_cast<std::ptrdiff_t>(i + n_values));
    } else if (key == "cutoff")
      f.cutoff.radius = parse_number(words[i], key);
    else if (key == "cutoff_function")
      f.cutoff.kind = cutoff_kind(words[i]);
    else
      set_parameter(f, key, words[i]);
    i += n_values;
  }
  for (std::size_t k = 0; k < n_required; ++k)
    if (std::find(seen.begin(), seen.end(), known[k]) == seen.end())
      throw std::invalid_argument(words[0] + ": parameter '" + known[k] + "' is missing");
  f.validate();
  return f;
}

std::string to_text(const SymmetryFunction &f)
{
  std::string text = kind_name(f.kind) + (f.is_angular() ? " neighbors " : " neighbor ") +
                     join(f.neighbors, " ") + " cutoff " + shortest(f.cutoff.radius);
  for (const std::string &name : parameter_names(f.kind))
    text += " " + name + " " + get_parameter(f, name);
  if (f.cutoff.kind != CutoffKind::cosine)
    text += " cutoff_function " + cutoff_names()[static_cast<std::size_t>(f.cutoff.kind)];
  return text;
}

}    // namespace nnmb
