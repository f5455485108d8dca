#include "trap_frames.h"

#include "mpi_gather.h"
#include "nn_pair.h"

#include "nnmanybody/potential.h"

#include "atom.h"
#include "comm.h"
#include "domain.h"
#include "error.h"
#include "force.h"
#include "update.h"
#include "utils.h"

#include "fmt/format.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <utility>

using namespace LAMMPS_NS;
using nnmb::AppendMode;
using nnmb::RecordFile;

TrapFrames::TrapFrames(LAMMPS *lammps, std::string style, const nnmb::TrapOptions &options) :
    Pointers(lammps), style_(std::move(style)), options_(options)
{
  open();
}

TrapFrames::~TrapFrames()
{
  if (!file_) return;
  const std::string problem = file_->close();
  if (!problem.empty()) error->warning(FLERR, style_ + ": " + problem);
}

void TrapFrames::open()
{
  RecordFile::Existing existing = RecordFile::Existing::keep;
  if (options_.append == AppendMode::no) existing = RecordFile::Existing::replace;
  if (options_.append == AppendMode::automatic && update->ntimestep == 0)
    existing = RecordFile::Existing::refuse;
  std::string problem;
  if (comm->me == 0) {
    try {
      file_ = std::make_unique<RecordFile>(options_.file, existing);
      if (file_->n_cut_bytes() > 0)
        utils::logmesg(lmp, "{}: {} ended in an incomplete record of {} bytes; cut off\n", style_,
                       options_.file, file_->n_cut_bytes());
      if (file_->n_records() > 0)
        utils::logmesg(lmp, "{}: adding to the {} records in {}, the last of step {}\n", style_,
                       file_->n_records(), options_.file, file_->found().last_step);
    } catch (const nnmb::RecordFileError &file_error) {
      problem = file_error.what();
    }
  }
  problem = first_message(world, problem);
  if (!problem.empty()) error->all(FLERR, style_ + ": " + problem);
}

// From the keyword, else from the potential, which does not know types that are left to other pair styles.
void TrapFrames::init()
{
  const auto n_types = static_cast<std::size_t>(atom->ntypes);
  try {
    units_ = units_of_run(update->unit_style);
  } catch (const std::invalid_argument &failure) {
    error->all(FLERR, style_ + ": records are in eV and Å, but " + failure.what());
  }
  elements_ = options_.elements;
  if (!elements_.empty() && elements_.size() != n_types)
    error->all(FLERR,
               style_ + fmt::format(": the keyword elements needs one element for each of the "
                                    "{} atom types, got {}",
                                    n_types, elements_.size()));
  if (!elements_.empty()) return;
  const auto *pair = dynamic_cast<PairNNManybody *>(force->pair_match("nn/manybody", 1));
  for (int itype = 1; itype <= atom->ntypes; ++itype) {
    const int species = pair ? pair->species(itype) : -1;
    if (species < 0)
      error->all(FLERR, style_ + fmt::format(": the element of atom type {} is not known, {}; add "
                                             "the keyword elements with one element for each type",
                                             itype,
                                             pair ? "pair style nn/manybody has NULL for it"
                                                  : "there is no pair style nn/manybody"));
    elements_.push_back(pair->potential().elements()[static_cast<std::size_t>(species)]);
  }
}

void TrapFrames::take(Snapshot &snapshot, bool with_forces) const
{
  const auto n = static_cast<std::size_t>(atom->nlocal);
  snapshot.step = update->ntimestep;
  snapshot.low = {domain->boxlo[0], domain->boxlo[1], domain->boxlo[2]};
  snapshot.edges = {domain->xprd, domain->yprd, domain->zprd};
  snapshot.tilt = {domain->xy, domain->xz, domain->yz};
  snapshot.ids.assign(atom->tag, atom->tag + n);
  snapshot.types.assign(atom->type, atom->type + n);
  // Rows of LAMMPS's two-dimensional arrays lie behind one another.
  const double *x = n > 0 ? &atom->x[0][0] : nullptr, *f = n > 0 ? &atom->f[0][0] : nullptr;
  snapshot.positions.assign(x, x + 3 * n);
  snapshot.forces.assign(f, f + (with_forces ? 3 * n : 0));
  snapshot.extrapolation.clear();
  snapshot.deviation.clear();
}

/// On one rank without MPI, which is gone already when a process ends because of an error.
std::vector<double> TrapFrames::gather(const std::vector<double> &mine) const
{
  if (comm->nprocs == 1) return mine;
  return gather_to_root(world, MPI_DOUBLE, mine.data(), mine.size());
}

