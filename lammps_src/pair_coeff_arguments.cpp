#include "pair_coeff_arguments.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace LAMMPS_NS {

namespace {

bool is_number(const std::string &word, double &value)
{
  const auto result = std::from_chars(word.data(), word.data() + word.size(), value);
  return result.ec == std::errc() && result.ptr == word.data() + word.size();
}

const char *forms =
    "expected 'pair_coeff * * FILE.nnp El1 … ElN', 'pair_coeff * * FILE1.nnp … El1 … ElN CUTOFF' "
    "or, "
    "for one element, 'pair_coeff * * FILE.nnp', with one element or NULL per atom type";

/// Whether a word reads like an element of an atom type, where a file name is expected.
bool is_element_name(const std::string &word)
{
  const bool upper = word[0] >= 'A' && word[0] <= 'Z';
  const bool lower = word.size() == 2 && word[1] >= 'a' && word[1] <= 'z';
  return word == "NULL" || (upper && (word.size() == 1 || lower));
}

[[noreturn]] void refuse_element_count(int ntypes, std::ptrdiff_t n_elements)
{
  throw std::invalid_argument("there are " + std::to_string(ntypes) + " atom types, but " +
                              std::to_string(n_elements) + " element names behind the file; " +
                              forms);
}

}    // namespace

PairCoeffArguments parse_pair_coeff(int narg, char **arg, int ntypes)
{
  if (narg < 3 || std::strcmp(arg[0], "*") != 0 || std::strcmp(arg[1], "*") != 0)
    throw std::invalid_argument(std::string("one pair_coeff command for all types: ") + forms);
  std::vector<std::string> words(arg + 2, arg + narg);
  PairCoeffArguments arguments;
  if (words.size() > 1 && is_number(words.back(), arguments.cutoff)) {
    if (!(arguments.cutoff > 0.0))
      throw std::invalid_argument("the cutoff must be positive, got " + words.back());
    words.pop_back();
  }
  if (words.size() == 1) {
    arguments.files = words;
    return arguments;
  }
  const auto n_elements = static_cast<std::size_t>(ntypes);
  if (words.size() <= n_elements)
    refuse_element_count(ntypes, static_cast<std::ptrdiff_t>(words.size()) - 1);
  // The words in front of the last N are files, unless there were more elements than types.
  const auto first_element = std::find_if(words.begin() + 1, words.end(), is_element_name);
  if (words.end() - first_element > static_cast<std::ptrdiff_t>(n_elements))
    refuse_element_count(ntypes, words.end() - first_element);
  const auto split = words.end() - static_cast<std::ptrdiff_t>(n_elements);
  arguments.files.assign(words.begin(), split);
  arguments.elements.assign(split, words.end());
  return arguments;
}

}    // namespace LAMMPS_NS
