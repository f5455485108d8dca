#pragma once
// The words after `compute ID group nn/sample` -> options. Knows nothing of LAMMPS.

#include "option_words.h"
#include "sampling_rule.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nnmb {

enum class SampleMode { environment, frame };

struct SampleOptions {
  std::string file;
  std::vector<std::pair<std::string, double>> alpha;    // element and value, force unit of the run
  int tau_max = 0;                                      // steps
  std::vector<std::string> elements;                    // of the atom types; empty: not given
  std::vector<std::int64_t> atom_ids;                   // ascending; empty: not given
  std::size_t n_random = 0;                             // 0: not given
  std::uint64_t seed = 0;
  SampleMode mode = SampleMode::environment;
  SamplingRule rule = SamplingRule::strict;
  std::optional<double> cutoff;    // Å; empty: that of the pair style
  AppendMode append = AppendMode::automatic;
  std::string config_type = "md";    // of frames
};

/// `words` begin with the file name. Throws OptionError.
SampleOptions parse_sample_options(const std::vector<std::string> &words);

}    // namespace nnmb
