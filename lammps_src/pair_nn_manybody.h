/* -*- c++ -*- ----------------------------------------------------------
   nnmanybody: Behler-Parrinello neural network potentials for LAMMPS
   GPL-2.0-or-later
------------------------------------------------------------------------- */

#ifndef LMP_PAIR_NN_MANYBODY_H
#define LMP_PAIR_NN_MANYBODY_H

#include "pair.h"

namespace nnmb {
class Potential;
struct HostUnits;
}    // namespace nnmb

namespace LAMMPS_NS {

class PairNNManybody : public Pair {
 public:
  explicit PairNNManybody(class LAMMPS *);
  ~PairNNManybody() override;
  void compute(int, int) override;
  void settings(int, char **) override;
  void coeff(int, char **) override;
  void init_style() override;
  void init_list(int, class NeighList *) override;
  double init_one(int, int) override;
  double memory_usage() override;
  // Models that hear their neighbors' features: messages to ghosts, dE/d(message) back from them.
  int pack_forward_comm(int, int *, double *, int, int *) override;
  void unpack_forward_comm(int, int, double *) override;
  int pack_reverse_comm(int, int, double *) override;
  void unpack_reverse_comm(int, int *, double *) override;
  void finish();    // of Pair, since LAMMPS 2022: at the end of a run

  // For the computes and fixes of this plugin.
  bool is_ready() const;    // after the first setup of a run there are neighbors
  const nnmb::Potential &potential() const;
  const nnmb::HostUnits &units() const;    // of the run
  int species(int itype) const;            // in the potential; -1 for NULL
  /// Evaluates the atoms where they are now. What went wrong on this rank ends the run.
  void evaluate(struct BlockResults &results);

 private:
  struct PairNNManybodyData *data;    // potential and scratch, defined in the .cpp
  void allocate();
  void compute_blocks(struct BlockResults &);
  void compute_with_messages(struct BlockResults &);
};

}    // namespace LAMMPS_NS

#endif
