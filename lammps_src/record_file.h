#pragma once
// Records -> a file that holds whole records only, whatever happens to the run or the disk. POSIX, no LAMMPS.

#include "record_scan.h"

#include <cstdint>
#include <stdexcept>
#include <string>

namespace nnmb {

/// What cannot be opened, locked or written. The message says what is safe.
class RecordFileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One writer's hold on a file of records.
class RecordFile {
 public:
  enum class Existing {
    keep,      // append after the last complete record
    refuse,    // an error if the file holds a record
    replace    // begin with an empty file
  };

  /// Opens and locks the file and cuts off what a killed run has left unfinished. Throws RecordFileError.
  RecordFile(std::string path, Existing existing);
  ~RecordFile();
  RecordFile(const RecordFile &) = delete;
  RecordFile &operator=(const RecordFile &) = delete;

  /// Hands one record to the system, so that it survives the death of this process; readers see all of it or nothing.
  /// If there is no room, the file is cut back to whole records. Throws RecordFileError.
  void append(const std::string &record);

  /// Waits until everything is on the disk; returns what went wrong, or nothing.
  std::string flush();
  /// The same, and lets go of the file.
  std::string close();

  /// What was there when the file was opened.
  const RecordScan &found() const { return found_; }
  std::int64_t n_cut_bytes() const { return n_cut_bytes_; }
  std::int64_t n_records() const { return n_records_; }

 private:
  void lock();
  void take_over(Existing existing);
  void write_at(std::int64_t position, const std::string &text);
  [[noreturn]] void fail_write(int error_number);

  std::string path_;
  int descriptor_ = -1;
  bool regular_ = false;    // not a pipe or a device: can be locked, read and cut
  RecordScan found_;
  std::int64_t n_cut_bytes_ = 0;
  std::int64_t n_records_ = 0;
  std::int64_t size_ = 0;    // bytes, up to the end of the last complete record
};

}    // namespace nnmb
