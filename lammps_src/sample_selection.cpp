#include "sample_selection.h"

#include "atom.h"
#include "atom_choice.h"
#include "comm.h"
#include "error.h"
#include "group.h"
#include "input.h"
#include "lammps_compat.h"
#include "nnmanybody/chemical_elements.h"
#include "nnmanybody/text.h"
#include "update.h"
#include "variable.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

using namespace LAMMPS_NS;

SampleSelection::SampleSelection(LAMMPS *lammps, std::string style,
                                 const nnmb::SampleOptions &options, int igroup) :
    Pointers(lammps), style_(std::move(style))
{
  if (atom->tag_enable == 0) fail("atoms need ids (atom_modify id yes)");
  find_elements(options);
  choose_atoms(options, igroup);
  find_alpha(options);
}

void SampleSelection::fail(const std::string &message) const
{
  error->all(FLERR, style_ + ": " + message);
}

// From the keyword, else from type labels, else from alpha when it names as many elements as there are types.
void SampleSelection::find_elements(const nnmb::SampleOptions &options)
{
  const auto ntypes = static_cast<std::size_t>(atom->ntypes);
  if (!options.elements.empty()) {
    elements_ = options.elements;
    if (elements_.size() != ntypes)
      fail("the keyword elements needs one element for each of the " + std::to_string(ntypes) +
           " atom types, got " + std::to_string(elements_.size()));
    return;
  }
  elements_ = elements_from_labels();
  if (elements_.size() == ntypes) return;
  if (options.alpha.size() != ntypes)
    fail("the elements of the " + std::to_string(ntypes) +
         " atom types are not known: the types have no element "
         "symbols as type labels and alpha names " +
         std::to_string(options.alpha.size()) +
         " elements; add the keyword elements with one element for each type");
  elements_.clear();
  for (const auto &[element, value] : options.alpha) elements_.push_back(element);
}

// The header of LAMMPS's label map is not installed with it; formulas of variables know the labels, too.
std::vector<std::string> SampleSelection::elements_from_labels() const
{
  if (!has_type_labels(*atom)) return {};
  std::vector<std::string> elements(static_cast<std::size_t>(atom->ntypes));
  std::size_t n_found = 0;
  for (const auto symbol : nnmb::element_symbols) {
    const std::string arguments = "(atom," + std::string(symbol) + ")";
    if (input->variable->compute_equal("is_typelabel" + arguments) == 0.0) continue;
    const double itype = input->variable->compute_equal("label2type" + arguments);
    elements[static_cast<std::size_t>(itype) - 1] = symbol;
    ++n_found;
  }
  return n_found == elements.size() ? elements : std::vector<std::string>{};
}

void SampleSelection::choose_atoms(const nnmb::SampleOptions &options, int igroup)
{
  const std::string group_name = group->names[igroup];
  auto candidates = group_ids(igroup);
  if (candidates.empty()) fail("group " + group_name + " holds no atoms to sample");
  if (options.n_random > candidates.size())
    fail("atoms random asks for " + std::to_string(options.n_random) + " atoms, group " +
         group_name + " holds " + std::to_string(candidates.size()));
  for (const auto id : options.atom_ids)
    if (!std::binary_search(candidates.begin(), candidates.end(), id))
      fail("atom " + std::to_string(id) + " of the keyword atoms is not in group " + group_name +
           " (" + std::to_string(candidates.size()) + " atoms, ids " +
           std::to_string(candidates.front()) + " to " + std::to_string(candidates.back()) + ")");
  if (options.n_random > 0)
    ids_ = nnmb::choose_at_random(std::move(candidates), options.n_random, options.seed);
  else
    ids_ = options.atom_ids.empty() ? std::move(candidates) : options.atom_ids;
  if (ids_.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) / 2)
    fail("too many atoms are chosen");
  for (std::size_t i = 0; i < ids_.size(); ++i) index_.emplace(ids_[i], i);
}

