#include "compute_nn_deviation.h"

#include "block_threads.h"
#include "lammps_compat.h"
#include "nn_pair.h"

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "memory.h"
#include "update.h"

#include "fmt/format.h"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace LAMMPS_NS;

struct LAMMPS_NS::ComputeNNDeviationData {
  std::string name;    // in front of messages
  PairNNManybody *pair = nullptr;
  std::size_t n_models = 0, n_atoms = 0;    // atoms: of this rank, with ghosts
  std::vector<double> energies;             // (n_models, n_atoms), energy unit of the run
  std::vector<double> forces;               // (n_models, n_atoms, 3)
  std::vector<double> mean_forces;          // (n_atoms, 3)
  std::size_t communicated = 0;             // the member whose forces are on their way
  int n_rows = 0;                           // of array_atom
};

namespace {
constexpr int n_columns = 2, n_components = 3;
}

ComputeNNDeviation::ComputeNNDeviation(LAMMPS *lammps, int narg, char **arg) :
    Compute(lammps, narg, arg), data(new ComputeNNDeviationData)
{
  data->name = fmt::format("Compute nn/deviation {}", id);
  if (narg != 3)
    error->all(FLERR,
               data->name + fmt::format(" takes no arguments, got '{}'; expected 'compute ID "
                                        "group nn/deviation'",
                                        arg[3]));
  peratom_flag = vector_flag = 1;
  size_peratom_cols = n_columns;
  size_vector = n_components;
  extvector = 0;
  comm_reverse = 3;
  vector = new double[n_components];
}

ComputeNNDeviation::~ComputeNNDeviation()
{
  memory->destroy(array_atom);
  delete[] vector;
  delete data;
}

void ComputeNNDeviation::init()
{
  data->pair = &find_nn_pair(lmp, data->name);
  data->n_models = static_cast<std::size_t>(data->pair->potential().n_models());
  if (data->n_models < 2)
    error->all(FLERR, data->name + " needs a committee, but the potential has one model per "
                                   "element; give a file of 'nnp committee', or the files of the "
                                   "members behind 'pair_style nn/manybody committee'");
}

/// Ghost atoms give the forces on them to their owners, member by member.
void ComputeNNDeviation::evaluate_members()
{
  data->n_atoms = static_cast<std::size_t>(atom->nlocal + atom->nghost);
  const std::size_t size = data->n_models * data->n_atoms;
  data->energies.assign(size + 1, 0.0);    // + 1: data() is never null
  data->forces.assign(3 * size + 1, 0.0);
  data->mean_forces.assign(3 * data->n_atoms + 1, 0.0);
  BlockResults results;
  results.arrays.forces = data->mean_forces.data();
  results.members = {data->energies.data(), data->forces.data()};
  data->pair->evaluate(results);
  for (std::size_t m = 0; m < data->n_models; ++m) {
    data->communicated = m;
    reverse_communicate(*comm, this);
  }
}

int ComputeNNDeviation::pack_reverse_comm(int n, int first, double *buffer)
{
  const auto begin = 3 * (data->communicated * data->n_atoms + static_cast<std::size_t>(first));
  const auto count = 3 * static_cast<std::size_t>(n);
  std::copy_n(data->forces.data() + begin, count, buffer);
  return static_cast<int>(count);
}

void ComputeNNDeviation::unpack_reverse_comm(int n, int *list, double *buffer)
{
  double *forces = data->forces.data() + 3 * data->communicated * data->n_atoms;
  for (int k = 0; k < n; ++k)
    for (int d = 0; d < 3; ++d) forces[3 * list[k] + d] += *buffer++;
}

void ComputeNNDeviation::compute_peratom()
{
  invoked_peratom = update->ntimestep;
  check_ready(lmp, *data->pair, data->name);
  if (atom->nmax > data->n_rows) {
    data->n_rows = atom->nmax;
    memory->destroy(array_atom);
    memory->create(array_atom, data->n_rows, n_columns, "nn/deviation:array_atom");
  }
  evaluate_members();
  for (int i = 0; i < atom->nlocal; ++i) {
    array_atom[i][0] = array_atom[i][1] = 0.0;
    if (atom->mask[i] & groupbit) set_deviations(i);
  }
}

namespace {

/// Sum over the members of the squared distance to their mean.
double sum_of_squares(const double *values, std::size_t n, std::size_t stride)
{
  double mean = 0.0, sum = 0.0;
  for (std::size_t m = 0; m < n; ++m) mean += values[m * stride];
  mean /= static_cast<double>(n);
  for (std::size_t m = 0; m < n; ++m)
    sum += (values[m * stride] - mean) * (values[m * stride] - mean);
  return sum;
}

}    // namespace

// With 1/n, as MemberEvaluations in Python.
void ComputeNNDeviation::set_deviations(int i)
{
  const auto n = static_cast<double>(data->n_models);
  const auto at = static_cast<std::size_t>(i);
  array_atom[i][0] =
      std::sqrt(sum_of_squares(&data->energies[at], data->n_models, data->n_atoms) / n);
  double sum = 0.0;
  for (std::size_t d = 0; d < 3; ++d)
    sum += sum_of_squares(&data->forces[3 * at + d], data->n_models, 3 * data->n_atoms);
  array_atom[i][1] = std::sqrt(sum / n);
}

void ComputeNNDeviation::compute_vector()
{
  invoked_vector = update->ntimestep;
  if (invoked_peratom != update->ntimestep) compute_peratom();
  double largest[2] = {0.0, 0.0};
  std::vector<double> energies(data->n_models + 1,
                               0.0);    // of the group by member; at the end, its atoms
  for (int i = 0; i < atom->nlocal; ++i) {
    if (!(atom->mask[i] & groupbit) || data->pair->species(atom->type[i]) < 0) continue;
    for (std::size_t d = 0; d < 2; ++d) largest[d] = std::max(largest[d], array_atom[i][d]);
    for (std::size_t m = 0; m < data->n_models; ++m)
      energies[m] += data->energies[m * data->n_atoms + static_cast<std::size_t>(i)];
    energies.back() += 1.0;
  }
  MPI_Allreduce(largest, vector, 2, MPI_DOUBLE, MPI_MAX, world);
  MPI_Allreduce(MPI_IN_PLACE, energies.data(), static_cast<int>(energies.size()), MPI_DOUBLE,
                MPI_SUM, world);
  const double n_atoms = energies.back();
  const double squares = sum_of_squares(energies.data(), data->n_models, 1);
  vector[2] = n_atoms > 0.0 ? std::sqrt(squares / static_cast<double>(data->n_models)) / n_atoms
                            : 0.0;
}

double ComputeNNDeviation::memory_usage()
{
  return static_cast<double>(data->n_rows) * n_columns * sizeof(double) +
         static_cast<double>(
             (data->energies.capacity() + data->forces.capacity() + data->mean_forces.capacity()) *
             sizeof(double));
}
