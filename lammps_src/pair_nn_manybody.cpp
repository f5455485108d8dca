/* ----------------------------------------------------------------------
   nnmanybody: Behler-Parrinello neural network potentials for LAMMPS
   GPL-2.0-or-later

   Glue only: options, files, neighbor list, and where LAMMPS wants the results. The physics is in core/.
------------------------------------------------------------------------- */

#include "pair_nn_manybody.h"

#include "block_threads.h"
#include "extrapolation_monitor.h"
#include "lammps_compat.h"
#include "lammps_environment.h"
#include "lammps_units.h"
#include "pair_coeff_arguments.h"
#include "pair_settings.h"
#include "run_guard.h"

#include "nnmanybody/assembly.h"
#include "nnmanybody/potential.h"
#include "nnmanybody/potential_file.h"
#include "nnmanybody/text.h"

#include "atom.h"
#include "citeme.h"
#include "comm.h"
#include "error.h"
#include "force.h"
#include "memory.h"
#include "neigh_list.h"
#include "neighbor.h"
#include "update.h"
#include "utils.h"

#include "fmt/format.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <sstream>

using namespace LAMMPS_NS;

static const char cite_nn_manybody[] =
    "pair_style nn/manybody: https://doi.org/10.1103/PhysRevLett.98.146401\n\n"
    "@Article{Behler2007,\n"
    " author = {J. Behler and M. Parrinello},\n"
    " title = {Generalized Neural-Network Representation of High-Dimensional Potential-Energy "
    "Surfaces},\n"
    " journal = {Physical Review Letters},\n"
    " volume = 98, pages = 146401, year = 2007\n"
    "}\n\n";

struct LAMMPS_NS::PairNNManybodyData {
  std::unique_ptr<nnmb::Potential> potential;
  std::vector<int> type_to_species;    // index: atom type, from 1; -1 for NULL
  nnmb::HostUnits units;               // of the run
  BlockThreads threads;
  std::vector<std::vector<int>> centers;              // per species: local indices of this step
  std::vector<double> messages, message_gradients;    // (n_atoms, n_messages)
  PairSettings settings;
  std::unique_ptr<ExtrapolationMonitor> monitor;    // null: not asked for
  bool guarded = false;                             // a fix wants to save something before an error
};

PairNNManybody::PairNNManybody(LAMMPS *lammps) : Pair(lammps), data(new PairNNManybodyData)
{
  single_enable = 0;
  restartinfo = 0;
  one_coeff = 1;
  manybody_flag = 1;
  centroidstressflag = CENTROID_AVAIL;
  if (lmp->citeme) lmp->citeme->add(cite_nn_manybody);
}

PairNNManybody::~PairNNManybody()
{
  if (allocated) {
    memory->destroy(setflag);
    memory->destroy(cutsq);
  }
  delete data;
}

void PairNNManybody::allocate()
{
  allocated = 1;
  const int n = atom->ntypes + 1;
  memory->create(setflag, n, n, "pair:setflag");
  memory->create(cutsq, n, n, "pair:cutsq");
  map = new int[n];
}

void PairNNManybody::settings(int narg, char **arg)
{
  try {
    data->settings = parse_pair_settings(narg, arg);
  } catch (const std::invalid_argument &failure) {
    error->all(FLERR, std::string("Pair style nn/manybody: ") + failure.what());
  }
  const int every = data->settings.extrapolation_every;
  data->monitor.reset();
  if (every > 0)
    data->monitor =
        std::make_unique<ExtrapolationMonitor>(lmp, every, data->settings.extrapolation_threshold);
}

