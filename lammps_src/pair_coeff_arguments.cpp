#include "pair_coeff_arguments.h"

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
    throw std::invalid_argument("there are " + std::to_string(ntypes) + " atom types, but " +
                                std::to_string(words.size() - 1) +
                                " element names behind the file; " + forms);
  const auto split = words.end() - static_cast<std::ptrdiff_t>(n_elements);
  arguments.files.assign(words.begin(), split);
  arguments.elements.assign(split, words.end());
  return arguments;
}

}    // namespace LAMMPS_NS
