#include "fix_nn_trap.h"

#include "lammps_compat.h"
#include "mpi_gather.h"
#include "nn_pair.h"
#include "process_end.h"
#include "trap_criteria.h"
#include "trap_frames.h"
#include "trap_options.h"
#include "trap_reason.h"

#include "atom.h"
#include "comm.h"
#include "compute.h"
#include "domain.h"
#include "error.h"
#include "force.h"
#include "modify.h"
#include "neighbor.h"
#include "timer.h"
#include "update.h"

#include "fmt/format.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

using namespace LAMMPS_NS;
using nnmb::Criterion;

struct LAMMPS_NS::FixNNTrapData {
  std::string name;    // in front of messages
  nnmb::TrapOptions options;
  std::unique_ptr<TrapFrames> frames;
  std::unique_ptr<TrapCriteria> criteria;
  std::unique_ptr<ProcessEnd> process_end;
  Snapshot last_good, present;
  CriterionValues values{};
  bigint n_written = 0;
  bigint last_catch = -1, last_written = -1;    // steps; -1: none yet
  bigint n_atoms = 0;                           // when they were counted last
  bool lacks_atoms = false;                     // LAMMPS does not know it yet
  bool in_run = false;                          // between setup and its end
  bool stopped = false;                         // this run
  bool is_full = false;                         // told that there are `max` configurations
};

namespace {

constexpr int n_fixed = 3;    // ID group style

/// Any number that is not finite makes the sum of products with zero not a number.
bool are_finite(const double *values, std::size_t n)
{
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) sum += 0.0 * values[i];
  return sum == 0.0;
}

}    // namespace

FixNNTrap::FixNNTrap(LAMMPS *lammps, int narg, char **arg) : Fix(lammps, narg, arg), data(nullptr)
{
  auto created = std::make_unique<FixNNTrapData>();
  created->name = fmt::format("Fix nn/trap {}", id);
  if (atom->tag_enable == 0)
    error->all(FLERR, created->name + ": atoms need ids (atom_modify id yes)");
  try {
    created->options = nnmb::parse_trap_options({arg + std::min(n_fixed, narg), arg + narg});
  } catch (const nnmb::OptionError &option_error) {
    const int position = std::min(n_fixed + static_cast<int>(option_error.position), narg - 1);
    fail_at_word(*error, FLERR, position, created->name + ": " + option_error.what());
  }
  created->frames = std::make_unique<TrapFrames>(lammps, created->name, created->options);
  created->criteria =
      std::make_unique<TrapCriteria>(lammps, created->name, id, igroup, created->options);
  created->process_end =
      std::make_unique<ProcessEnd>(comm->nprocs, [this] { save_if_broken_off(); });
  data = created.release();
  nevery = static_cast<int>(
      std::min<std::int64_t>(data->options.every, std::numeric_limits<int>::max()));
  scalar_flag = vector_flag = 1;
  size_vector = 1 + static_cast<int>(nnmb::n_criteria);
  extscalar = extvector = 0;
  global_freq = 1;
}

// An exception in a program that drives LAMMPS comes here, too, with the run not at its end.
FixNNTrap::~FixNNTrap()
{
  if (!data) return;
  save_if_broken_off();
  delete data;
}

int FixNNTrap::setmask()
{
  return FixConst::POST_INTEGRATE | FixConst::POST_FORCE | FixConst::MIN_POST_FORCE;
}

void FixNNTrap::init()
{
  save_if_broken_off();
  data->frames->init();
  data->criteria->init();
  data->stopped = false;
  data->last_good.step = -1;
  if (data->options.looks_at(Criterion::distance)) request_full_list(*neighbor, this, instance_me);
}

void FixNNTrap::init_list(int, NeighList *list)
{
  data->criteria->set_list(list);
}

void FixNNTrap::setup(int)
{
  data->in_run = true;
  data->n_atoms = atom->natoms;
  look(true);
}

void FixNNTrap::min_setup(int vflag)
{
  setup(vflag);
}

void FixNNTrap::min_post_force(int vflag)
{
  post_force(vflag);
}

void FixNNTrap::post_force(int)
{
  look(false);
}

void FixNNTrap::post_run()
{
  data->in_run = false;
}

// Between this and the forces, LAMMPS itself stops at positions that are not numbers.
void FixNNTrap::post_integrate()
{
  const bool fine = are_finite(atom->nlocal > 0 ? &atom->x[0][0] : nullptr,
                               3 * static_cast<std::size_t>(atom->nlocal)) &&
                    are_finite(domain->boxlo, 3) && are_finite(domain->boxhi, 3);
  int bad = fine ? 0 : 1;
  MPI_Allreduce(MPI_IN_PLACE, &bad, 1, MPI_INT, MPI_MAX, world);
  if (!bad) return;
  const std::string reason =
      fmt::format("a position or the box is not a finite number at step {}", update->ntimestep);
  save_last_good("not_finite", reason);
  data->in_run = false;
  error->all(FLERR,
             fmt::format("{}: {}: the simulation has come apart; its last good configuration "
                         "is in {}",
                         data->name, reason, data->options.file));
}

void FixNNTrap::look(bool in_any_case)
{
  if (data->stopped || has_come_apart()) return;
  data->frames->take(data->last_good, true);
  const bigint step = update->ntimestep, every = data->options.every;
  if (in_any_case || step % every == 0) check_criteria();
  // LAMMPS then tallies the energy, which has_come_apart() looks at.
  const int energy = modify->find_compute("thermo_pe");
  if (energy >= 0) modify->compute[energy]->addstep((step / every + 1) * every);
}

