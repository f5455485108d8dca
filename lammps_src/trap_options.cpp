#include "trap_options.h"

#include "nnmanybody/chemical_elements.h"

namespace nnmb {

namespace {

const std::vector<std::string> criterion_names = {"extrapolation", "deviation", "force",
                                                  "distance"};
const std::vector<std::string> keywords = {"extrapolation", "deviation", "force",
                                           "distance",      "cooldown",  "max",
                                           "append",        "elements",  "config_type"};

/// CATCH and STOP, in the direction of the criterion.
Thresholds parse_thresholds(Criterion criterion, OptionWords &words)
{
  const std::string name = name_of(criterion);
  const std::string catch_text = "from which " + name + " a configuration is written, a number > 0";
  Thresholds thresholds;
  thresholds.caught = words.number(catch_text);
  if (!(thresholds.caught > 0.0)) words.fail(catch_text);
  const std::string stop_text = "from which " + name + " the run is stopped, a number not " +
                                (is_lower_bound(criterion) ? "above" : "below") +
                                " the one before it, or NULL";
  if (!words.at_end() && words.peek() == "NULL") {
    words.next(stop_text);
    return thresholds;
  }
  thresholds.stop = words.number(stop_text);
  // Negated, so that what is not a number is refused, too.
  if (!(*thresholds.stop > 0.0) || (*thresholds.stop != thresholds.caught &&
                                    !is_beyond(criterion, *thresholds.stop, thresholds.caught)))
    words.fail(stop_text);
  return thresholds;
}

void parse_elements(OptionWords &words, TrapOptions &options)
{
  const auto is_keyword = [&] {
    return std::find(keywords.begin(), keywords.end(), words.peek()) != keywords.end();
  };
  do {
    const std::string &word = words.next("the symbol of an element for each atom type");
    if (!is_element_symbol(word)) words.fail("the symbol of an element for each atom type");
    options.elements.push_back(word);
  } while (!words.at_end() && !is_keyword());
}

void parse_keyword(const std::string &keyword, OptionWords &words, TrapOptions &options)
{
  for (std::size_t c = 0; c < n_criteria; ++c)
    if (keyword == criterion_names[c])
      options.thresholds[c] = parse_thresholds(static_cast<Criterion>(c), words);
  if (keyword == "cooldown")
    options.cooldown = words.integer("the steps after a catch without another, >= 0", 0);
  if (keyword == "max") options.max = words.integer("the most configurations to write, >= 1", 1);
  if (keyword == "append") options.append = words.append_mode();
  if (keyword == "elements") parse_elements(words, options);
  if (keyword == "config_type") options.config_type = words.plain_name("config_type");
}

}    // namespace

const std::string &name_of(Criterion criterion)
{
  return criterion_names[static_cast<std::size_t>(criterion)];
}

TrapOptions parse_trap_options(const std::vector<std::string> &all_words)
{
  OptionWords words(all_words);
  TrapOptions options;
  options.every = words.integer("N, how often to look (steps, >= 1): nn/trap N FILE keyword …", 1);
  options.file = words.next("the file to write: nn/trap N FILE keyword …");
  std::map<std::string, std::size_t> given;
  while (!words.at_end()) parse_keyword(words.keyword(keywords, given), words, options);
  return options;
}

}    // namespace nnmb
