// The pair style nn/manybody in force, for the computes and fixes that ask it something.

#ifndef LMP_NN_PAIR_H
#define LMP_NN_PAIR_H

#include "pair_nn_manybody.h"

#include <string>

namespace LAMMPS_NS {

/// Alone or under hybrid. An error on all ranks, with `style` in front, if there is none or more than one.
PairNNManybody &find_nn_pair(LAMMPS *lmp, const std::string &style);

/// An error if LAMMPS has not made lists of neighbors yet.
void check_ready(LAMMPS *lmp, const PairNNManybody &pair, const std::string &style);

}    // namespace LAMMPS_NS

#endif
