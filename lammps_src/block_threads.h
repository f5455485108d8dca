// Blocks of centers evaluated by the threads of one rank, each with a scratch and arrays of its own.

#ifndef LMP_BLOCK_THREADS_H
#define LMP_BLOCK_THREADS_H

#include "lammps_environment.h"

#include "nnmanybody/assembly.h"
#include "nnmanybody/potential.h"
#include "nnmanybody/structure.h"

#include <array>
#include <string>
#include <vector>

namespace LAMMPS_NS {

class Atom;
class NeighList;

/// What is done with every block: all of it, or one of the three passes of an nnmb::MessageExchange.
enum class Pass { evaluate, send, answer };

/// Where results go; a null pointer means: not wanted.
struct BlockResults {
  Pass pass = Pass::evaluate;
  double *messages = nullptr;             // (n_atoms, n_messages), of a potential that has them
  double *message_gradients = nullptr;    // the same
  nnmb::AtomArrays arrays;
  double *energies = nullptr;               // of every atom
  double energy = 0.0;                      // of all
  nnmb::Overshoot *overshoots = nullptr;    // of every atom; alone when there are no forces
  nnmb::MemberArrays members;               // of a committee, in units of the run
};

class BlockThreads {
 public:
  /// Adds energies, forces and virials of the given centers (per species: their local indices), in `units`, to
  /// `results`, whose arrays have n_atoms rows. The same number of threads gives the same bits.
  /// Returns what went wrong on the way, with the closest pair of atoms; empty: nothing.
  std::string evaluate(const nnmb::Potential &potential,
                       const std::vector<std::vector<int>> &centers, const Atom &atom,
                       const NeighList &list, const std::vector<int> &type_to_species,
                       const nnmb::HostUnits &units, int n_threads, std::size_t n_atoms,
                       BlockResults &results);
  double memory_usage() const;

 private:
  struct Block {
    std::size_t species, begin, end;    // of centers[species]
  };
  /// One thread's memory. All but the first thread add to arrays of their own.
  struct Thread {
    nnmb::PotentialScratch scratch;
    nnmb::BlockResult result;
    LammpsBlock block;
    std::vector<double> forces, atomic_virials, centroid_virials, member_forces, message_gradients;
    arma::mat messages;
    std::array<double, 6> virial;
    BlockResults results;
    std::string failure;
  };
  void divide(const std::vector<std::vector<int>> &centers, int n_threads, bool with_members);
  /// The first and the last pass of a message exchange, for the block at hand.
  static void send(Thread &thread, const nnmb::Potential &potential);
  static void answer(Thread &thread, const nnmb::Potential &potential,
                     const nnmb::HostUnits &units);
  void evaluate_block(Thread &thread, const nnmb::Potential &potential,
                      const nnmb::HostUnits &units, std::size_t n_atoms) const;
  void give_arrays(Thread &thread, const BlockResults &results, std::size_t n_atoms,
                   const nnmb::Potential &potential) const;
  void add_up(BlockResults &results, std::size_t n_atoms, const nnmb::Potential &potential,
              int n_threads);

  std::vector<Block> blocks_;
  std::vector<Thread> threads_;
};

}    // namespace LAMMPS_NS

#endif
