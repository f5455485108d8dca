#include "sample_writer.h"

#include "lammps_environment.h"

#include "atom.h"
#include "comm.h"
#include "domain.h"
#include "error.h"
#include "force.h"
#include "modify.h"
#include "mpi_gather.h"
#include "neighbor.h"
#include "pair.h"
#include "update.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

using namespace LAMMPS_NS;
using nnmb::AppendMode;
using nnmb::RecordFile;
using nnmb::SampleMode;

namespace {
// What the potential gives, without what fixes add to it.
const std::string potential_terms = "pair bond angle dihedral improper kspace";
}    // namespace

SampleWriter::SampleWriter(LAMMPS *lammps, std::string style, const nnmb::SampleOptions &options,
                           const SampleSelection &selection) :
    Pointers(lammps), style_(std::move(style)), options_(options), selection_(selection)
{
  open();
  atomic_energies_ = make_compute("pe/atom", potential_terms);
  if (options_.mode == SampleMode::frame) {
    energy_ = make_compute("pe", potential_terms);
    pressure_ = make_compute("pressure", "NULL " + potential_terms);
  }
}

SampleWriter::~SampleWriter()
{
  if (!file_) return;
  const std::string problem = file_->close();
  if (!problem.empty()) error->warning(FLERR, style_ + ": " + problem);
}

// The one rank that writes also reads what is there; all ranks need it to go on with the rule.
void SampleWriter::open()
{
  const bool begins_anew = update->ntimestep == 0;
  RecordFile::Existing existing = RecordFile::Existing::keep;
  if (options_.append == AppendMode::no) existing = RecordFile::Existing::replace;
  if (options_.append == AppendMode::automatic && begins_anew)
    existing = RecordFile::Existing::refuse;
  std::string problem;
  found_last_sampled_.assign(selection_.size(), nnmb::SamplingState::never);
  if (comm->me == 0) {
    try {
      file_ = std::make_unique<RecordFile>(options_.file, existing);
      n_records_ = file_->n_records();
      report_found(*file_);
      const auto &found = file_->found().last_sampled;
      for (std::size_t i = 0; !begins_anew && i < selection_.size(); ++i)
        if (const auto last = found.find(selection_.id(i)); last != found.end())
          found_last_sampled_[i] = last->second;
    } catch (const nnmb::RecordFileError &file_error) {
      problem = file_error.what();
    }
  }
  stop_on(problem);
  MPI_Bcast(&n_records_, 1, MPI_INT64_T, 0, world);
  MPI_Bcast(found_last_sampled_.data(), static_cast<int>(found_last_sampled_.size()), MPI_INT64_T,
            0, world);
}

void SampleWriter::report_found(const RecordFile &file) const
{
  if (file.n_cut_bytes() > 0)
    utils::logmesg(
        lmp,
        "{}: {} ended in an incomplete record of {} bytes, left by a run that was stopped while it "
        "wrote; cut off\n",
        style_, options_.file, file.n_cut_bytes());
  if (file.n_records() == 0) return;
  utils::logmesg(lmp, "{}: adding to the {} records in {}, the last of step {}\n", style_,
                 file.n_records(), options_.file, file.found().last_step);
  if (update->ntimestep > 0 && file.found().last_step > update->ntimestep)
    utils::logmesg(lmp,
                   "{}: this run goes on at step {}; an atom is recorded again only after the step "
                   "of its last "
                   "record\n",
                   style_, update->ntimestep);
}

/// A compute of LAMMPS that the input script does not see.
std::unique_ptr<Compute> SampleWriter::make_compute(const std::string &style,
                                                    const std::string &arguments)
{
  const auto creator = modify->compute_map->find(style);
  if (creator == modify->compute_map->end())
    error->all(FLERR, style_ + ": this LAMMPS has no compute " + style);
  auto words = utils::split_words("nn_sample_internal all " + style + " " + arguments);
  std::vector<char *> pointers;
  for (auto &word : words) pointers.push_back(word.data());
  return std::unique_ptr<Compute>(
      creator->second(lmp, static_cast<int>(pointers.size()), pointers.data()));
}

void SampleWriter::init()
{
  try {
    units_ = units_of_run(update->unit_style);
  } catch (const std::invalid_argument &failure) {
    error->all(FLERR, style_ + ": records are in eV and Å, but " + failure.what());
  }
  if (!force->pair) error->all(FLERR, style_ + ": a pair style is needed, none is defined");
  if (options_.mode == SampleMode::environment) check_neighbors();
  if (options_.mode == SampleMode::frame && domain->dimension != 3)
    error->all(FLERR,
               style_ + ": mode frame needs a 3d system: the stress of a 2d one is not a stress");
  if (pressure_) pressure_->init();
}

// Every neighbor within the cutoff must be in LAMMPS's list, else an environment would have holes.
void SampleWriter::check_neighbors()
{
  cutoff_ = options_.cutoff.value_or(force->pair->cutforce);
  double **cutsq = force->pair->cutsq;
  for (const int itype : selection_.types())
    for (int jtype = 1; jtype <= atom->ntypes; ++jtype) {
      const double listed = std::sqrt(cutsq[itype][jtype]);
      if (listed < cutoff_ * (1.0 - 1e-12))
        error->all(
            FLERR,
            "{}: the cutoff {} is larger than the {} to which the pair style lists neighbors of "
            "types {} "
            "and {}; give a smaller cutoff, or add 'pair_style hybrid/overlay ... zero {}' and "
            "'pair_coeff * * zero'",
            style_, cutoff_, listed, itype, jtype, cutoff_);
    }
  check_exclusions();
}

void SampleWriter::check_exclusions() const
{
  const std::string command = hidden_neighbors(*neighbor, *force, *atom);
  if (!command.empty())
    error->all(FLERR,
               style_ + ": " + command + " hides neighbors from the environments; use mode frame");
}

void SampleWriter::write(const std::vector<DueAtom> &due)
{
  if (options_.mode == SampleMode::environment)
    write_environments(due);
  else
    write_frame(due);
}

/// Rank 0 writes; returns what went wrong, or nothing.
std::string SampleWriter::append(const std::vector<std::string> &records)
{
  try {
    for (const auto &record : records) file_->append(record);
  } catch (const nnmb::RecordFileError &file_error) {
    return file_error.what();
  }
  return {};
}

/// Stops all ranks in good order if there is a problem on one.
void SampleWriter::stop_on(const std::string &problem) const
{
  const std::string message = first_message(world, problem);
  if (!message.empty()) error->all(FLERR, style_ + ": " + message);
}
