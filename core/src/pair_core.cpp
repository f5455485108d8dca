#include "nnmanybody/pair_core.h"

#include "nnmanybody/chemical_elements.h"
#include "nnmanybody/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace nnmb {

namespace {

constexpr double coulomb =
    14.399645;    // eV Å, LAMMPS's constant of units metal: both codes are to agree to rounding
constexpr double screening_length = 0.46850;    // Å
constexpr double screening_power = 0.23;
constexpr std::array<double, 4> weights{0.02817, 0.28022, 0.50986, 0.18175};
constexpr std::array<double, 4> exponents{0.20162, 0.40290, 0.94229, 3.19980};

/// The screened Coulomb potential of two nuclei and its derivatives by the distance: eV, eV/Å, eV/Å².
struct Screened {
  double value = 0.0, slope = 0.0, curvature = 0.0;

  Screened(double r, double charges, double inverse_screening)
  {
    double sum = 0.0, first = 0.0, second = 0.0;
    for (std::size_t k = 0; k < weights.size(); ++k) {
      const double rate = exponents[k] * inverse_screening;
      const double term = weights[k] * std::exp(-rate * r);
      sum += term;
      first -= rate * term;
      second += rate * rate * term;
    }
    value = charges * sum / r;
    slope = charges * (first - sum / r) / r;
    curvature = charges * (second - 2.0 * first / r + 2.0 * sum / (r * r)) / r;
  }
};

}    // namespace

PairCore make_pair_core(const std::string &kind, double inner, double outer)
{
  index_of_name("a kind of pair_core", kind, {"zbl"});
  if (!(inner > 0.0 && outer > inner && std::isfinite(outer)))
    throw std::invalid_argument("pair_core: expected 0 < inner < outer in Å, got " +
                                shortest(inner) + " and " + shortest(outer));
  return {inner, outer};
}

std::optional<PairCore> read_pair_core(LineReader &reader)
{
  const auto words = reader.next("'element …'");
  if (words.front() != "pair_core") {
    reader.put_back();
    return {};
  }
  try {
    if (words.size() != 4)
      throw std::invalid_argument("expected 'pair_core zbl inner outer', got '" + reader.line() +
                                  "'");
    return make_pair_core(words[1], parse_number(words[2], "the inner radius of the core"),
                          parse_number(words[3], "the outer radius of the core"));
  } catch (const std::invalid_argument &error) {
    reader.fail(error.what());
  }
}

std::string pair_core_text(const std::optional<PairCore> &core)
{
  return core ? "zbl " + shortest(core->inner) + " " + shortest(core->outer) : "none";
}

/// Energy, slope and curvature of the pair are zero at `outer`: the polynomial takes away what is left of the slope and
/// the curvature there, the shift what is left of the energy.
PairCoreTable::Element PairCoreTable::make(double z_i, double z_j, const PairCore &core)
{
  Element pair;
  pair.charges = z_i * z_j * coulomb;
  pair.inverse_screening =
      (std::pow(z_i, screening_power) + std::pow(z_j, screening_power)) / screening_length;
  const Screened end(core.outer, pair.charges, pair.inverse_screening);
  const double width = core.outer - core.inner;
  pair.cubic = (-3.0 * end.slope + width * end.curvature) / (3.0 * width * width);
  pair.quartic = (2.0 * end.slope - width * end.curvature) / (4.0 * width * width * width);
  pair.shift = end.value - 0.5 * width * end.slope + width * width * end.curvature / 12.0;
  return pair;
}

PairCoreTable::PairCoreTable(const std::vector<std::string> &elements, const PairCore &core) :
    core_(core), n_elements_(elements.size())
{
  for (const std::string &one : elements)
    for (const std::string &other : elements)
      pairs_.push_back(make(atomic_number(one), atomic_number(other), core));
}

void PairCoreTable::evaluate(const EnvironmentBlock &block, std::vector<CorePair> &pairs) const
{
  pairs.clear();
  const double longest_squared = core_.outer * core_.outer;
  const Element *of_center = &pairs_[static_cast<std::size_t>(block.center_species) * n_elements_];
  for (int c = 0; c < block.n_centers(); ++c) {
    const auto end = static_cast<std::size_t>(block.first[static_cast<std::size_t>(c) + 1]);
    for (auto n = static_cast<std::size_t>(block.first[static_cast<std::size_t>(c)]); n < end;
         ++n) {
      const double x = block.x[n], y = block.y[n], z = block.z[n];
      const double r_squared = x * x + y * y + z * z;
      if (r_squared >= longest_squared) continue;
      const Element &pair = of_center[block.species[n]];
      const double r = std::sqrt(r_squared);
      const Screened screened(r, pair.charges, pair.inverse_screening);
      const double t = std::max(r - core_.inner, 0.0);
      const double energy =
          screened.value - pair.shift + t * t * t * (pair.cubic + pair.quartic * t);
      const double slope = screened.slope + t * t * (3.0 * pair.cubic + 4.0 * pair.quartic * t);
      const double factor = 0.5 * slope / r;
      pairs.push_back({c, static_cast<int>(n), 0.5 * energy, factor * x, factor * y, factor * z});
    }
  }
}

}    // namespace nnmb
