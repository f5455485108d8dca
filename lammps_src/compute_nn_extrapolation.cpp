#include "compute_nn_extrapolation.h"

#include "block_threads.h"
#include "nn_pair.h"

#include "atom.h"
#include "error.h"
#include "memory.h"
#include "update.h"

#include "fmt/format.h"

#include <algorithm>

using namespace LAMMPS_NS;

struct LAMMPS_NS::ComputeNNExtrapolationData {
  std::string name;    // in front of messages
  PairNNManybody *pair = nullptr;
  std::vector<nnmb::Overshoot> overshoots;
  int n_rows = 0;    // of array_atom
};

namespace {
constexpr int n_columns = 3;
}

ComputeNNExtrapolation::ComputeNNExtrapolation(LAMMPS *lammps, int narg, char **arg) :
    Compute(lammps, narg, arg), data(new ComputeNNExtrapolationData)
{
  data->name = fmt::format("Compute nn/extrapolation {}", id);
  if (narg != 3)
    error->all(FLERR,
               data->name + fmt::format(" takes no arguments, got '{}'; expected 'compute ID "
                                        "group nn/extrapolation'",
                                        arg[3]));
  peratom_flag = scalar_flag = 1;
  size_peratom_cols = n_columns;
  extscalar = 0;
}

ComputeNNExtrapolation::~ComputeNNExtrapolation()
{
  memory->destroy(array_atom);
  delete data;
}

void ComputeNNExtrapolation::init()
{
  data->pair = &find_nn_pair(lmp, data->name);
}

void ComputeNNExtrapolation::compute_peratom()
{
  invoked_peratom = update->ntimestep;
  check_ready(lmp, *data->pair, data->name);
  if (atom->nmax > data->n_rows) {
    data->n_rows = atom->nmax;
    memory->destroy(array_atom);
    memory->create(array_atom, data->n_rows, n_columns, "nn/extrapolation:array_atom");
  }
  data->overshoots.assign(static_cast<std::size_t>(atom->nlocal) + 1, {});
  BlockResults results;
  results.overshoots = data->overshoots.data();
  data->pair->evaluate(results);
  for (int i = 0; i < atom->nlocal; ++i) {
    const bool wanted = (atom->mask[i] & groupbit) != 0;
    const nnmb::Overshoot overshoot = wanted ? data->overshoots[static_cast<std::size_t>(i)]
                                             : nnmb::Overshoot{};
    array_atom[i][0] = overshoot.largest;
    array_atom[i][1] = overshoot.n_outside;
    array_atom[i][2] = overshoot.function + 1;
  }
}

double ComputeNNExtrapolation::compute_scalar()
{
  invoked_scalar = update->ntimestep;
  if (invoked_peratom != update->ntimestep) compute_peratom();
  double largest = 0.0;
  for (int i = 0; i < atom->nlocal; ++i) largest = std::max(largest, array_atom[i][0]);
  MPI_Allreduce(&largest, &scalar, 1, MPI_DOUBLE, MPI_MAX, world);
  return scalar;
}

double ComputeNNExtrapolation::memory_usage()
{
  return static_cast<double>(data->n_rows) * n_columns * sizeof(double) +
         static_cast<double>(data->overshoots.capacity() * sizeof(nnmb::Overshoot));
}