bool FixNNTrap::has_come_apart()
{
  const bool has_energy = update->eflag_global == update->ntimestep && force->pair;
  bool fine = are_finite(atom->nlocal > 0 ? &atom->f[0][0] : nullptr,
                         3 * static_cast<std::size_t>(atom->nlocal));
  if (has_energy) fine = fine && std::isfinite(force->pair->eng_vdwl + force->pair->eng_coul);
  bigint counts[2] = {fine ? 0 : 1, atom->nlocal};
  MPI_Allreduce(MPI_IN_PLACE, counts, 2, MPI_LMP_BIGINT, MPI_SUM, world);
  check_lost_atoms(counts[1]);
  if (counts[0] == 0) return false;
  const std::string reason =
      fmt::format("a force or the energy is not a finite number at step {}", update->ntimestep);
  save_last_good("not_finite", reason);
  save_failed("not_finite", reason);
  stop_softly(reason);
  return true;
}

// LAMMPS stops because of them at its next output, unless thermo_modify says otherwise.
void FixNNTrap::check_lost_atoms(bigint n_atoms)
{
  const bigint expected = std::min(data->n_atoms, atom->natoms);
  data->n_atoms = n_atoms;
  data->lacks_atoms = n_atoms < atom->natoms;
  if (n_atoms >= expected) return;
  save_last_good("lost_atoms", fmt::format("{} of {} atoms are lost at step {}", expected - n_atoms,
                                           expected, update->ntimestep));
}

void FixNNTrap::check_criteria()
{
  data->values = data->criteria->evaluate();
  const bool needs_potential = data->options.looks_at(Criterion::extrapolation);
  const TrapReason reason =
      judge(data->options, data->values, *data->frames,
            needs_potential ? &find_nn_pair(lmp, data->name).potential() : nullptr);
  if (!reason.caught) return;
  const bigint step = update->ntimestep;
  // A step number that goes back (reset_timestep, rerun) begins another trajectory.
  const bool is_hot = data->last_catch >= 0 && step >= data->last_catch &&
                      step - data->last_catch <= data->options.cooldown;
  const bool is_full = data->n_written >= data->options.max;
  if (!reason.stop && (is_hot || is_full)) return;
  data->last_good.extrapolation = data->criteria->extrapolation();
  data->last_good.deviation = data->criteria->deviation();
  const std::string problem = write(data->last_good, reason);
  if (!problem.empty()) error->all(FLERR, data->name + ": " + problem);
  data->last_catch = step;
  if (reason.stop) stop_softly(reason.text);
  if (data->n_written < data->options.max || data->is_full) return;
  data->is_full = true;
  if (comm->me == 0)
    utils::logmesg(lmp, "{}: {} configurations are in {}: only one that stops the run is added\n",
                   data->name, data->n_written, data->options.file);
}

/// Returns what went wrong, or nothing.
std::string FixNNTrap::write(const Snapshot &snapshot, const TrapReason &reason)
{
  nnmb::RecordInfo info = reason.info;
  info.emplace_back("step", std::to_string(snapshot.step));
  info.emplace_back("config_type", data->options.config_type);
  const std::string problem = data->frames->write(snapshot, info);
  if (!problem.empty()) return problem;
  ++data->n_written;
  data->last_written = snapshot.step;
  return reason.stop ? data->frames->flush() : std::string{};
}

// As fix halt with error soft.
void FixNNTrap::stop_softly(const std::string &reason)
{
  data->stopped = true;
  timer->force_timeout();
  if (comm->me == 0)
    utils::logmesg(lmp, "{}: the run ends at step {}: {}; the configuration is in {}\n", data->name,
                   update->ntimestep, reason, data->options.file);
}

/// What was written already is not written again.
void FixNNTrap::save_last_good(const std::string &criterion, const std::string &reason)
{
  if (data->last_good.step < 0 || data->last_good.step == data->last_written) return;
  const std::string problem = write(data->last_good, failure(criterion, "last_good", reason));
  if (!problem.empty() && comm->me == 0) error->warning(FLERR, data->name + ": " + problem);
}

/// The present positions, which LAMMPS or a potential could not go on from, unless they are not finite.
void FixNNTrap::save_failed(const std::string &criterion, const std::string &reason)
{
  data->frames->take(data->present, false);
  int bad = are_finite(data->present.positions.data(), data->present.positions.size()) ? 0 : 1;
  MPI_Allreduce(MPI_IN_PLACE, &bad, 1, MPI_INT, MPI_MAX, world);
  if (bad) return;
  const std::string problem = write(data->present, failure(criterion, "failed", reason));
  if (!problem.empty() && comm->me == 0) error->warning(FLERR, data->name + ": " + problem);
}

void FixNNTrap::before_stop(const std::string &problem)
{
  save_last_good("error", problem);
  save_failed("error", problem);
  data->in_run = false;
}

void FixNNTrap::save_if_broken_off()
{
  if (!data->in_run) return;
  data->in_run = false;
  if (data->lacks_atoms) return;    // the last one that had them is written
  save_last_good("broken_off", "the run was broken off by an error after this step");
}

double FixNNTrap::compute_scalar()
{
  return static_cast<double>(data->n_written);
}

double FixNNTrap::compute_vector(int i)
{
  if (i == 0) return compute_scalar();
  return data->values[static_cast<std::size_t>(i) - 1].value;
}

double FixNNTrap::memory_usage()
{
  double numbers = 0.0;
  for (const Snapshot *snapshot : {&data->last_good, &data->present})
    numbers += static_cast<double>(snapshot->ids.capacity() + snapshot->types.capacity() +
                                   snapshot->positions.capacity() + snapshot->forces.capacity());
  return numbers * sizeof(double);
}
