#include "compute_nn_sample.h"

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "fix.h"
#include "lammps_compat.h"
#include "modify.h"
#include "neighbor.h"
#include "sample_selection.h"
#include "sample_writer.h"
#include "sampling_rule.h"
#include "update.h"

#include <algorithm>
#include <memory>
#include <set>

using namespace LAMMPS_NS;
using nnmb::SampleMode;
using nnmb::SamplingState;

namespace LAMMPS_NS {

struct ComputeNNSampleData {
  std::string name;    // in front of messages
  nnmb::SampleOptions options;
  std::unique_ptr<SampleSelection> selection;
  std::unique_ptr<SampleWriter> writer;
  std::vector<SamplingState> states;    // of the chosen atoms
  bigint latest_step = 0;               // of the last invocation, or of the creation
  bigint evaluated_step = -1;           // in this run
  bigint run_first_step = 0;
  bool run_begun = false;
  bool invoked_ever = false;
  bool gap_reported = false;
  std::set<std::string> reported_fixes;
};

}    // namespace LAMMPS_NS

namespace {
const char *const how_to_invoke = "A compute works only when something asks for it; 'fix ID all "
                                  "ave/time 1 1 1 c_{0}' does so at every step, as do "
                                  "'thermo 1' with c_{0} in thermo_style custom and 'fix ID all "
                                  "print 1' with a variable of c_{0}";
}    // namespace

ComputeNNSample::ComputeNNSample(LAMMPS *lammps, int narg, char **arg) :
    Compute(lammps, narg, arg), data(nullptr)
{
  constexpr int n_fixed = 3;    // ID group style
  auto created = std::make_unique<ComputeNNSampleData>();
  created->name = fmt::format("Compute nn/sample {}", id);
  try {
    created->options = nnmb::parse_sample_options({arg + std::min(n_fixed, narg), arg + narg});
  } catch (const nnmb::OptionError &option_error) {
    const int position = std::min(n_fixed + static_cast<int>(option_error.position), narg - 1);
    fail_at_word(*error, FLERR, position, created->name + ": " + option_error.what());
  }
  created->selection =
      std::make_unique<SampleSelection>(lammps, created->name, created->options, igroup);
  created->writer =
      std::make_unique<SampleWriter>(lammps, created->name, created->options, *created->selection);
  created->states.resize(created->selection->size());
  created->latest_step = update->ntimestep;
  data = created.release();
  restore_last_sampled();

  scalar_flag = vector_flag = 1;
  extscalar = extvector = 0;
  size_vector = static_cast<int>(data->states.size());
  vector = new double[data->states.size()];
  dynamic_group_allow = 0;    // the atoms are chosen once
  // LAMMPS tallies these at the steps for which this compute is announced.
  timeflag = 1;
  peatomflag = 1;
  if (data->options.mode == SampleMode::frame) peflag = pressflag = 1;
}

ComputeNNSample::~ComputeNNSample()
{
  if (data && data->run_begun && !data->invoked_ever && comm->me == 0)
    error->warning(FLERR, data->name + " was never invoked, so nothing was sampled. " +
                              fmt::format(how_to_invoke, id));
  delete data;
  delete[] vector;
}

// A run that goes on from a restart continues the rule where the records in the file end.
void ComputeNNSample::restore_last_sampled()
{
  const auto &found = data->writer->found_last_sampled();
  for (std::size_t i = 0; i < found.size(); ++i) data->states[i].last_sampled = found[i];
}

void ComputeNNSample::init()
{
  const bool run_has_passed = data->run_begun && update->ntimestep != data->run_first_step;
  if (run_has_passed && !data->invoked_ever && comm->me == 0)
    error->warning(FLERR, data->name + " was not invoked in the run before. " +
                              fmt::format(how_to_invoke, id));
  data->run_first_step = update->ntimestep;
  data->run_begun = update->whichflag == 1 || data->run_begun;
  data->evaluated_step = -1;
  data->writer->init();
  if (data->options.mode == SampleMode::environment)
    request_full_list(*neighbor, this, instance_me);
  warn_about_fixes();
}

void ComputeNNSample::init_list(int, NeighList *list)
{
  data->writer->set_list(list);
}

// Training on a thermostat's noise or on a frozen atom's zero would go unnoticed.
void ComputeNNSample::warn_about_fixes()
{
  for (int i = 0; i < modify->nfix; ++i) {
    const Fix *fix = modify->fix[i];
    const bool acts_on_forces = modify->fmask[i] & FixConst::POST_FORCE;
    if (!acts_on_forces || utils::strmatch(fix->style, "^store/force")) continue;
    if (!data->reported_fixes.insert(fix->id).second || comm->me != 0) continue;
    error->warning(
        FLERR,
        "{}: fix {} ({}) may change the forces, and those recorded are the changed ones, as in a "
        "dump; "
        "for training data of the potential alone use a thermostat that leaves the forces alone "
        "(fix nvt, temp/csvr)",
        data->name, fix->id, fix->style);
  }
}

double ComputeNNSample::compute_scalar()
{
  invoked_scalar = update->ntimestep;
  sample();
  scalar = static_cast<double>(data->writer->n_records());
  return scalar;
}

void ComputeNNSample::compute_vector()
{
  invoked_vector = update->ntimestep;
  sample();
  for (std::size_t i = 0; i < data->states.size(); ++i) vector[i] = data->states[i].tau;
}

// Scalar and vector may both be asked for, several times a step and between runs: the rule is applied once a step.
void ComputeNNSample::sample()
{
  const bigint step = update->ntimestep;
  if (update->whichflag == 0 || step == data->evaluated_step) return;
  check_tallied();
  note_invocation();
  const auto atoms = data->selection->atoms();
  std::vector<DueAtom> due;
  std::vector<std::size_t> due_index;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    const double alpha = data->selection->alpha(atoms[i].type);
    if (!nnmb::is_due(data->options.rule, data->states[i], atoms[i].force, alpha,
                      data->options.tau_max, step))
      continue;
    due.push_back({data->selection->id(i), data->states[i].tau, atoms[i].local});
    due_index.push_back(i);
  }
  if (!due.empty()) data->writer->write(due);
  for (const std::size_t i : due_index) data->states[i].last_sampled = step;
}

void ComputeNNSample::check_tallied() const
{
  const bigint step = update->ntimestep;
  // The page of LAMMPS's own errors on this.
  const std::string see =
      " was not tallied on needed timestep; see https://docs.lammps.org/err0022";
  if (update->eflag_atom != step) error->all(FLERR, data->name + ": per-atom energy" + see);
  if (data->options.mode != SampleMode::frame) return;
  if (update->eflag_global != step || update->vflag_global != step)
    error->all(FLERR, data->name + ": energy or virial" + see);
}

void ComputeNNSample::note_invocation()
{
  const bigint step = update->ntimestep;
  const bigint previous = data->evaluated_step;
  if (previous >= 0 && step > previous + 1 && !data->gap_reported) {
    data->gap_reported = true;
    if (comm->me == 0)
      error->warning(FLERR,
                     "{} was invoked at step {} and next at step {}: it did not see the steps "
                     "between and the rule's "
                     "guarantees do not hold for them. {}",
                     data->name, previous, step, fmt::format(how_to_invoke, id));
  }
  // A step number that goes back (reset_timestep, rerun) begins another trajectory.
  if (step < data->latest_step) data->states.assign(data->states.size(), SamplingState{});
  data->latest_step = data->evaluated_step = step;
  data->invoked_ever = true;
}

double ComputeNNSample::memory_usage()
{
  return static_cast<double>(data->states.size() * (sizeof(SamplingState) + sizeof(double)));
}
