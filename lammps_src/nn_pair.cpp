#include "nn_pair.h"

#include "error.h"
#include "force.h"
#include "lammps.h"

namespace LAMMPS_NS {

PairNNManybody &find_nn_pair(LAMMPS *lmp, const std::string &style)
{
  const char *const name = "nn/manybody";
  Pair *found = lmp->force->pair_match(name, 1);
  if (!found && lmp->force->pair_match(name, 1, 2))
    lmp->error->all(FLERR, style + " needs exactly one pair style nn/manybody, but hybrid has "
                                   "several; one potential file can hold all elements");
  auto *pair = dynamic_cast<PairNNManybody *>(found);
  if (!pair)
    lmp->error->all(FLERR, style + " needs pair style nn/manybody, alone or under hybrid, and it "
                                   "is not in force; give 'pair_style nn/manybody' and its "
                                   "pair_coeff before the run");
  return *pair;
}

void check_ready(LAMMPS *lmp, const PairNNManybody &pair, const std::string &style)
{
  if (!pair.is_ready())
    lmp->error->all(FLERR, style + " was asked for before there were lists of neighbors; 'run 0' "
                                   "makes them");
}

}    // namespace LAMMPS_NS
