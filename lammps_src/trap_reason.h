// The worst atom by each criterion -> whether a configuration is caught, and why, in words and for a comment line.

#ifndef LMP_TRAP_REASON_H
#define LMP_TRAP_REASON_H

#include "extxyz_record.h"
#include "trap_criteria.h"
#include "trap_options.h"

#include <string>

namespace nnmb {
class Potential;
struct HostUnits;
}    // namespace nnmb

namespace LAMMPS_NS {

/// Of one record.
struct TrapReason {
  bool caught = false, stop = false;
  std::string text;         // for people
  nnmb::RecordInfo info;    // keys in front of the step
};

/// What the criteria say. `element` gives the symbol of an atom type; `potential` may be null where no criterion needs it.
/// Values in the info are in eV and Å, from those of the run.
class TrapFrames;
TrapReason judge(const nnmb::TrapOptions &options, const CriterionValues &values,
                 const TrapFrames &frames, const nnmb::Potential *potential);

/// A record that no criterion asked for. `level`: last_good, or failed for the one that could not go on.
TrapReason failure(const std::string &criterion, const std::string &level, const std::string &text);

}    // namespace LAMMPS_NS

#endif
