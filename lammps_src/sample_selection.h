#pragma once
// Which atoms are sampled, of which element each type is, and the force on each of them.

#include "pointers.h"
#include "sample_options.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace LAMMPS_NS {

/// A chosen atom at the present step. `local` is -1 on the ranks that do not own it.
struct ChosenAtom {
  double force;    // |F|, force unit of the run
  int type;
  int local;
};

class SampleSelection : protected Pointers {
 public:
  /// `style` stands in front of error messages. Collective.
  SampleSelection(LAMMPS *, std::string style, const nnmb::SampleOptions &, int igroup);

  std::size_t size() const { return ids_.size(); }
  std::int64_t id(std::size_t i) const { return ids_[i]; }
  const std::string &element(int itype) const
  {
    return elements_[static_cast<std::size_t>(itype - 1)];
  }
  double alpha(int itype) const { return alpha_[static_cast<std::size_t>(itype - 1)]; }
  /// Types of the chosen atoms when they were chosen.
  const std::vector<int> &types() const { return types_; }

  /// State of every chosen atom, in the order of their ids; an error if one is gone or its force is not a number.
  /// Collective.
  std::vector<ChosenAtom> atoms() const;

 private:
  [[noreturn]] void fail(const std::string &message) const;
  void find_elements(const nnmb::SampleOptions &);
  std::vector<std::string> elements_from_labels() const;
  void choose_atoms(const nnmb::SampleOptions &, int igroup);
  std::vector<std::int64_t> group_ids(int igroup) const;
  void find_alpha(const nnmb::SampleOptions &);
  void check_alpha(int itype) const;
  std::vector<ChosenAtom> gather() const;

  std::string style_;
  std::vector<std::string> elements_;                      // by type
  std::vector<double> alpha_;                              // by type; NaN: none given
  std::vector<std::int64_t> ids_;                          // ascending
  std::unordered_map<std::int64_t, std::size_t> index_;    // id -> position in ids_
  std::vector<int> types_;
};

}    // namespace LAMMPS_NS
