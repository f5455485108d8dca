#pragma once
// The words of a command -> values of options, with errors that point at the word. Knows nothing of LAMMPS.

#include "nnmanybody/text.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace nnmb {

/// What to do with records that the file already holds.
enum class AppendMode { automatic, yes, no };

/// A word that cannot be used; `position` counts from the first word, which is 0.
class OptionError : public std::invalid_argument {
 public:
  OptionError(std::size_t position_, const std::string &message) :
      std::invalid_argument(message), position(position_)
  {
  }
  std::size_t position;
};

/// Goes through the words; knows where it is, so that an error can point there.
class OptionWords {
 public:
  explicit OptionWords(const std::vector<std::string> &words) : words_(words) {}

  bool at_end() const { return position_ >= words_.size(); }
  std::size_t position() const { return position_; }
  const std::string &peek() const { return words_[position_]; }
  const std::string &next(const std::string &expected)
  {
    if (at_end())
      throw OptionError(words_.empty() ? 0 : words_.size() - 1,
                        "expected " + expected + " after the last word");
    return words_[position_++];
  }
  [[noreturn]] void fail(const std::string &expected) const
  {
    throw OptionError(position_ - 1,
                      "expected " + expected + ", got '" + words_[position_ - 1] + "'");
  }

  double number(const std::string &what)
  {
    const std::string &word = next(what);
    try {
      return parse_number(word, what);
    } catch (const std::invalid_argument &) {
      fail(what);
    }
  }

  std::int64_t integer(const std::string &what, std::int64_t smallest)
  {
    const std::string &word = next(what);
    std::int64_t value = 0;
    const auto result = std::from_chars(word.data(), word.data() + word.size(), value);
    if (result.ec != std::errc() || result.ptr != word.data() + word.size() || value < smallest)
      fail(what);
    return value;
  }

  /// One of the named values: options are words, not numbers.
  template <typename Value> Value choice(const std::vector<std::pair<std::string, Value>> &values)
  {
    std::vector<std::string> names;
    for (const auto &[name, value] : values) names.push_back(name);
    const std::string expected = join(names, " or ");
    const std::string &word = next(expected);
    for (const auto &[name, value] : values)
      if (word == name) return value;
    fail(expected);
  }

  AppendMode append_mode()
  {
    return choice<AppendMode>(
        {{"auto", AppendMode::automatic}, {"yes", AppendMode::yes}, {"no", AppendMode::no}});
  }

  /// A name for the frames. The comment line of extended XYZ is made of key=value: nothing in a value may break it.
  std::string plain_name(const std::string &keyword)
  {
    const std::string word = next("a name for the frames");
    const bool plain = std::all_of(word.begin(), word.end(), [](unsigned char c) {
      return std::isalnum(c) || c == '_' || c == '-' || c == '.' || c == '/';
    });
    if (!plain || word.empty()) fail("a name of letters, digits and _ - . / for " + keyword);
    return word;
  }

  /// The next keyword of those that are known, each once; `given` remembers where it stood.
  std::string keyword(const std::vector<std::string> &known,
                      std::map<std::string, std::size_t> &given)
  {
    const std::string word = next("a keyword");
    if (std::find(known.begin(), known.end(), word) == known.end())
      throw OptionError(position_ - 1, "unknown keyword '" + word + "': did you mean " +
                                           nearest(word, known) + "? Known are " +
                                           join(known, ", "));
    if (!given.emplace(word, position_ - 1).second) fail("each keyword once");
    return word;
  }

 private:
  const std::vector<std::string> &words_;
  std::size_t position_ = 0;
};

}    // namespace nnmb
