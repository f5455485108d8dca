#include "record_scan.h"

#include "nnmanybody/text.h"

#include <charconv>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace nnmb {
namespace {

std::optional<std::int64_t> to_integer(std::string_view word)
{
  std::int64_t value = 0;
  const auto result = std::from_chars(word.data(), word.data() + word.size(), value);
  if (result.ec != std::errc() || result.ptr != word.data() + word.size()) return std::nullopt;
  return value;
}

/// Value of `key` in a comment line of key=value or key="value"; empty if it is not there.
std::string_view value_of(std::string_view key, std::string_view comment)
{
  const std::string start = " " + std::string(key) + "=";
  std::size_t begin = comment.find(start);
  if (begin == std::string_view::npos) return {};
  begin += start.size();
  const bool quoted = begin < comment.size() && comment[begin] == '"';
  if (quoted) ++begin;
  const std::size_t end = comment.find(quoted ? '"' : ' ', begin);
  return comment.substr(begin, end == std::string_view::npos ? end : end - begin);
}

void note_sampled(const std::string &comment, RecordScan &scan)
{
  const auto step = to_integer(value_of("step", comment));
  if (!step) return;    // a record of another program: counted, without bearing on the rule
  scan.last_step = *step;
  for (const char *key : {"atom_id", "atom_ids"})
    for (const auto &word : split_words(value_of(key, comment)))
      if (const auto id = to_integer(word)) scan.last_sampled[*id] = *step;
}

/// A line without its line break; nullopt if the file ends before the break.
std::optional<std::string> whole_line(std::istream &stream, std::int64_t &bytes)
{
  std::string line;
  std::getline(stream, line);
  if (stream.eof() || !stream) return std::nullopt;
  bytes += static_cast<std::int64_t>(line.size()) + 1;
  return line;
}

/// A record that was never completed has blanks for its number of atoms (RecordFile::append), then its comment.
bool is_unfinished(const std::string &start, std::istream &stream)
{
  if (!start.empty()) return false;
  std::string line;
  while (std::getline(stream, line))
    if (!line.empty())
      return stream.eof() || line.rfind("Lattice=", 0) == 0 || line.rfind("Properties=", 0) == 0;
  return true;
}

[[noreturn]] void refuse(const std::string &name, const RecordScan &scan, const std::string &start)
{
  throw std::invalid_argument(
      name + ": expected the number of atoms of record " + std::to_string(scan.n_records + 1) +
      " at byte " + std::to_string(scan.complete_bytes) + ", got '" + start.substr(0, 60) +
      "': not extended XYZ from there on, left as it is; give another file");
}

}    // namespace

RecordScan scan_records(std::istream &stream, const std::string &name)
{
  RecordScan scan;
  std::int64_t bytes = 0;
  while (stream.peek() != std::istream::traits_type::eof()) {
    std::string start;
    std::getline(stream, start);
    const bool has_break = !stream.eof();
    const auto words = split_words(start);
    const auto n_atoms = words.size() == 1 ? to_integer(words[0]) : std::nullopt;
    if (!n_atoms || *n_atoms < 1) {
      if (is_unfinished(start, stream)) break;
      refuse(name, scan, start);
    }
    if (!has_break) break;
    bytes += static_cast<std::int64_t>(start.size()) + 1;
    const auto comment = whole_line(stream, bytes);
    std::int64_t n_read = 0;
    while (comment && n_read < *n_atoms && whole_line(stream, bytes)) ++n_read;
    if (!comment || n_read < *n_atoms) break;
    ++scan.n_records;
    scan.complete_bytes = bytes;
    note_sampled(" " + *comment, scan);
  }
  return scan;
}

}    // namespace nnmb
