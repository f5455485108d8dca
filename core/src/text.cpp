#include "nnmanybody/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

namespace nnmb {

std::string shortest(double value)
{
  std::array<char, 32> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), result.ptr};
}

std::string fixed_width(double value)
{
  // Not printf: its decimal sign follows the locale that a host program may have set.
  constexpr std::size_t width = 24;
  std::array<char, width + 8> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                    std::chars_format::scientific, 16);
  const std::string text(buffer.data(), result.ptr);
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

std::vector<std::string> split_words(std::string_view line)
{
  std::vector<std::string> words;
  std::size_t begin = 0;
  while ((begin = line.find_first_not_of(" \t", begin)) != std::string_view::npos) {
    const std::size_t end = std::min(line.find_first_of(" \t", begin), line.size());
    words.emplace_back(line.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

namespace {
// std::from_chars is independent of the locale that a host program may have set; it knows no leading '+'.
template <typename Number> bool from_text(std::string_view word, Number &value)
{
  if (!word.empty() && word.front() == '+') word.remove_prefix(1);
  const auto result = std::from_chars(word.data(), word.data() + word.size(), value);
  return result.ec == std::errc() && result.ptr == word.data() + word.size();
}
}    // namespace

double parse_number(const std::string &word, const std::string &what)
{
  double value = 0.0;
  if (!from_text(word, value))
    throw std::invalid_argument("expected a number for " + what + ", got '" + word + "'");
  if (!std::isfinite(value))
    throw std::invalid_argument("expected a finite number for " + what + ", got '" + word + "'");
  return value;
}

int parse_integer(const std::string &word, const std::string &what)
{
  int value = 0;
  if (!from_text(word, value))
    throw std::invalid_argument("expected a whole number for " + what + ", got '" + word + "'");
  return value;
}

namespace {
std::size_t edit_distance(const std::string &a, const std::string &b)
{
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}
}    // namespace

std::string nearest(const std::string &word, const std::vector<std::string> &candidates)
{
  const auto best = std::min_element(candidates.begin(), candidates.end(),
                                     [&](const std::string &a, const std::string &b) {
                                       return edit_distance(word, a) < edit_distance(word, b);
                                     });
  return best == candidates.end() ? "" : *best;
}

std::string join(const std::vector<std::string> &words, const std::string &separator)
{
  std::string text;
  for (const std::string &word : words) text += (text.empty() ? "" : separator) + word;
  return text;
}

std::size_t index_of_name(const std::string &what, const std::string &name,
                          const std::vector<std::string> &names)
{
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    throw std::invalid_argument("expected " + what + " (" + join(names, ", ") + "), got '" + name +
                                "'; did you mean '" + nearest(name, names) + "'?");
  return static_cast<std::size_t>(found - names.begin());
}

LineReader::LineReader(std::istream &stream, std::string name) :
    stream_(stream), name_(std::move(name))
{
}

bool LineReader::advance()
{
  while (std::getline(stream_, line_)) {
    ++number_;
    if (!line_.empty() && line_.back() == '\r') line_.pop_back();
    if (number_ == 1 && !line_.empty() && line_.front() == '#') header_ = line_;
    words_ = split_words(line_);
    if (!words_.empty() && words_.front().front() != '#') return true;
  }
  ++number_;
  return false;
}

std::vector<std::string> LineReader::next(const std::string &expected)
{
  if (held_)
    held_ = false;
  else if (!advance())
    fail("expected " + expected + ", got the end of the file: it is incomplete");
  return words_;
}

std::vector<std::string> LineReader::next_keyword(const std::string &keyword, int n_words)
{
  std::vector<std::string> words = next("'" + keyword + "'");
  if (words.front() != keyword) fail("expected '" + keyword + "', got '" + line_ + "'");
  if (n_words >= 0 && words.size() != static_cast<std::size_t>(n_words))
    fail("expected " + std::to_string(n_words) + " words on the line '" + keyword + " …', got " +
         std::to_string(words.size()) + ": '" + line_ + "'");
  return words;
}

std::vector<double> LineReader::numbers(std::size_t n, const std::string &what)
{
  const std::vector<std::string> words = next(what);
  if (words.size() != n)
    fail("expected " + std::to_string(n) + " numbers (" + what + "), got " +
         std::to_string(words.size()));
  std::vector<double> row(n);
  try {
    for (std::size_t i = 0; i < n; ++i) row[i] = parse_number(words[i], what);
  } catch (const std::invalid_argument &error) {
    fail(error.what());
  }
  return row;
}

void LineReader::put_back()
{
  held_ = true;
}

bool LineReader::at_end()
{
  if (held_) return false;
  if (!advance()) return true;
  held_ = true;
  return false;
}

void LineReader::fail(const std::string &message) const
{
  fail_at(number_, message);
}

void LineReader::fail_at(int line, const std::string &message) const
{
  throw std::invalid_argument(name_ + ":" + std::to_string(line) + ": " + message);
}

}    // namespace nnmb
