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

 private:
  struct PairNNManybodyData *data;    // potential and scratch, defined in the .cpp
  void allocate();
};

}    // namespace LAMMPS_NS

#endif
