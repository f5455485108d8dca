// The present configuration -> the worst atom by each criterion of fix nn/trap.

#ifndef LMP_TRAP_CRITERIA_H
#define LMP_TRAP_CRITERIA_H

#include "pointers.h"
#include "trap_options.h"
#include "worst_atom.h"

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace LAMMPS_NS {

class ComputeNNDeviation;
class ComputeNNExtrapolation;
class NeighList;

using CriterionValues = std::array<WorstAtom, nnmb::n_criteria>;

class TrapCriteria : protected Pointers {
 public:
  /// `style` stands in front of messages; `id` is that of the fix.
  TrapCriteria(LAMMPS *, std::string style, const std::string &id, int igroup,
               const nnmb::TrapOptions &);
  ~TrapCriteria() override;

  /// Before each run: an error if what a criterion needs is not there.
  void init();
  void set_list(NeighList *list) { list_ = list; }

  /// In units of the run; a criterion that is not looked at has no atom and the value 0. Collective.
  CriterionValues evaluate();
  /// Of the last evaluation, of this rank's atoms; empty when not looked at.
  std::vector<double> extrapolation() const;
  std::vector<double> deviation() const;

 private:
  template <typename Style> std::unique_ptr<Style> make_compute(const std::string &id, int igroup);
  void check_distance() const;
  WorstAtom worst_in_column(double *const *array, int column) const;
  WorstAtom worst_extrapolation();
  WorstAtom worst_deviation();
  WorstAtom worst_force() const;
  WorstAtom shortest_distance() const;

  std::string style_;
  int groupbit_;
  const nnmb::TrapOptions &options_;
  // Not registered in the input.
  std::unique_ptr<ComputeNNExtrapolation> extrapolation_;
  std::unique_ptr<ComputeNNDeviation> deviation_;
  NeighList *list_ = nullptr;
};

}    // namespace LAMMPS_NS

#endif
