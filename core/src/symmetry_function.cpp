#include "nnmanybody/symmetry_function.h"

#include "nnmanybody/text.h"

#include <algorithm>
#include <cmath>

namespace nnmb {

namespace {

const std::vector<std::string> kind_names{"G1",
                                          "G2",
                                          "G3",
                                          "G4",
                                          "G5",
                                          "chebyshev",
                                          "three_body",
                                          "compact_radial",
                                          "compact_narrow",
                                          "compact_wide"};

/// The parameters a kind must have, in the order they are written.
const std::vector<std::string> &parameter_names(SymmetryFunctionKind kind)
{
  static const std::vector<std::string> angular{"cutoff", "eta", "r_shift", "zeta", "lambda"};
  static const std::vector<std::string> compact{"r_left", "r_right", "theta_left", "theta_right",
                                                "shape"};
  static const std::vector<std::vector<std::string>> names{{"cutoff"},
                                                           {"cutoff", "eta", "r_shift"},
                                                           {"cutoff", "kappa"},
                                                           angular,
                                                           angular,
                                                           {"cutoff", "order"},
                                                           {"cutoff", "eta", "eta_k", "order"},
                                                           {"r_left", "r_right", "shape"},
                                                           compact,
                                                           compact};
  return names[static_cast<std::size_t>(kind)];
}

/// Parameters that are written only when they differ from their default.
std::vector<std::string> optional_names(const SymmetryFunction &f)
{
  if (f.is_compact()) return {"weight"};
  return {"cutoff_function", "cutoff_alpha", "weight"};
}

const std::string asymmetric_suffix = "_asymmetric";

void set_shape(SymmetryFunction &f, std::string word)
{
  const std::size_t at = word.find(asymmetric_suffix);
  f.cutoff.asymmetric = at != std::string::npos && at + asymmetric_suffix.size() == word.size();
  if (f.cutoff.asymmetric) word.resize(at);
  f.cutoff.kind = cutoff_kind(word);
}

void set_weight(SymmetryFunction &f, const std::string &word)
{
  if (word != "atomic_number")
    throw std::invalid_argument("expected weight atomic_number, got '" + word + "'");
  f.weight_by_atomic_number = true;
}

void set_parameter(SymmetryFunction &f, const std::string &name, const std::string &word)
{
  if (name == "lambda")
    f.lambda = parse_integer(word, name);
  else if (name == "order")
    f.order = parse_integer(word, name);
  else if (name == "shape")
    set_shape(f, word);
  else if (name == "cutoff_function")
    f.cutoff.kind = cutoff_kind(word);
  else if (name == "weight")
    set_weight(f, word);
  else {
    const double value = parse_number(word, name);
    if (name == "cutoff" || name == "r_right")
      f.cutoff.radius = value;
    else if (name == "cutoff_alpha")
      f.cutoff.alpha = value;
    else if (name == "r_left")
      f.cutoff.left = value;
    else if (name == "eta")
      f.eta = value;
    else if (name == "eta_k")
      f.eta_k = value;
    else if (name == "r_shift")
      f.r_shift = value;
    else if (name == "kappa")
      f.kappa = value;
    else if (name == "zeta")
      f.zeta = value;
    else if (name == "theta_left")
      f.theta_left = value;
    else
      f.theta_right = value;
  }
}

std::string get_parameter(const SymmetryFunction &f, const std::string &name)
{
  if (name == "cutoff" || name == "r_right") return shortest(f.cutoff.radius);
  if (name == "cutoff_function") return cutoff_name(f.cutoff.kind);
  if (name == "cutoff_alpha") return shortest(f.cutoff.alpha);
  if (name == "r_left") return shortest(f.cutoff.left);
  if (name == "shape")
    return cutoff_name(f.cutoff.kind) + (f.cutoff.asymmetric ? asymmetric_suffix : "");
  if (name == "eta") return shortest(f.eta);
  if (name == "eta_k") return shortest(f.eta_k);
  if (name == "r_shift") return shortest(f.r_shift);
  if (name == "kappa") return shortest(f.kappa);
  if (name == "zeta") return shortest(f.zeta);
  if (name == "theta_left") return shortest(f.theta_left);
  if (name == "theta_right") return shortest(f.theta_right);
  if (name == "weight") return f.weight_by_atomic_number ? "atomic_number" : "";
  if (name == "order") return std::to_string(f.order);
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
  std::vector<std::string> all{"eta",    "r_shift",    "kappa",       "zeta",  "lambda",
                               "r_left", "theta_left", "theta_right", "order", "eta_k"};
  if (f.is_compact()) all.emplace_back("cutoff_alpha");
  for (const std::string &name : all)
    if (std::find(own.begin(), own.end(), name) == own.end() &&
        get_parameter(f, name) != get_parameter(defaults, name))
      throw std::invalid_argument(kind_name(f.kind) + " has no parameter '" + name + "', got " +
                                  get_parameter(f, name));
}

void check_neighbors(const SymmetryFunction &f)
{
  const std::size_t expected = f.is_angular() ? 2 : 1;
  if (f.neighbors.size() != expected)
    throw std::invalid_argument(kind_name(f.kind) + ": expected " + std::to_string(expected) +
                                " neighbor element(s), got " + std::to_string(f.neighbors.size()));
  for (const std::string &element : f.neighbors) check_element(element);
  const auto stars = std::count(f.neighbors.begin(), f.neighbors.end(), "*");
  if (stars != 0 && stars != static_cast<std::ptrdiff_t>(expected))
    throw std::invalid_argument(kind_name(f.kind) +
                                ": expected '*' for both neighbors or for none, got '" +
                                join(f.neighbors, " ") + "'");
  if (f.weight_by_atomic_number && stars == 0)
    throw std::invalid_argument(kind_name(f.kind) +
                                ": weight atomic_number goes with neighbors '*', got '" +
                                join(f.neighbors, " ") + "'");
}

void check_compact(const SymmetryFunction &f)
{
  require(std::isfinite(f.cutoff.left) && f.cutoff.left < f.cutoff.radius, f, "r_left < r_right",
          f.cutoff.left);
  require(std::isfinite(f.theta_left) && f.theta_left < f.theta_right, f,
          "theta_left < theta_right", f.theta_left);
  require(std::isfinite(f.theta_right), f, "a finite theta_right", f.theta_right);
  if (f.cutoff.kind < CutoffKind::exp || f.cutoff.kind > CutoffKind::poly4)
    throw std::invalid_argument(kind_name(f.kind) +
                                ": expected a shape exp, poly1, poly2, poly3 or poly4, got '" +
                                cutoff_name(f.cutoff.kind) + "'");
  if (f.cutoff.asymmetric && f.cutoff.kind == CutoffKind::exp)
    throw std::invalid_argument(kind_name(f.kind) +
                                ": only the polynomial shapes have an asymmetric form");
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

bool SymmetryFunction::is_angular() const
{
  using Kind = SymmetryFunctionKind;
  return kind == Kind::G4 || kind == Kind::G5 || kind == Kind::three_body ||
         kind == Kind::compact_narrow || kind == Kind::compact_wide;
}

bool SymmetryFunction::is_narrow() const
{
  return kind == SymmetryFunctionKind::G4 || kind == SymmetryFunctionKind::compact_narrow;
}

void SymmetryFunction::validate()
{
  check_neighbors(*this);
  std::sort(neighbors.begin(), neighbors.end());
  require(std::isfinite(cutoff.radius) && cutoff.radius > 0.0, *this, "a positive cutoff",
          cutoff.radius);
  require(cutoff.alpha >= 0.0 && cutoff.alpha < 1.0, *this, "0 <= cutoff_alpha < 1", cutoff.alpha);
  if (cutoff.alpha != 0.0 && cutoff.kind < CutoffKind::exp && cutoff.kind != CutoffKind::cosine)
    throw std::invalid_argument(kind_name(kind) + ": the cutoff function " +
                                cutoff_name(cutoff.kind) + " knows no cutoff_alpha, got " +
                                shortest(cutoff.alpha));
  require(std::isfinite(eta) && eta >= 0.0, *this, "eta >= 0", eta);
  require(std::isfinite(eta_k) && eta_k >= 0.0, *this, "eta_k >= 0", eta_k);
  require(std::isfinite(r_shift), *this, "a finite r_shift", r_shift);
  require(std::isfinite(kappa), *this, "a finite kappa", kappa);
  // Below 1 the derivative of (1 + lambda cos theta)^zeta is singular for collinear triplets.
  require(std::isfinite(zeta) && zeta >= 1.0, *this, "zeta >= 1", zeta);
  require(lambda == 1 || lambda == -1, *this, "lambda 1 or -1", lambda);
  constexpr int largest_order = 200;
  require(order >= 0 && order <= largest_order, *this, "an order from 0 to 200", order);
  cutoff.compact = is_compact();
  if (is_compact())
    check_compact(*this);
  else if (cutoff.asymmetric)
    throw std::invalid_argument(kind_name(kind) + " has no asymmetric shape");
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
  std::vector<std::string> known{neighbor_key};
  known.insert(known.end(), parameter_names(f.kind).begin(), parameter_names(f.kind).end());
  const std::size_t n_required = known.size();
  for (const std::string &name : optional_names(f)) known.push_back(name);

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
    } else
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
  const SymmetryFunction defaults;
  std::string text =
      kind_name(f.kind) + (f.is_angular() ? " neighbors " : " neighbor ") + join(f.neighbors, " ");
  for (const std::string &name : parameter_names(f.kind))
    text += " " + name + " " + get_parameter(f, name);
  for (const std::string &name : optional_names(f))
    if (get_parameter(f, name) != get_parameter(defaults, name))
      text += " " + name + " " + get_parameter(f, name);
  return text;
}

}    // namespace nnmb