namespace {

/// The text of a potential file, read by the first rank; searched like every LAMMPS potential file. LAMMPS's own
/// opening refuses all units but those of the file and real.
std::string read_potential_text(const std::string &name, MPI_Comm world, int me)
{
  std::string text;
  int size = -1;
  if (me == 0) {
    const std::string path = utils::get_potential_file_path(name);
    if (FILE *file = path.empty() ? nullptr : fopen(path.c_str(), "rb")) {
      std::vector<char> buffer(1 << 16);
      std::size_t n = 0;
      while ((n = fread(buffer.data(), 1, buffer.size(), file)) > 0) text.append(buffer.data(), n);
      fclose(file);
      size = static_cast<int>(text.size());
    }
  }
  MPI_Bcast(&size, 1, MPI_INT, 0, world);
  if (size < 0) throw std::invalid_argument("cannot open the potential file '" + name + "'");
  text.resize(static_cast<std::size_t>(size));
  MPI_Bcast(text.data(), size, MPI_CHAR, 0, world);
  return text;
}

void check_cutoff(double typed, const nnmb::Potential &potential)
{
  constexpr double tolerance = 1e-6;    // Å: a number typed by hand
  if (typed >= 0.0 && std::abs(typed - potential.cutoff()) > tolerance)
    throw std::invalid_argument("the cutoff " + nnmb::shortest(typed) +
                                " Å does not agree with the potential, whose "
                                "symmetry functions reach " +
                                nnmb::shortest(potential.cutoff()) + " Å");
}

/// One line on what was read: what a log file needs to tell later which potential a run used.
std::string describe(const nnmb::Potential &potential, const std::string &unit_style)
{
  std::string text =
      fmt::format("nn/manybody: elements {}, cutoff {} Angstrom",
                  nnmb::join(potential.elements(), " "), nnmb::shortest(potential.cutoff()));
  for (const auto &section : potential.definition().sections)
    text += fmt::format("; {}: {} symmetry functions, {}", section.element,
                        section.functions.size(), section.models.front()->kind());
  if (potential.n_models() > 1) text += fmt::format("; committee of {}", potential.n_models());
  const auto &core = potential.definition().pair_core;
  if (core) text += "; core " + nnmb::pair_core_text(core);
  if (unit_style != "metal") text += "; converted from eV and Angstrom to units " + unit_style;
  return text + "\n";
}

/// One file may hold all members, or each file one or more of them.
nnmb::PotentialDefinition make_committee(const std::vector<nnmb::PotentialDefinition> &definitions)
{
  if (definitions.size() > 1) try {
      return nnmb::join_committee(definitions);
    } catch (const std::invalid_argument &difference) {
      throw std::invalid_argument(std::string("no committee: ") + difference.what() +
                                  ". Members may differ in their networks only; leave out the word "
                                  "committee for one file per element");
    }
  if (definitions.front().sections.front().models.size() < 2)
    throw std::invalid_argument(
        "expected the files of at least two members behind 'pair_style nn/manybody committee', or "
        "one file with several models per element, got one file with one model");
  return definitions.front();
}

}    // namespace

