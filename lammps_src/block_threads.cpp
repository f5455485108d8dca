#include "block_threads.h"

#include "atom.h"
#include "neigh_list.h"

#include "fmt/format.h"

#include <algorithm>
#include <stdexcept>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace LAMMPS_NS {

namespace {

/// Runs work(0) … work(n_threads - 1), each in a thread of its own.
template <typename Work> void in_threads(int n_threads, Work work)
{
#ifdef _OPENMP
  if (n_threads > 1) {
#pragma omp parallel num_threads(n_threads)
    // The runtime may give fewer threads than asked for.
    for (int t = omp_get_thread_num(); t < n_threads; t += omp_get_num_threads()) work(t);
    return;
  }
#endif
  for (int t = 0; t < n_threads; ++t) work(t);
}

}    // namespace

/// Blocks large enough for the products of matrices, and enough of them that no thread waits long for the last.
void BlockThreads::divide(const std::vector<std::vector<int>> &centers, int n_threads,
                          bool with_members)
{
  std::size_t n_centers = 0;
  for (const auto &of_species : centers) n_centers += of_species.size();
  constexpr std::size_t smallest = 8, blocks_per_thread = 8;
  // The gradient of each member is gathered from the whole block for every part of it that fits into the cache.
  constexpr std::size_t largest_with_members = 16;
  const std::size_t largest = with_members ? largest_with_members : nnmb::Potential::block_size;
  const std::size_t size = std::clamp(
      n_centers / (blocks_per_thread * static_cast<std::size_t>(n_threads)), smallest, largest);
  blocks_.clear();
  for (std::size_t species = 0; species < centers.size(); ++species)
    for (std::size_t begin = 0; begin < centers[species].size(); begin += size)
      blocks_.push_back({species, begin, std::min(begin + size, centers[species].size())});
}

void BlockThreads::give_arrays(Thread &thread, const BlockResults &results, std::size_t n_atoms,
                               const nnmb::Potential &potential) const
{
  thread.failure.clear();
  thread.results = results;
  thread.results.energy = 0.0;
  if (&thread == threads_.data()) return;
  const auto own = [&](double *wanted, std::vector<double> &array,
                       std::size_t columns) -> double * {
    if (!wanted) return nullptr;
    array.assign(columns * n_atoms, 0.0);
    return array.data();
  };
  nnmb::AtomArrays &arrays = thread.results.arrays;
  arrays.forces = own(results.arrays.forces, thread.forces, 3);
  arrays.atomic_virials = own(results.arrays.atomic_virials, thread.atomic_virials, 6);
  arrays.centroid_virials = own(results.arrays.centroid_virials, thread.centroid_virials, 9);
  thread.results.members.forces = own(results.members.forces, thread.member_forces,
                                      3 * static_cast<std::size_t>(potential.n_models()));
  if (results.pass == Pass::evaluate)
    thread.results.message_gradients = own(results.message_gradients, thread.message_gradients,
                                           static_cast<std::size_t>(potential.n_messages()));
  thread.virial.fill(0.0);
  arrays.virial = results.arrays.virial ? thread.virial.data() : nullptr;
}

void BlockThreads::add_up(BlockResults &results, std::size_t n_atoms,
                          const nnmb::Potential &potential, int n_threads)
{
  if (results.pass == Pass::send) return;    // every thread has written to rows of its own
  in_threads(n_threads, [&](int part) {
    const auto sum = [&](double *total, std::size_t columns, std::vector<double> Thread::*own) {
      if (!total) return;
      const std::size_t n = columns * n_atoms, parts = static_cast<std::size_t>(n_threads);
      const std::size_t begin = n * static_cast<std::size_t>(part) / parts;
      const std::size_t end = n * (static_cast<std::size_t>(part) + 1) / parts;
      for (std::size_t t = 1; t < parts; ++t) {
        const double *from = (threads_[t].*own).data();
        for (std::size_t i = begin; i < end; ++i) total[i] += from[i];
      }
    };
    sum(results.arrays.forces, 3, &Thread::forces);
    sum(results.arrays.atomic_virials, 6, &Thread::atomic_virials);
    sum(results.arrays.centroid_virials, 9, &Thread::centroid_virials);
    sum(results.members.forces, 3 * static_cast<std::size_t>(potential.n_models()),
        &Thread::member_forces);
    if (results.pass == Pass::evaluate)
      sum(results.message_gradients, static_cast<std::size_t>(potential.n_messages()),
          &Thread::message_gradients);
  });
  for (std::size_t t = 0; t < static_cast<std::size_t>(n_threads); ++t) {
    results.energy += threads_[t].results.energy;
    for (std::size_t d = 0; t > 0 && results.arrays.virial && d < 6; ++d)
      results.arrays.virial[d] += threads_[t].virial[d];
  }
}

