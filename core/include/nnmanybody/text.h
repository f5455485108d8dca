#pragma once
// Text of the potential file: numbers that survive a round trip, and lines that know where they came from.

#include <istream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace nnmb {

/// The shortest decimal form that reads back to the same double: parameters people type and read.
std::string shortest(double value);

/// 17 significant digits, fixed width: columns of weights and statistics.
std::string fixed_width(double value);

std::vector<std::string> split_words(std::string_view line);

/// A finite number; `what` names it in the error. Throws std::invalid_argument.
double parse_number(const std::string &word, const std::string &what);
int parse_integer(const std::string &word, const std::string &what);

/// The candidate with the smallest edit distance to `word`: for "did you mean".
std::string nearest(const std::string &word, const std::vector<std::string> &candidates);
/// Index of `name` in `names`; throws std::invalid_argument("expected <what> (…), got …; did you mean …?").
std::size_t index_of_name(const std::string &what, const std::string &name,
                          const std::vector<std::string> &names);
std::string join(const std::vector<std::string> &words, const std::string &separator);

/// Reads a text file line by line and knows the number of the line at hand.
/// Empty lines and comment lines (first character #) are passed over; a trailing carriage return is dropped.
class LineReader {
 public:
  /// `name` stands in error messages in front of the line number.
  LineReader(std::istream &stream, std::string name);

  /// Words of the next line; throws "name:line: expected <expected>, got the end of the file".
  std::vector<std::string> next(const std::string &expected);
  /// Words of the next line, which must begin with `keyword` and have `n_words` words (-1: any number).
  std::vector<std::string> next_keyword(const std::string &keyword, int n_words = -1);
  /// The `n` finite numbers of the next line; `what` names them in the error.
  std::vector<double> numbers(std::size_t n, const std::string &what);
  /// The next line, as next() returned it last, is returned once more.
  void put_back();
  bool at_end();

  const std::string &line() const { return line_; }
  const std::string &header() const { return header_; }
  /// Throws std::invalid_argument("name:line: message").
  [[noreturn]] void fail(const std::string &message) const;
  [[noreturn]] void fail_at(int line, const std::string &message) const;

 private:
  bool advance();

  std::istream &stream_;
  std::string name_;
  std::string line_;
  std::string header_;    // first line of the file, when it is a comment
  std::vector<std::string> words_;
  int number_ = 0;
  bool held_ = false;
};

}    // namespace nnmb