void PairNNManybody::coeff(int narg, char **arg)
{
  if (!allocated) allocate();
  try {
    const PairCoeffArguments arguments = parse_pair_coeff(narg, arg, atom->ntypes);
    data->units = units_of_run(update->unit_style);
    std::vector<nnmb::PotentialDefinition> definitions;
    for (const std::string &name : arguments.files) {
      std::istringstream stream(read_potential_text(name, world, comm->me));
      definitions.push_back(nnmb::read_potential(stream, name));
      const std::string &date = definitions.back().header.date;
      if (comm->me == 0 && !date.empty())
        utils::logmesg(lmp, "Reading potential file {} with DATE: {}\n", name, date);
    }
    data->potential = std::make_unique<nnmb::Potential>(
        data->settings.committee ? make_committee(definitions) : nnmb::merge(definitions));
    check_cutoff(arguments.cutoff / data->units.length, *data->potential);

    const auto &known = data->potential->elements();
    std::vector<std::string> names = arguments.elements;
    if (names.empty()) {
      if (known.size() > 1)
        throw std::invalid_argument("the potential has the elements " + nnmb::join(known, " ") +
                                    ": name the element of each atom type behind the file");
      names.assign(static_cast<std::size_t>(atom->ntypes), known.front());
    }
    std::vector<char *> words;
    for (std::string &name : names) words.push_back(name.data());
    map_element2type(static_cast<int>(words.size()), words.data());

    data->type_to_species.assign(static_cast<std::size_t>(atom->ntypes) + 1, -1);
    for (std::size_t type = 1; type <= names.size(); ++type) {
      const std::string &name = names[type - 1];
      if (name == "NULL") continue;
      const auto found = std::find(known.begin(), known.end(), name);
      if (found == known.end())
        throw std::invalid_argument("atom type " + std::to_string(type) + " is " + name +
                                    ", but the potential has " + nnmb::join(known, " ") +
                                    "; NULL leaves a type to another pair style");
      data->type_to_species[type] = static_cast<int>(found - known.begin());
    }
  } catch (const std::invalid_argument &failure) {
    error->all(FLERR, std::string("Pair style nn/manybody: ") + failure.what());
  }
  const int n_messages = data->potential->n_messages();
  comm_forward = comm_reverse = n_messages;
  // What an atom feels then depends on atoms two cutoffs away: the sum over its pairs is not its heat flux.
  centroidstressflag = n_messages > 0 ? CENTROID_NOTAVAIL : CENTROID_AVAIL;
  if (comm->me == 0) utils::logmesg(lmp, describe(*data->potential, update->unit_style));
}

void PairNNManybody::init_style()
{
  if (force->newton_pair == 0)
    error->all(FLERR, "Pair style nn/manybody requires newton pair on: forces on the neighbors of "
                      "an atom go back to "
                      "the processor that owns them; remove 'newton off' from the input");
  request_full_list(*neighbor, this, instance_me);
  // Of hybrid, which has made its own before this style knew.
  force->pair->comm_forward = std::max(force->pair->comm_forward, comm_forward);
  force->pair->comm_reverse = std::max(force->pair->comm_reverse, comm_reverse);
  data->guarded = has_run_guards(lmp);
}

// Comes after the init() of all fixes, some of which (gcmc) exclude neighbors there.
void PairNNManybody::init_list(int id, NeighList *ptr)
{
  Pair::init_list(id, ptr);
  const std::string hiding = hidden_neighbors(*neighbor, *force, *atom);
  if (!hiding.empty())
    error->all(FLERR, "Pair style nn/manybody: " + hiding +
                          " hides neighbors, so that energies and forces would be "
                          "wrong without a word; remove it, or the fix that sets it (gcmc, widom)");
}

double PairNNManybody::init_one(int i, int j)
{
  if (setflag[i][j] == 0) error->all(FLERR, "Pair style nn/manybody: all pair coeffs are not set");
  return data->units.length * data->potential->cutoff();
}

void PairNNManybody::compute(int eflag, int vflag)
{
  ev_init(eflag, vflag);
  // Rows of LAMMPS's two-dimensional arrays lie behind one another.
  BlockResults results;
  const bool looks = data->monitor && data->monitor->is_due();
  if (atom->nlocal + atom->nghost > 0) {
    results.arrays.forces = &atom->f[0][0];
    if (vflag_global) results.arrays.virial = virial;
    if (vflag_atom) results.arrays.atomic_virials = &vatom[0][0];
    if (cvflag_atom) results.arrays.centroid_virials = &cvatom[0][0];
    if (eflag_atom) results.energies = eatom;
    if (looks) results.overshoots = data->monitor->room(atom->nlocal);
  }
  evaluate(results);
  if (looks) data->monitor->look(*this);
  if (eflag_global) eng_vdwl += results.energy;
  if (vflag_fdotr) virial_fdotr_compute();
}