void BlockThreads::send(Thread &thread, const nnmb::Potential &potential)
{
  potential.send(thread.block.environments, thread.scratch, thread.messages);
  const auto n = static_cast<std::ptrdiff_t>(thread.messages.n_rows);
  for (arma::uword c = 0; c < thread.messages.n_cols; ++c)
    std::copy_n(thread.messages.colptr(c), n,
                thread.results.messages + n * thread.block.centers[c]);
}

void BlockThreads::answer(Thread &thread, const nnmb::Potential &potential,
                          const nnmb::HostUnits &units)
{
  const auto n = static_cast<std::ptrdiff_t>(potential.n_messages());
  thread.messages.set_size(static_cast<arma::uword>(n), thread.block.centers.size());
  for (arma::uword c = 0; c < thread.messages.n_cols; ++c)
    std::copy_n(thread.results.message_gradients + n * thread.block.centers[c], n,
                thread.messages.colptr(c));
  potential.answer(thread.block.environments, thread.messages, thread.scratch,
                   thread.result.gradient);
  nnmb::add_block(thread.block.environments, thread.result.gradient, thread.block.centers.data(),
                  thread.block.neighbors.data(), units, thread.results.arrays);
}

void BlockThreads::evaluate_block(Thread &thread, const nnmb::Potential &potential,
                                  const nnmb::HostUnits &units, std::size_t n_atoms) const
{
  const LammpsBlock &block = thread.block;
  const int *centers = block.centers.data(), *neighbors = block.neighbors.data();
  BlockResults &results = thread.results;
  thread.scratch.exchange = {results.messages, results.message_gradients, neighbors};
  if (results.overshoots && !results.arrays.forces)
    potential.find_overshoots(block.environments, thread.scratch, thread.result);
  else
    potential.evaluate(block.environments, thread.scratch, thread.result,
                       nnmb::wanted_of(results.members), results.overshoots != nullptr);
  for (std::size_t c = 0; results.overshoots && c < block.centers.size(); ++c)
    results.overshoots[centers[c]] = thread.result.overshoots[c];
  if (!results.arrays.forces) return;
  nnmb::add_block(block.environments, thread.result.gradient, centers, neighbors, units,
                  results.arrays);
  nnmb::add_members(block.environments, thread.result, centers, neighbors, units, n_atoms,
                    results.members);
  for (std::size_t c = 0; c < block.centers.size(); ++c) {
    const double energy = units.energy * thread.result.energies(static_cast<arma::uword>(c));
    results.energy += energy;
    if (results.energies) results.energies[centers[c]] += energy;
  }
}

std::string BlockThreads::evaluate(const nnmb::Potential &potential,
                                   const std::vector<std::vector<int>> &centers, const Atom &atom,
                                   const NeighList &list, const std::vector<int> &type_to_species,
                                   const nnmb::HostUnits &units, int n_threads, std::size_t n_atoms,
                                   BlockResults &results)
{
  divide(centers, n_threads, results.members.forces != nullptr);
  n_threads = std::clamp(static_cast<int>(blocks_.size()), 1, n_threads);
  if (threads_.size() < static_cast<std::size_t>(n_threads))
    threads_.resize(static_cast<std::size_t>(n_threads));

  in_threads(n_threads, [&](int t) {
    Thread &thread = threads_[static_cast<std::size_t>(t)];
    try {
      give_arrays(thread, results, n_atoms, potential);
      for (std::size_t b = static_cast<std::size_t>(t); b < blocks_.size();
           b += static_cast<std::size_t>(n_threads)) {
        const auto [species, begin, end] = blocks_[b];
        thread.block.clear(static_cast<int>(species));
        for (std::size_t c = begin; c < end; ++c)
          thread.block.add(atom, list, centers[species][c], type_to_species, potential.cutoff(),
                           units);
        if (results.pass == Pass::send)
          send(thread, potential);
        else if (results.pass == Pass::answer)
          answer(thread, potential, units);
        else
          evaluate_block(thread, potential, units, n_atoms);
      }
    } catch (const std::invalid_argument &failure) {
      thread.failure =
          fmt::format("{} ({})", failure.what(), thread.block.describe_closest_pair(atom));
    } catch (const std::exception &failure) {
      thread.failure = failure.what();
    }
  });

  for (int t = 0; t < n_threads; ++t)
    if (!threads_[static_cast<std::size_t>(t)].failure.empty())
      return threads_[static_cast<std::size_t>(t)].failure;
  add_up(results, n_atoms, potential, n_threads);
  return "";
}

double BlockThreads::memory_usage() const
{
  std::size_t numbers = 0;
  for (const Thread &thread : threads_)
    numbers += thread.forces.capacity() + thread.atomic_virials.capacity() +
               thread.centroid_virials.capacity() + thread.member_forces.capacity() +
               thread.message_gradients.capacity();
  return static_cast<double>(numbers * sizeof(double));
}

}    // namespace LAMMPS_NS
