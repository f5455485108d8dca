// The part of SampleWriter that turns atoms into records.

#include "atom.h"
#include "comm.h"
#include "domain.h"
#include "error.h"
#include "extxyz_record.h"
#include "force.h"
#include "mpi_gather.h"
#include "neigh_list.h"
#include "sample_writer.h"
#include "update.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <tuple>

using namespace LAMMPS_NS;

namespace {

nnmb::Vector3 scaled(const double *vector, double factor)
{
  return {factor * vector[0], factor * vector[1], factor * vector[2]};
}

// One atom of a frame on its way to rank 0: id, type, position, force, energy. Ids are exact in a double up to 2^53.
constexpr std::size_t frame_width = 9;

}    // namespace

void SampleWriter::write_environments(const std::vector<DueAtom> &due)
{
  atomic_energies_->compute_peratom();
  std::string text, problem;
  std::vector<int> order, lengths;
  for (std::size_t i = 0; i < due.size(); ++i) {
    if (due[i].local < 0) continue;
    if (!std::isfinite(atomic_energies_->vector_atom[due[i].local]))
      problem = "the energy of atom " + std::to_string(due[i].id) +
                " is not a finite number at step " + std::to_string(update->ntimestep) +
                "; the records written before are safe";
    const std::string record = environment_record(due[i]);
    order.push_back(static_cast<int>(i));
    lengths.push_back(static_cast<int>(record.size()));
    text += record;
  }
  stop_on(problem);
  try {
    const auto all_orders = gather_to_root(world, MPI_INT, order.data(), order.size());
    const auto all_lengths = gather_to_root(world, MPI_INT, lengths.data(), lengths.size());
    const auto all_text = gather_to_root(world, MPI_CHAR, text.data(), text.size());
    std::vector<std::string> records(all_orders.size());
    std::size_t begin = 0;
    for (std::size_t i = 0; i < all_orders.size(); ++i) {
      const auto length = static_cast<std::size_t>(all_lengths[i]);
      records[static_cast<std::size_t>(all_orders[i])].assign(all_text.data() + begin, length);
      begin += length;
    }
    problem = append(records);
  } catch (const std::length_error &too_long) {
    problem = too_long.what();
  }
  stop_on(problem);
  n_records_ += static_cast<std::int64_t>(due.size());
}

/// Neighbors in the order of their ids, images of one atom by z, y, x: the same on any number of ranks.
std::string SampleWriter::environment_record(const DueAtom &due) const
{
  using Neighbor = nnmb::EnvironmentRecord::Neighbor;
  const int i = due.local;
  double **x = atom->x;
  const double to_angstrom = 1.0 / units_.length;
  std::vector<std::pair<tagint, Neighbor>> neighbors;
  for (int jj = 0; jj < list_->numneigh[i]; ++jj) {
    const int j = list_->firstneigh[i][jj] & NEIGHMASK;
    const nnmb::Vector3 d = {x[j][0] - x[i][0], x[j][1] - x[i][1], x[j][2] - x[i][2]};
    if (d[0] * d[0] + d[1] * d[1] + d[2] * d[2] < cutoff_ * cutoff_)
      neighbors.push_back(
          {atom->tag[j], {&selection_.element(atom->type[j]), scaled(d.data(), to_angstrom)}});
  }
  std::sort(neighbors.begin(), neighbors.end(), [](const auto &a, const auto &b) {
    const auto &p = a.second.displacement, &q = b.second.displacement;
    return std::tie(a.first, p[2], p[1], p[0]) < std::tie(b.first, q[2], q[1], q[0]);
  });
  nnmb::EnvironmentRecord record;
  record.step = update->ntimestep;
  record.tau = due.tau;
  record.atom_id = due.id;
  record.cutoff = to_angstrom * cutoff_;
  record.atomic_energy = atomic_energies_->vector_atom[i] / units_.energy;
  record.force = scaled(atom->f[i], units_.length / units_.energy);
  record.center_element = &selection_.element(atom->type[i]);
  for (const auto &entry : neighbors) record.neighbors.push_back(entry.second);
  return format(record);
}

void SampleWriter::write_frame(const std::vector<DueAtom> &due)
{
  atomic_energies_->compute_peratom();
  energy_->compute_scalar();
  pressure_->compute_vector();
  std::vector<double> mine;
  mine.reserve(frame_width * static_cast<std::size_t>(atom->nlocal));
  for (int i = 0; i < atom->nlocal; ++i) {
    std::array<double, 3> x = {atom->x[i][0], atom->x[i][1], atom->x[i][2]};
    domain->remap(x.data());    // atoms leave the box between two neighbor lists
    mine.insert(mine.end(),
                {static_cast<double>(atom->tag[i]), static_cast<double>(atom->type[i])});
    mine.insert(mine.end(), x.begin(), x.end());
    mine.insert(mine.end(), atom->f[i], atom->f[i] + 3);
    mine.push_back(atomic_energies_->vector_atom[i]);
  }
  std::string problem;
  try {
    const auto all = gather_to_root(world, MPI_DOUBLE, mine.data(), mine.size());
    if (comm->me == 0) {
      for (std::size_t i = 0; i < all.size() && problem.empty(); ++i)
        if (!std::isfinite(all[i]))
          problem = "a position, force or energy of atom " +
                    std::to_string(std::llround(all[i - i % frame_width])) +
                    " is not a finite number at step " + std::to_string(update->ntimestep) +
                    "; the records written before are safe";
      if (problem.empty()) problem = append({frame_record(due, all)});
    }
  } catch (const std::length_error &too_long) {
    problem = too_long.what();
  }
  stop_on(problem);
  ++n_records_;
}

std::string SampleWriter::frame_record(const std::vector<DueAtom> &due,
                                       const std::vector<double> &atoms) const
{
  nnmb::FrameRecord record;
  record.step = update->ntimestep;
  record.tau = std::min_element(due.begin(), due.end(), [](const auto &a, const auto &b) {
                 return a.tau < b.tau;
               })->tau;
  for (const auto &atom_due : due) record.atom_ids.push_back(atom_due.id);
  record.config_type = options_.config_type;
  const double to_angstrom = 1.0 / units_.length;
  const double a[] = {domain->xprd, 0.0, 0.0}, b[] = {domain->xy, domain->yprd, 0.0},
               c[] = {domain->xz, domain->yz, domain->zprd};
  record.lattice = {scaled(a, to_angstrom), scaled(b, to_angstrom), scaled(c, to_angstrom)};
  record.periodic = {domain->xperiodic != 0, domain->yperiodic != 0, domain->zperiodic != 0};
  record.energy = energy_->scalar / units_.energy;
  // LAMMPS's pressure without motion, back to energy per volume; a stress is positive in tension.
  const double eV_per_cubic_angstrom = force->nktv2p * units_.energy / std::pow(units_.length, 3);
  for (std::size_t i = 0; i < 6; ++i)
    record.stress[i] = -pressure_->vector[i] / eV_per_cubic_angstrom;

  std::vector<std::size_t> order(atoms.size() / frame_width);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t first, std::size_t second) {
    return atoms[frame_width * first] < atoms[frame_width * second];
  });
  for (const std::size_t i : order) {
    const double *values = &atoms[frame_width * i];
    const double x[] = {values[2] - domain->boxlo[0], values[3] - domain->boxlo[1],
                        values[4] - domain->boxlo[2]};
    record.atoms.push_back(
        {std::llround(values[0]), &selection_.element(static_cast<int>(values[1])),
         scaled(x, to_angstrom), scaled(values + 5, units_.length / units_.energy),
         values[8] / units_.energy});
  }
  return format(record);
}
