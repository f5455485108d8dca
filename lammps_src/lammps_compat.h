// What differs between the releases of LAMMPS that this plugin can be built for: the one place that knows.
// Run with 29 Sep 2021, 29 Aug 2024 and 22 Jul 2025; compiled for 23 Jun 2022, 2 Aug 2023, 4 Feb 2025 and 4 Jul 2026.

#ifndef LMP_LAMMPS_COMPAT_H
#define LMP_LAMMPS_COMPAT_H

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "neighbor.h"

#include <string>

// Whether LAMMPS is of this date or later. 0: the headers did not say, taken for a new one.
#define NNMB_LAMMPS_SINCE(date) (NNMB_LAMMPS_VERSION == 0 || NNMB_LAMMPS_VERSION >= (date))

#if !NNMB_LAMMPS_SINCE(20220324)
#include "compute.h"
#include "fix.h"
#include "neigh_request.h"
#include "pair.h"

#include <type_traits>
#endif

namespace LAMMPS_NS {

class Compute;

/// Asks for a list of all neighbors, at every step; Style is a pair style, a compute or a fix, `instance` its instance_me.
template <typename Style>
void request_full_list(Neighbor &neighbor, Style *style, [[maybe_unused]] int instance)
{
#if NNMB_LAMMPS_SINCE(20220324)
  neighbor.add_request(style, NeighConst::REQ_FULL);
#else
  // In two steps: request() may move the array.
  const int index = neighbor.request(style, instance);
  NeighRequest &request = *neighbor.requests[index];
  request.pair = std::is_base_of_v<Pair, Style>;
  request.compute = std::is_base_of_v<Compute, Style>;
  request.fix = std::is_base_of_v<Fix, Style>;
  request.half = 0;
  request.full = 1;
#endif
}

/// Communication of a pair style's own numbers: from owned atoms to ghosts, and back to be added.
template <typename Communication, typename Style>
void forward_pair(Communication &comm, Style *style)
{
#if NNMB_LAMMPS_SINCE(20220324)
  comm.forward_comm(style);
#else
  comm.forward_comm_pair(style);
#endif
}

template <typename Communication, typename Style>
void reverse_pair(Communication &comm, Style *style)
{
#if NNMB_LAMMPS_SINCE(20220324)
  comm.reverse_comm(style);
#else
  comm.reverse_comm_pair(style);
#endif
}

/// What ghost atoms have goes to the ranks that own them, by pack_reverse_comm() and unpack_reverse_comm().
inline void reverse_communicate(Comm &comm, Compute *compute)
{
#if NNMB_LAMMPS_SINCE(20220324)
  comm.reverse_comm(compute);
#else
  comm.reverse_comm_compute(compute);
#endif
}

/// Stops all ranks because of one word of an input line, which newer releases mark in the line that they print.
[[noreturn]] inline void fail_at_word(Error &error, const std::string &file, int line,
                                      [[maybe_unused]] int word, const std::string &message)
{
#if NNMB_LAMMPS_SINCE(20250204)
  error.all(file, line, word, message);
#else
  error.all(file, line, message);
#endif
}

/// Whether atom types have labels that formulas of variables can ask for.
inline bool has_type_labels([[maybe_unused]] const Atom &atom)
{
#if NNMB_LAMMPS_SINCE(20230615)
  return atom.labelmapflag != 0;
#else
  return false;
#endif
}

}    // namespace LAMMPS_NS

#endif
