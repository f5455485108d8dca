#include "sample_options.h"

#include "nnmanybody/chemical_elements.h"
#include "nnmanybody/text.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <set>

namespace nnmb {
namespace {

/// Goes through the words; knows where it is, so that an error can point there.
class Words {
 public:
  explicit Words(const std::vector<std::string> &words) : words_(words) {}

  bool at_end() const { return position_ >= words_.size(); }
  std::size_t position() const { return position_; }
  const std::string &peek() const { return words_[position_]; }
  const std::string &next(const std::string &expected)
  {
    if (at_end())
      throw OptionError(words_.size() - 1, "expected " + expected + " after the last word");
    return words_[position_++];
  }
  [[noreturn]] void fail(const std::string &expected) const
  {
    throw OptionError(position_ - 1,
                      "expected " + expected + ", got '" + words_[position_ - 1] + "'");
  }

 private:
  const std::vector<std::string> &words_;
  std::size_t position_ = 0;
};

double number(Words &words, const std::string &what)
{
  const std::string &word = words.next(what);
  try {
    return parse_number(word, what);
  } catch (const std::invalid_argument &) {
    words.fail(what);
  }
}

std::int64_t integer(Words &words, const std::string &what, std::int64_t smallest)
{
  const std::string &word = words.next(what);
  std::int64_t value = 0;
  const auto result = std::from_chars(word.data(), word.data() + word.size(), value);
  if (result.ec != std::errc() || result.ptr != word.data() + word.size() || value < smallest)
    words.fail(what);
  return value;
}

/// One of the named values: options are words, not numbers.
template <typename Value>
Value choice(Words &words, const std::vector<std::pair<std::string, Value>> &values)
{
  std::vector<std::string> names;
  for (const auto &[name, value] : values) names.push_back(name);
  const std::string expected = join(names, " or ");
  const std::string &word = words.next(expected);
  for (const auto &[name, value] : values)
    if (word == name) return value;
  words.fail(expected);
}

const std::vector<std::string> keywords = {"alpha", "taumax", "elements", "atoms",      "mode",
                                           "rule",  "cutoff", "append",   "config_type"};

bool at_keyword(const Words &words)
{
  return std::find(keywords.begin(), keywords.end(), words.peek()) != keywords.end();
}

/// What is no element in a list of them may be a mistyped keyword, unless the list is still empty.
std::string element_symbol(Words &words, bool list_is_empty)
{
  const std::string &word = words.next("the symbol of an element");
  if (is_element_symbol(word)) return word;
  words.fail(list_is_empty
                 ? "the symbol of an element"
                 : "the symbol of an element or a keyword such as " + nearest(word, keywords));
}

void parse_alpha(Words &words, SampleOptions &options)
{
  do {
    const std::string element = element_symbol(words, options.alpha.empty());
    for (const auto &given : options.alpha)
      if (given.first == element) words.fail("each element once in alpha");
    const double value = number(words, "the alpha of " + element + ", a number > 0");
    if (!(value > 0.0)) words.fail("the alpha of " + element + ", a number > 0");
    options.alpha.emplace_back(element, value);
  } while (!words.at_end() && !at_keyword(words));
}

void parse_elements(Words &words, SampleOptions &options)
{
  do {
    options.elements.push_back(element_symbol(words, options.elements.empty()));
  } while (!words.at_end() && !at_keyword(words));
}

void parse_atoms(Words &words, SampleOptions &options)
{
  const std::string expected = "atom ids, or random N SEED";
  if (!words.at_end() && words.peek() == "random") {
    words.next(expected);
    options.n_random =
        static_cast<std::size_t>(integer(words, "how many atoms to choose, >= 1", 1));
    options.seed = static_cast<std::uint64_t>(integer(words, "the seed of the choice, >= 0", 0));
    return;
  }
  std::set<std::int64_t> ids;
  do {
    if (!ids.insert(integer(words, expected, 1)).second) words.fail("each atom id once");
  } while (!words.at_end() && !at_keyword(words));
  options.atom_ids.assign(ids.begin(), ids.end());
}

void parse_config_type(Words &words, SampleOptions &options)
{
  const std::string &word = words.next("a name for the frames");
  const bool plain = std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '-' || c == '.' || c == '/';
  });
  // The comment line of extended XYZ is made of key=value: nothing in a value may break it.
  if (!plain || word.empty()) words.fail("a name of letters, digits and _ - . / for config_type");
  options.config_type = word;
}

void parse_keyword(const std::string &keyword, Words &words, SampleOptions &options)
{
  using Parse = std::function<void()>;
  const std::map<std::string, Parse> parsers = {
      {"alpha", [&] { parse_alpha(words, options); }},
      {"taumax",
       [&] {
         // int: tau counts steps between two samples
         options.tau_max = static_cast<int>(std::min<std::int64_t>(
             integer(words, "the largest tau in steps, >= 1", 1), 2147483647));
       }},
      {"elements", [&] { parse_elements(words, options); }},
      {"atoms", [&] { parse_atoms(words, options); }},
      {"mode",
       [&] {
         options.mode = choice<SampleMode>(
             words, {{"environment", SampleMode::environment}, {"frame", SampleMode::frame}});
       }},
      {"rule",
       [&] {
         options.rule = choice<SamplingRule>(
             words, {{"strict", SamplingRule::strict}, {"thesis", SamplingRule::thesis}});
       }},
      {"cutoff",
       [&] {
         options.cutoff = number(words, "the cutoff, a number > 0");
         if (!(*options.cutoff > 0.0)) words.fail("the cutoff, a number > 0");
       }},
      {"append",
       [&] {
         options.append = choice<AppendMode>(
             words,
             {{"auto", AppendMode::automatic}, {"yes", AppendMode::yes}, {"no", AppendMode::no}});
       }},
      {"config_type", [&] { parse_config_type(words, options); }},
  };
  parsers.at(keyword)();
}

void check_together(const SampleOptions &options, const std::map<std::string, std::size_t> &given)
{
  for (const char *needed : {"alpha", "taumax"})
    if (given.count(needed) == 0)
      throw OptionError(0, std::string("the keyword ") + needed +
                               " is missing: nn/sample FILE alpha EL value taumax N");
  if (options.mode == SampleMode::frame && options.cutoff)
    throw OptionError(given.at("cutoff"),
                      "cutoff belongs to mode environment: mode frame writes every atom");
  if (options.mode == SampleMode::environment && given.count("config_type") > 0)
    throw OptionError(given.at("config_type"),
                      "config_type belongs to mode frame: environments are marked as such");
}

}    // namespace

SampleOptions parse_sample_options(const std::vector<std::string> &all_words)
{
  if (all_words.empty())
    throw OptionError(0, "the file to write is missing: nn/sample FILE alpha EL value taumax N");
  Words words(all_words);
  SampleOptions options;
  options.file = words.next("a file");
  std::map<std::string, std::size_t> given;
  while (!words.at_end()) {
    const std::string keyword = words.next("a keyword");
    if (std::find(keywords.begin(), keywords.end(), keyword) == keywords.end())
      throw OptionError(words.position() - 1, "unknown keyword '" + keyword + "': did you mean " +
                                                  nearest(keyword, keywords) + "? Known are " +
                                                  join(keywords, ", "));
    if (!given.emplace(keyword, words.position() - 1).second) words.fail("each keyword once");
    parse_keyword(keyword, words, options);
  }
  check_together(options, given);
  return options;
}

}    // namespace nnmb