/// Ids of all atoms of the group, ascending, on every rank.
std::vector<std::int64_t> SampleSelection::group_ids(int igroup) const
{
  std::vector<std::int64_t> mine;
  for (int i = 0; i < atom->nlocal; ++i)
    if (atom->mask[i] & group->bitmask[igroup]) mine.push_back(atom->tag[i]);
  const int n_mine = static_cast<int>(mine.size());
  std::vector<int> counts(static_cast<std::size_t>(comm->nprocs)), offsets(counts.size());
  MPI_Allgather(&n_mine, 1, MPI_INT, counts.data(), 1, MPI_INT, world);
  std::exclusive_scan(counts.begin(), counts.end(), offsets.begin(), 0);
  std::vector<std::int64_t> all(static_cast<std::size_t>(offsets.back() + counts.back()));
  MPI_Allgatherv(mine.data(), n_mine, MPI_INT64_T, all.data(), counts.data(), offsets.data(),
                 MPI_INT64_T, world);
  std::sort(all.begin(), all.end());
  return all;
}

void SampleSelection::find_alpha(const nnmb::SampleOptions &options)
{
  alpha_.assign(elements_.size(), std::numeric_limits<double>::quiet_NaN());
  for (const auto &[element, value] : options.alpha) {
    const std::set<std::string> known(elements_.begin(), elements_.end());
    if (known.count(element) == 0)
      fail("alpha is given for element " + element + ", but the atom types are of " +
           nnmb::join({known.begin(), known.end()}, ", "));
    for (std::size_t i = 0; i < elements_.size(); ++i)
      if (elements_[i] == element) alpha_[i] = value;
  }
  std::set<int> types;
  for (const auto &chosen : gather()) types.insert(chosen.type);
  types_.assign(types.begin(), types.end());
  for (const int itype : types_) check_alpha(itype);
}

void SampleSelection::check_alpha(int itype) const
{
  if (std::isnan(alpha(itype)))
    fail("atoms of element " + element(itype) +
         " are chosen for sampling, but alpha is not given for it");
}

std::vector<ChosenAtom> SampleSelection::atoms() const
{
  auto chosen = gather();
  const std::string when = " at step " + std::to_string(update->ntimestep);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const std::string who = "atom " + std::to_string(ids_[i]);
    if (chosen[i].type < 1) fail(who + " is chosen for sampling but no longer exists" + when);
    if (!std::isfinite(chosen[i].force))
      fail("the force on " + who + " is not a finite number" + when +
           ": the simulation has come apart; the records "
           "written before are safe");
    check_alpha(chosen[i].type);    // types may change in a run
  }
  return chosen;
}

/// Type 0 if no rank owns an atom, infinity for a force that is not finite.
std::vector<ChosenAtom> SampleSelection::gather() const
{
  // The owner of an atom knows its force and type; the largest value over the ranks is the owner's.
  std::vector<ChosenAtom> chosen(ids_.size(), ChosenAtom{0.0, 0, -1});
  std::vector<double> shared(2 * ids_.size(), 0.0);
  for (int i = 0; i < atom->nlocal; ++i) {
    const auto found = index_.find(atom->tag[i]);
    if (found == index_.end()) continue;
    const double *f = atom->f[i];
    const double magnitude = std::sqrt(f[0] * f[0] + f[1] * f[1] + f[2] * f[2]);
    chosen[found->second].local = i;
    shared[2 * found->second] = std::isfinite(magnitude) ? magnitude
                                                         : std::numeric_limits<double>::infinity();
    shared[2 * found->second + 1] = atom->type[i];
  }
  MPI_Allreduce(MPI_IN_PLACE, shared.data(), static_cast<int>(shared.size()), MPI_DOUBLE, MPI_MAX,
                world);
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    chosen[i].force = shared[2 * i];
    chosen[i].type = static_cast<int>(shared[2 * i + 1]);
  }
  return chosen;
}
