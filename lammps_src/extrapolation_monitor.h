// The keyword `extrapolation` of the pair style: warnings while a run leaves the training set, a summary at its end.

#ifndef LMP_EXTRAPOLATION_MONITOR_H
#define LMP_EXTRAPOLATION_MONITOR_H

#include "lmptype.h"
#include "worst_atom.h"

#include "nnmanybody/extrapolation.h"

#include <vector>

namespace LAMMPS_NS {

class LAMMPS;
class PairNNManybody;

class ExtrapolationMonitor {
 public:
  ExtrapolationMonitor(LAMMPS *lmp, int every, double threshold);

  /// Whether the present step is one to look at.
  bool is_due() const;
  /// Where the evaluation puts the overshoot of every atom; all inside at first.
  nnmb::Overshoot *room(int n_atoms);
  /// What is in the room, after the evaluation of a step: counted, and told now and then. Collective.
  void look(const PairNNManybody &pair);
  /// At the end of a run; the next one begins anew.
  void summarize(const PairNNManybody &pair);

 private:
  struct Counts {
    bigint checks = 0, checks_outside = 0;
    bigint most_atoms = 0;    // outside at once
    bigint of_atoms = 0;      // looked at then
    WorstAtom worst;
    bigint worst_step = 0;
    int warnings = 0;
    double told = 0.0;    // overshoot of the last warning
  };
  void warn(const PairNNManybody &pair, const WorstAtom &worst, bigint n_outside, bigint n_atoms);

  LAMMPS *lmp_;
  int every_;
  double threshold_;
  std::vector<nnmb::Overshoot> overshoots_;
  Counts counts_;
};

}    // namespace LAMMPS_NS

#endif
