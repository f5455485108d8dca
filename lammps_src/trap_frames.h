// Copies of the configuration -> records of extended XYZ, gathered from all ranks and written by one.

#ifndef LMP_TRAP_FRAMES_H
#define LMP_TRAP_FRAMES_H

#include "extxyz_record.h"
#include "lammps_units.h"
#include "pointers.h"
#include "record_file.h"
#include "trap_options.h"

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace LAMMPS_NS {

/// This rank's atoms and the box at one step, in units of the run.
struct Snapshot {
  bigint step = -1;                                // -1: none has been taken
  std::array<double, 3> low{}, edges{}, tilt{};    // tilt: xy, xz, yz
  std::vector<double> ids, types;                  // doubles, as they travel
  std::vector<double> positions, forces;           // (n, 3); forces empty: they were not finite
  std::vector<double> extrapolation, deviation;    // (n); empty: not looked at
};

/// Every public function is collective. Records are in eV and Å whatever the units of the run.
class TrapFrames : protected Pointers {
 public:
  /// Opens the file; an error if it cannot be written or its records must not be mixed with new ones. `style` stands in
  /// front of messages.
  TrapFrames(LAMMPS *, std::string style, const nnmb::TrapOptions &);
  ~TrapFrames() override;

  /// Before each run: units, and the element of every atom type.
  void init();
  const nnmb::HostUnits &units() const { return units_; }
  const std::string &element(int itype) const
  {
    return elements_[static_cast<std::size_t>(itype - 1)];
  }

  /// Positions, box and, unless they are not finite, forces of now. Not collective; keeps the memory of the snapshot.
  void take(Snapshot &snapshot, bool with_forces) const;
  /// Appends one record; `info` goes into its comment line. Returns what went wrong, or nothing, on every rank.
  std::string write(const Snapshot &snapshot, const nnmb::RecordInfo &info);
  /// Waits until everything is on the disk; returns what went wrong.
  std::string flush();

 private:
  void open();
  std::vector<double> gather(const std::vector<double> &mine) const;
  std::string record(const Snapshot &snapshot, const std::vector<double> &all,
                     const std::array<int, 3> &present, const nnmb::RecordInfo &info) const;

  std::string style_;
  const nnmb::TrapOptions &options_;
  std::unique_ptr<nnmb::RecordFile> file_;    // on rank 0 only
  nnmb::HostUnits units_;
  std::vector<std::string> elements_;    // by type
};

}    // namespace LAMMPS_NS

#endif