void PairNNManybody::evaluate(BlockResults &results)
{
  data->centers.resize(data->potential->elements().size());
  for (auto &centers : data->centers) centers.clear();
  for (int ii = 0; ii < list->inum; ++ii) {
    const int i = list->ilist[ii];
    const int of_atom = species(atom->type[i]);
    if (of_atom >= 0) data->centers[static_cast<std::size_t>(of_atom)].push_back(i);
  }
  // Overshoots alone need no messages; whether they are alone all ranks know alike.
  const bool alone = results.overshoots && !results.arrays.forces;
  if (alone || data->potential->n_messages() == 0)
    compute_blocks(results);
  else
    compute_with_messages(results);
}

void PairNNManybody::finish()
{
  if (data->monitor) data->monitor->summarize(*this);
}

bool PairNNManybody::is_ready() const
{
  return list && list->ilist;
}

const nnmb::Potential &PairNNManybody::potential() const
{
  return *data->potential;
}

const nnmb::HostUnits &PairNNManybody::units() const
{
  return data->units;
}

int PairNNManybody::species(int itype) const
{
  return data->type_to_species[static_cast<std::size_t>(itype)];
}

void PairNNManybody::compute_blocks(BlockResults &results)
{
  const std::string failure = data->threads.evaluate(
      *data->potential, data->centers, *atom, *list, data->type_to_species, data->units,
      comm->nthreads, static_cast<std::size_t>(atom->nlocal + atom->nghost), results);
  stop_if(lmp, data->guarded, "Pair style nn/manybody", failure);
}

/// Owned atoms say what ghosts then repeat; what is heard from ghosts goes back to their owners.
void PairNNManybody::compute_with_messages(BlockResults &results)
{
  const auto n = static_cast<std::size_t>(data->potential->n_messages());
  const auto n_atoms = static_cast<std::size_t>(atom->nlocal + atom->nghost);
  data->messages.assign(n * n_atoms, 0.0);
  data->message_gradients.assign(n * n_atoms, 0.0);
  results.messages = data->messages.data();
  results.message_gradients = data->message_gradients.data();
  results.pass = Pass::send;
  compute_blocks(results);
  forward_pair(*comm, this);
  results.pass = Pass::evaluate;
  compute_blocks(results);
  reverse_pair(*comm, this);
  results.pass = Pass::answer;
  compute_blocks(results);
}

int PairNNManybody::pack_forward_comm(int n, int *chosen, double *buffer, int, int *)
{
  const auto size = static_cast<std::ptrdiff_t>(data->potential->n_messages());
  for (int i = 0; i < n; ++i, buffer += size)
    std::copy_n(data->messages.begin() + size * chosen[i], size, buffer);
  return n * static_cast<int>(size);
}

void PairNNManybody::unpack_forward_comm(int n, int first, double *buffer)
{
  const auto size = static_cast<std::ptrdiff_t>(data->potential->n_messages());
  std::copy_n(buffer, n * size, data->messages.begin() + size * first);
}

int PairNNManybody::pack_reverse_comm(int n, int first, double *buffer)
{
  const auto size = static_cast<std::ptrdiff_t>(data->potential->n_messages());
  std::copy_n(data->message_gradients.begin() + size * first, n * size, buffer);
  return n * static_cast<int>(size);
}

void PairNNManybody::unpack_reverse_comm(int n, int *chosen, double *buffer)
{
  const auto size = static_cast<std::ptrdiff_t>(data->potential->n_messages());
  for (int i = 0; i < n; ++i)
    for (std::ptrdiff_t k = 0; k < size; ++k)
      data->message_gradients[static_cast<std::size_t>(size * chosen[i] + k)] += *buffer++;
}

double PairNNManybody::memory_usage()
{
  double bytes = Pair::memory_usage() + data->threads.memory_usage();
  bytes += static_cast<double>((data->messages.capacity() + data->message_gradients.capacity()) *
                               sizeof(double));
  for (const auto &centers : data->centers)
    bytes += static_cast<double>(centers.capacity() * sizeof(int));
  return bytes;
}
