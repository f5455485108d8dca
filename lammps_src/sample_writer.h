#pragma once
// Atoms that are due -> records in the file, gathered from all ranks and written by one.

#include "compute.h"
#include "lammps_units.h"
#include "record_file.h"
#include "sample_options.h"
#include "sample_selection.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace LAMMPS_NS {

/// An atom to be sampled at the present step.
struct DueAtom {
  std::int64_t id;
  int tau;      // steps
  int local;    // -1 on the ranks that do not own it
};

/// Every public function is collective. Records are in eV and Å whatever the units of the run.
class SampleWriter : protected Pointers {
 public:
  /// Opens the file; an error if it cannot be written or its records must not be mixed with new ones.
  SampleWriter(LAMMPS *, std::string style, const nnmb::SampleOptions &, const SampleSelection &);
  ~SampleWriter() override;

  /// Before each run: checks that what is needed will be there. `list` comes later, through set_list.
  void init();
  void set_list(class NeighList *list) { list_ = list; }
  /// One record an atom (mode environment) or one for all of them (mode frame).
  void write(const std::vector<DueAtom> &due);

  std::int64_t n_records() const { return n_records_; }
  /// Steps at which the chosen atoms were sampled last, from the records found in the file; absent: never.
  const std::vector<std::int64_t> &found_last_sampled() const { return found_last_sampled_; }

 private:
  void open();
  void report_found(const nnmb::RecordFile &file) const;
  void check_neighbors();
  void check_exclusions() const;
  std::unique_ptr<Compute> make_compute(const std::string &style, const std::string &arguments);
  std::string environment_record(const DueAtom &due) const;
  void write_environments(const std::vector<DueAtom> &due);
  void write_frame(const std::vector<DueAtom> &due);
  std::string frame_record(const std::vector<DueAtom> &due, const std::vector<double> &atoms) const;
  std::string append(const std::vector<std::string> &records);
  void stop_on(const std::string &problem) const;

  std::string style_;
  const nnmb::SampleOptions &options_;
  const SampleSelection &selection_;
  std::unique_ptr<nnmb::RecordFile> file_;    // on rank 0 only
  std::int64_t n_records_ = 0;
  std::vector<std::int64_t> found_last_sampled_;
  class NeighList *list_ = nullptr;
  double cutoff_ = 0.0;    // distance unit of the run
  nnmb::HostUnits units_;
  std::unique_ptr<Compute> atomic_energies_, energy_,
      pressure_;    // LAMMPS's own, not registered in the input
};

}    // namespace LAMMPS_NS
