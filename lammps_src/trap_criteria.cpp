#include "trap_criteria.h"

#include "compute_nn_deviation.h"
#include "compute_nn_extrapolation.h"
#include "nn_pair.h"

#include "atom.h"
#include "error.h"
#include "force.h"
#include "group.h"
#include "neigh_list.h"
#include "neighbor.h"

#include "fmt/format.h"

#include <algorithm>
#include <cmath>
#include <utility>

using namespace LAMMPS_NS;
using nnmb::Criterion;

TrapCriteria::TrapCriteria(LAMMPS *lammps, std::string style, const std::string &id, int igroup,
                           const nnmb::TrapOptions &options) :
    Pointers(lammps), style_(std::move(style)), groupbit_(group->bitmask[igroup]), options_(options)
{
  if (options.looks_at(Criterion::extrapolation))
    extrapolation_ = make_compute<ComputeNNExtrapolation>(id, igroup);
  if (options.looks_at(Criterion::deviation))
    deviation_ = make_compute<ComputeNNDeviation>(id, igroup);
}

TrapCriteria::~TrapCriteria() = default;

template <typename Style>
std::unique_ptr<Style> TrapCriteria::make_compute(const std::string &id, int igroup)
{
  std::vector<std::string> words = {"fix_nn_trap_" + id, group->names[igroup],
                                    std::is_same_v<Style, ComputeNNDeviation> ? "nn/deviation"
                                                                              : "nn/extrapolation"};
  std::vector<char *> pointers;
  for (auto &word : words) pointers.push_back(word.data());
  return std::make_unique<Style>(lmp, static_cast<int>(pointers.size()), pointers.data());
}

void TrapCriteria::init()
{
  if (extrapolation_) extrapolation_->init();
  if (deviation_) deviation_->init();
  if (options_.looks_at(Criterion::distance)) check_distance();
}

// A pair that LAMMPS does not list would not be seen.
void TrapCriteria::check_distance() const
{
  if (!force->pair) error->all(FLERR, style_ + ": distance needs a pair style, none is defined");
  const double wanted = options_.thresholds[static_cast<std::size_t>(Criterion::distance)]->caught;
  for (int itype = 1; itype <= atom->ntypes; ++itype)
    for (int jtype = itype; jtype <= atom->ntypes; ++jtype) {
      const double listed = std::sqrt(force->pair->cutsq[itype][jtype]);
      if (listed < wanted)
        error->all(FLERR,
                   style_ + fmt::format(": distance {} is larger than the {} up to which the "
                                        "pair style lists neighbors of types {} and {}; give "
                                        "a smaller one",
                                        wanted, listed, itype, jtype));
    }
}

CriterionValues TrapCriteria::evaluate()
{
  CriterionValues mine{};
  if (extrapolation_) mine[0] = worst_extrapolation();
  if (deviation_) mine[1] = worst_deviation();
  if (options_.looks_at(Criterion::force)) mine[2] = worst_force();
  if (options_.looks_at(Criterion::distance)) mine[3] = shortest_distance();
  for (std::size_t c = 0; c < mine.size(); ++c) {
    const auto criterion = static_cast<Criterion>(c);
    if (!options_.looks_at(criterion)) continue;
    mine[c] = worst_of_ranks(world, mine[c]);
    if (!nnmb::is_lower_bound(criterion)) continue;
    // No pair is listed: all are farther apart than what is listed.
    mine[c].value = mine[c].id > 0 ? -mine[c].value : force->pair->cutforce;
  }
  return mine;
}

WorstAtom TrapCriteria::worst_in_column(double *const *array, int column) const
{
  WorstAtom worst;
  for (int i = 0; i < atom->nlocal; ++i)
    if (atom->mask[i] & groupbit_) worst.take({array[i][column], atom->tag[i], 0, atom->type[i]});
  return worst;
}

WorstAtom TrapCriteria::worst_extrapolation()
{
  extrapolation_->compute_peratom();
  const auto &pair = find_nn_pair(lmp, style_);
  double **array = extrapolation_->array_atom;
  WorstAtom worst;
  for (int i = 0; i < atom->nlocal; ++i)
    if (atom->mask[i] & groupbit_)
      worst.take({array[i][0], atom->tag[i], 0, atom->type[i], pair.species(atom->type[i]),
                  static_cast<int>(array[i][2]) - 1});
  return worst;
}

WorstAtom TrapCriteria::worst_deviation()
{
  deviation_->compute_peratom();
  return worst_in_column(deviation_->array_atom, 1);
}

WorstAtom TrapCriteria::worst_force() const
{
  WorstAtom worst;
  for (int i = 0; i < atom->nlocal; ++i) {
    const double *f = atom->f[i];
    if (atom->mask[i] & groupbit_)
      worst.take(
          {std::sqrt(f[0] * f[0] + f[1] * f[1] + f[2] * f[2]), atom->tag[i], 0, atom->type[i]});
  }
  return worst;
}

/// Negative, so that the worst is the largest here, too.
WorstAtom TrapCriteria::shortest_distance() const
{
  WorstAtom worst;
  double **x = atom->x;
  for (int ii = 0; ii < list_->inum; ++ii) {
    const int i = list_->ilist[ii];
    if (!(atom->mask[i] & groupbit_)) continue;
    for (int jj = 0; jj < list_->numneigh[i]; ++jj) {
      const int j = list_->firstneigh[i][jj] & NEIGHMASK;
      const double dx = x[j][0] - x[i][0], dy = x[j][1] - x[i][1], dz = x[j][2] - x[i][2];
      worst.take(
          {-std::sqrt(dx * dx + dy * dy + dz * dz), atom->tag[i], atom->tag[j], atom->type[i]});
    }
  }
  return worst;
}

std::vector<double> TrapCriteria::extrapolation() const
{
  std::vector<double> column;
  for (int i = 0; extrapolation_ && i < atom->nlocal; ++i)
    column.push_back(extrapolation_->array_atom[i][0]);
  return column;
}

std::vector<double> TrapCriteria::deviation() const
{
  std::vector<double> column;
  for (int i = 0; deviation_ && i < atom->nlocal; ++i)
    column.push_back(deviation_->array_atom[i][1]);
  return column;
}
