#pragma once
// The words after `fix ID group nn/trap` -> options. Knows nothing of LAMMPS.

#include "option_words.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nnmb {

/// In this order in the output of the fix.
enum class Criterion : std::size_t { extrapolation, deviation, force, distance };
constexpr std::size_t n_criteria = 4;
const std::string &name_of(Criterion criterion);
/// Whether a value is worse the smaller it is.
inline bool is_lower_bound(Criterion criterion)
{
  return criterion == Criterion::distance;
}

struct Thresholds {
  double caught = 0.0;           // from here on a configuration is written
  std::optional<double> stop;    // from here on the run ends
};

struct TrapOptions {
  std::int64_t every = 1;    // steps
  std::string file;
  std::array<std::optional<Thresholds>, n_criteria> thresholds;    // absent: not looked at
  std::int64_t cooldown = 100;                                     // steps
  std::int64_t max = 100;                                          // configurations
  std::vector<std::string> elements;    // of the atom types; empty: those of the potential
  AppendMode append = AppendMode::automatic;
  std::string config_type = "trap";

  bool looks_at(Criterion criterion) const
  {
    return thresholds[static_cast<std::size_t>(criterion)].has_value();
  }
};

/// Whether a value is beyond a threshold.
inline bool is_beyond(Criterion criterion, double value, double threshold)
{
  return is_lower_bound(criterion) ? value < threshold : value > threshold;
}

/// `words` begin with N. Throws OptionError.
TrapOptions parse_trap_options(const std::vector<std::string> &words);

}    // namespace nnmb
