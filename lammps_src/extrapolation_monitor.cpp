#include "extrapolation_monitor.h"

#include "pair_nn_manybody.h"

#include "nnmanybody/potential.h"

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "lammps.h"
#include "update.h"
#include "utils.h"

#include "fmt/format.h"

#include <algorithm>
#include <array>

namespace LAMMPS_NS {

ExtrapolationMonitor::ExtrapolationMonitor(LAMMPS *lmp, int every, double threshold) :
    lmp_(lmp), every_(every), threshold_(threshold)
{
}

bool ExtrapolationMonitor::is_due() const
{
  return lmp_->update->ntimestep % every_ == 0;
}

nnmb::Overshoot *ExtrapolationMonitor::room(int n_atoms)
{
  overshoots_.assign(static_cast<std::size_t>(std::max(n_atoms, 1)), {});
  return overshoots_.data();
}

void ExtrapolationMonitor::look(const PairNNManybody &pair)
{
  const Atom &atom = *lmp_->atom;
  WorstAtom worst;
  std::array<bigint, 2> numbers{0, 0};    // atoms outside, atoms
  for (int i = 0; i < atom.nlocal; ++i) {
    const nnmb::Overshoot &overshoot = overshoots_[static_cast<std::size_t>(i)];
    const int species = pair.species(atom.type[i]);
    if (species >= 0) ++numbers[1];
    if (!(overshoot.largest > threshold_)) continue;
    ++numbers[0];
    worst.take({overshoot.largest, atom.tag[i], 0, atom.type[i], species, overshoot.function});
  }
  worst = worst_of_ranks(lmp_->world, worst);
  MPI_Allreduce(MPI_IN_PLACE, numbers.data(), 2, MPI_LMP_BIGINT, MPI_SUM, lmp_->world);
  ++counts_.checks;
  if (worst.id == 0) return;
  ++counts_.checks_outside;
  if (numbers[0] > counts_.most_atoms) {
    counts_.most_atoms = numbers[0];
    counts_.of_atoms = numbers[1];
  }
  if (counts_.worst.id == 0 || worst.value > counts_.worst.value) {
    counts_.worst = worst;
    counts_.worst_step = lmp_->update->ntimestep;
  }
  warn(pair, worst, numbers[0], numbers[1]);
}

// The first one, and then where it is twice as bad as what was told: a run that leaves the training set for good does not
// drown its log.
void ExtrapolationMonitor::warn(const PairNNManybody &pair, const WorstAtom &worst,
                                bigint n_outside, bigint n_atoms)
{
  constexpr int most_warnings = 10;
  if (worst.value <= 2.0 * counts_.told || counts_.warnings >= most_warnings) return;
  counts_.told = worst.value;
  ++counts_.warnings;
  if (lmp_->comm->me != 0) return;
  lmp_->error->warning(
      FLERR, fmt::format(
                 "Pair style nn/manybody: step {}: {} is outside of its training range by {:.4g} "
                 "of its width; {} of {} atoms are outside. What the potential says there is "
                 "extrapolated: add such structures to the training data (fix nn/trap writes "
                 "them), or lower the temperature or the time step. {}",
                 lmp_->update->ntimestep, describe_function(pair.potential(), worst), worst.value,
                 n_outside, n_atoms,
                 counts_.warnings < most_warnings ? "The next warning comes at twice this overshoot"
                                                  : "This was the last warning of this run"));
}

void ExtrapolationMonitor::summarize(const PairNNManybody &pair)
{
  const Counts counts = counts_;
  counts_ = {};
  if (lmp_->comm->me != 0 || counts.checks == 0) return;
  std::string text = fmt::format(
      "nn/manybody: {} of {} checks (every {} steps) found atoms outside of the training "
      "ranges",
      counts.checks_outside, counts.checks, every_);
  if (threshold_ > 0.0) text += fmt::format(" by more than {:.4g}", threshold_);
  if (counts.checks_outside > 0)
    text += fmt::format(": up to {} of {} at once; the worst was {}, by {:.4g} of the width of its "
                        "range, at step {}",
                        counts.most_atoms, counts.of_atoms,
                        describe_function(pair.potential(), counts.worst), counts.worst.value,
                        counts.worst_step);
  utils::logmesg(lmp_, text + "\n");
}

}    // namespace LAMMPS_NS
