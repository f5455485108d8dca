#include "pair_settings.h"

#include "option_words.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace LAMMPS_NS {

PairSettings parse_pair_settings(int narg, char **arg)
{
  const std::vector<std::string> given_words(arg, arg + narg);
  const std::vector<std::string> keywords = {"committee", "extrapolation"};
  nnmb::OptionWords words(given_words);
  PairSettings settings;
  const auto is_keyword = [&](const std::string &word) {
    return std::find(keywords.begin(), keywords.end(), word) != keywords.end();
  };
  while (!words.at_end()) {
    const std::string &word = words.next("a keyword");
    if (!is_keyword(word))
      throw std::invalid_argument(
          "unknown keyword '" + word +
          "': expected 'pair_style nn/manybody [committee] [extrapolation N [threshold]]'; "
          "everything else, the cutoff too, stands in the potential file");
    if (word == "committee") {
      settings.committee = true;
      continue;
    }
    constexpr std::int64_t most = 2147483647;
    const std::string every = "every how many steps the ranges are looked at, >= 1";
    settings.extrapolation_every = static_cast<int>(std::min(words.integer(every, 1), most));
    if (words.at_end() || is_keyword(words.peek())) continue;
    const std::string threshold = "the overshoot that is not told yet, a number >= 0";
    settings.extrapolation_threshold = words.number(threshold);
    if (!(settings.extrapolation_threshold >= 0.0)) words.fail(threshold);
  }
  return settings;
}

}    // namespace LAMMPS_NS
