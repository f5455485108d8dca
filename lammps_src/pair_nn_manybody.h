/* -*- c++ -*- ----------------------------------------------------------
   nnmanybody: Behler-Parrinello neural network potentials for LAMMPS
   GPL-2.0-or-later
------------------------------------------------------------------------- */

#ifndef LMP_PAIR_NN_MANYBODY_H
#define LMP_PAIR_NN_MANYBODY_H

#include "pair.h"

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

 private:
  struct PairNNManybodyData *data;    // potential and scratch, defined in the .cpp
  void allocate();
  void compute_blocks(struct BlockResults &);
  void compute_with_messages(struct BlockResults &);
};

}    // namespace LAMMPS_NS

#endif
