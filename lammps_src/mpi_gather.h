#pragma once
// Texts and numbers of all ranks -> rank 0. Every function is collective.

#include <mpi.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

namespace LAMMPS_NS {

/// The data of every rank, one after the other, on rank 0; nothing on the others.
template <typename Value>
std::vector<Value> gather_to_root(MPI_Comm world, MPI_Datatype type, const Value *data,
                                  std::size_t n)
{
  int rank = 0, n_ranks = 1;
  MPI_Comm_rank(world, &rank);
  MPI_Comm_size(world, &n_ranks);
  const long long n_mine = static_cast<long long>(n);
  std::vector<long long> sizes(static_cast<std::size_t>(n_ranks));
  MPI_Allgather(&n_mine, 1, MPI_LONG_LONG, sizes.data(), 1, MPI_LONG_LONG, world);
  const long long total = std::accumulate(sizes.begin(), sizes.end(), 0LL);
  // MPI counts in int. Known on every rank, so that all of them stop.
  if (total > std::numeric_limits<int>::max())
    throw std::length_error("the samples of one step are too large to gather: choose fewer atoms");
  const std::vector<int> counts(sizes.begin(), sizes.end());
  std::vector<int> offsets(counts.size());
  std::exclusive_scan(counts.begin(), counts.end(), offsets.begin(), 0);
  std::vector<Value> all(rank == 0 ? static_cast<std::size_t>(total) : 0);
  MPI_Gatherv(data, static_cast<int>(n), type, all.data(), counts.data(), offsets.data(), type, 0,
              world);
  return all;
}

/// The message of the lowest rank that has one, on every rank; empty if none has.
inline std::string first_message(MPI_Comm world, std::string message)
{
  int rank = 0, n_ranks = 1;
  MPI_Comm_rank(world, &rank);
  MPI_Comm_size(world, &n_ranks);
  int speaker = message.empty() ? n_ranks : rank;
  MPI_Allreduce(MPI_IN_PLACE, &speaker, 1, MPI_INT, MPI_MIN, world);
  if (speaker == n_ranks) return {};
  int length = static_cast<int>(message.size());
  MPI_Bcast(&length, 1, MPI_INT, speaker, world);
  message.resize(static_cast<std::size_t>(length));
  MPI_Bcast(message.data(), length, MPI_CHAR, speaker, world);
  return message;
}

}    // namespace LAMMPS_NS
