// What stands behind `pair_coeff * *`: the three forms that pair_style nn/manybody knows.

#ifndef LMP_PAIR_COEFF_ARGUMENTS_H
#define LMP_PAIR_COEFF_ARGUMENTS_H

#include <string>
#include <vector>

namespace LAMMPS_NS {

struct PairCoeffArguments {
  std::vector<std::string> files;
  std::vector<std::string>
      elements;            // one per atom type, "NULL" allowed; empty: a single element, not named
  double cutoff = -1.0;    // as typed; negative when it was not given
};

/// `* * FILE El…`, `* * FILE… El… CUTOFF`, `* * FILE`. Throws std::invalid_argument.
PairCoeffArguments parse_pair_coeff(int narg, char **arg, int ntypes);

}    // namespace LAMMPS_NS

#endif
