#include "sample_options.h"

#include "nnmanybody/chemical_elements.h"
#include "nnmanybody/text.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace nnmb {
namespace {

const std::vector<std::string> keywords = {"alpha", "taumax", "elements", "atoms",      "mode",
                                           "rule",  "cutoff", "append",   "config_type"};

bool at_keyword(const OptionWords &words)
{
  return std::find(keywords.begin(), keywords.end(), words.peek()) != keywords.end();
}

/// What is no element in a list of them may be a mistyped keyword, unless the list is still empty.
std::string element_symbol(OptionWords &words, bool list_is_empty)
{
  const std::string &word = words.next("the symbol of an element");
  if (is_element_symbol(word)) return word;
  words.fail(list_is_empty
                 ? "the symbol of an element"
                 : "the symbol of an element or a keyword such as " + nearest(word, keywords));
}

void parse_alpha(OptionWords &words, SampleOptions &options)
{
  do {
    const std::string element = element_symbol(words, options.alpha.empty());
    for (const auto &given : options.alpha)
      if (given.first == element) words.fail("each element once in alpha");
    const double value = words.number("the alpha of " + element + ", a number > 0");
    if (!(value > 0.0)) words.fail("the alpha of " + element + ", a number > 0");
    options.alpha.emplace_back(element, value);
  } while (!words.at_end() && !at_keyword(words));
}

void parse_elements(OptionWords &words, SampleOptions &options)
{
  do {
    options.elements.push_back(element_symbol(words, options.elements.empty()));
  } while (!words.at_end() && !at_keyword(words));
}

void parse_atoms(OptionWords &words, SampleOptions &options)
{
  const std::string expected = "atom ids, or random N SEED";
  if (!words.at_end() && words.peek() == "random") {
    words.next(expected);
    options.n_random = static_cast<std::size_t>(words.integer("how many atoms to choose, >= 1", 1));
    options.seed = static_cast<std::uint64_t>(words.integer("the seed of the choice, >= 0", 0));
    return;
  }
  std::set<std::int64_t> ids;
  do {
    if (!ids.insert(words.integer(expected, 1)).second) words.fail("each atom id once");
  } while (!words.at_end() && !at_keyword(words));
  options.atom_ids.assign(ids.begin(), ids.end());
}

void parse_keyword(const std::string &keyword, OptionWords &words, SampleOptions &options)
{
  using Parse = std::function<void()>;
  const std::map<std::string, Parse> parsers = {
      {"alpha", [&] { parse_alpha(words, options); }},
      {"taumax",
       [&] {
         // int: tau counts steps between two samples
         options.tau_max = static_cast<int>(std::min<std::int64_t>(
             words.integer("the largest tau in steps, >= 1", 1), 2147483647));
       }},
      {"elements", [&] { parse_elements(words, options); }},
      {"atoms", [&] { parse_atoms(words, options); }},
      {"mode",
       [&] {
         options.mode = words.choice<SampleMode>(
             {{"environment", SampleMode::environment}, {"frame", SampleMode::frame}});
       }},
      {"rule",
       [&] {
         options.rule = words.choice<SamplingRule>(
             {{"strict", SamplingRule::strict}, {"thesis", SamplingRule::thesis}});
       }},
      {"cutoff",
       [&] {
         options.cutoff = words.number("the cutoff, a number > 0");
         if (!(*options.cutoff > 0.0)) words.fail("the cutoff, a number > 0");
       }},
      {"append", [&] { options.append = words.append_mode(); }},
      {"config_type", [&] { options.config_type = words.plain_name("config_type"); }},
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
  OptionWords words(all_words);
  SampleOptions options;
  options.file = words.next("a file");
  std::map<std::string, std::size_t> given;
  while (!words.at_end()) {
    const std::string keyword = words.keyword(keywords, given);
    parse_keyword(keyword, words, options);
  }
  check_together(options, given);
  return options;
}

}    // namespace nnmb