namespace {

/// The columns of a record that may be there, in their order.
struct OptionalColumn {
  const char *name;
  std::size_t width;
  std::vector<double> Snapshot::*values;
};

const std::array<OptionalColumn, 3> optional_columns = {{
    {"predicted_forces", 3, &Snapshot::forces},
    {"extrapolation", 1, &Snapshot::extrapolation},
    {"deviation", 1, &Snapshot::deviation},
}};

/// Which columns some rank has; a rank without atoms has none.
std::array<int, 3> present_columns(const Snapshot &snapshot, MPI_Comm world, int n_ranks)
{
  std::array<int, 3> present{};
  for (std::size_t k = 0; k < present.size(); ++k)
    present[k] = (snapshot.*(optional_columns[k].values)).empty() ? 0 : 1;
  if (n_ranks > 1)
    MPI_Allreduce(MPI_IN_PLACE, present.data(), static_cast<int>(present.size()), MPI_INT, MPI_MAX,
                  world);
  return present;
}

/// Atoms leave the box between two neighbor lists; whole edges bring them back, without a change to the others.
void wrap(const Snapshot &snapshot, const std::array<bool, 3> &periodic, double *x)
{
  const auto &[xy, xz, yz] = snapshot.tilt;
  const double edges[3][3] = {
      {snapshot.edges[0], 0.0, 0.0}, {xy, snapshot.edges[1], 0.0}, {xz, yz, snapshot.edges[2]}};
  for (std::size_t d = 3; d-- > 0;) {
    double across = x[d];
    // What the edges behind this one contribute to the component.
    if (d == 1) across -= yz * x[2] / snapshot.edges[2];
    if (d == 0) {
      const double c = x[2] / snapshot.edges[2], b = (x[1] - yz * c) / snapshot.edges[1];
      across -= xy * b + xz * c;
    }
    const double whole = periodic[d] ? std::floor(across / snapshot.edges[d]) : 0.0;
    for (std::size_t e = 0; whole != 0.0 && e < 3; ++e) x[e] -= whole * edges[d][e];
  }
}

}    // namespace

std::string TrapFrames::write(const Snapshot &snapshot, const nnmb::RecordInfo &info)
{
  const auto present = present_columns(snapshot, world, comm->nprocs);
  std::vector<double> mine;    // one row an atom: id, type, position, the columns that are there
  for (std::size_t i = 0; i < snapshot.ids.size(); ++i) {
    mine.insert(mine.end(), {snapshot.ids[i], snapshot.types[i]});
    mine.insert(mine.end(), &snapshot.positions[3 * i], &snapshot.positions[3 * i] + 3);
    for (std::size_t k = 0; k < present.size(); ++k) {
      const double *values = (snapshot.*(optional_columns[k].values)).data();
      const std::size_t width = present[k] ? optional_columns[k].width : 0;
      mine.insert(mine.end(), values + width * i, values + width * (i + 1));
    }
  }
  std::string problem;
  try {
    const std::vector<double> all = gather(mine);
    if (comm->me == 0) file_->append(record(snapshot, all, present, info));
  } catch (const std::exception &failure) {    // a full disk; more than MPI can gather
    problem = failure.what();
  }
  return comm->nprocs == 1 ? problem : first_message(world, problem);
}

std::string TrapFrames::record(const Snapshot &snapshot, const std::vector<double> &all,
                               const std::array<int, 3> &present,
                               const nnmb::RecordInfo &info) const
{
  nnmb::PlainRecord record;
  const double to_angstrom = 1.0 / units_.length, to_force = units_.length / units_.energy;
  const auto &[xy, xz, yz] = snapshot.tilt;
  const auto &edges = snapshot.edges;
  record.lattice = {{{to_angstrom * edges[0], 0.0, 0.0},
                     {to_angstrom * xy, to_angstrom * edges[1], 0.0},
                     {to_angstrom * xz, to_angstrom * yz, to_angstrom * edges[2]}}};
  record.periodic = {domain->xperiodic != 0, domain->yperiodic != 0, domain->zperiodic != 0};
  record.info = info;
  std::vector<double> factors(3, to_angstrom);
  for (std::size_t k = 0; k < present.size(); ++k) {
    if (!present[k]) continue;
    const OptionalColumn &column = optional_columns[k];
    record.columns.emplace_back(column.name, static_cast<int>(column.width));
    factors.insert(factors.end(), column.width,
                   column.values == &Snapshot::extrapolation ? 1.0 : to_force);
  }
  const std::size_t width = 2 + factors.size();
  std::vector<std::size_t> order(all.size() / width);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return all[width * a] < all[width * b]; });
  for (const std::size_t i : order) {
    const double *row = &all[width * i];
    std::vector<double> values(row + 2, row + width);
    for (std::size_t d = 0; d < 3; ++d) values[d] -= snapshot.low[d];
    wrap(snapshot, record.periodic, values.data());
    for (std::size_t v = 0; v < values.size(); ++v) values[v] *= factors[v];
    record.atoms.push_back(
        {std::llround(row[0]), &element(static_cast<int>(row[1])), std::move(values)});
  }
  return format(record);
}

std::string TrapFrames::flush()
{
  std::string problem;
  if (comm->me == 0) problem = file_->flush();
  return comm->nprocs == 1 ? problem : first_message(world, problem);
}
