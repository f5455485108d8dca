// What stands behind `pair_style nn/manybody`.

#ifndef LMP_PAIR_SETTINGS_H
#define LMP_PAIR_SETTINGS_H

namespace LAMMPS_NS {

struct PairSettings {
  bool committee = false;                  // the files of pair_coeff are members of one committee
  int extrapolation_every = 0;             // steps; 0: ranges are not looked at
  double extrapolation_threshold = 0.0;    // overshoots up to here are not told
};

/// `[committee] [extrapolation N [threshold]]`. Throws std::invalid_argument.
PairSettings parse_pair_settings(int narg, char **arg);

}    // namespace LAMMPS_NS

#endif
