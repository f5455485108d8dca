#pragma once
// An extended XYZ file of samples -> how far it is complete, and when each atom was sampled last.

#include <cstdint>
#include <istream>
#include <map>
#include <string>

namespace nnmb {

struct RecordScan {
  std::int64_t n_records = 0;         // complete ones
  std::int64_t complete_bytes = 0;    // where the last complete one ends
  std::int64_t last_step = 0;         // of the last record that has a step; 0 without any
  std::map<std::int64_t, std::int64_t> last_sampled;    // atom id -> step of its last record
};

/// Reads to the end, or to the record that a killed run left unfinished at the end of the file.
/// `name` stands in the error. Throws std::invalid_argument if a record is not extended XYZ at all: such a file is
/// not ours to cut.
RecordScan scan_records(std::istream &stream, const std::string &name);

}    // namespace nnmb
