#include "nnmanybody/potential_definition.h"

#include "nnmanybody/text.h"

#include <algorithm>
#include <stdexcept>

namespace nnmb {

PotentialDefinition merge(const std::vector<PotentialDefinition> &definitions)
{
  if (definitions.empty()) throw std::invalid_argument("expected at least one potential, got none");
  PotentialDefinition merged{definitions.front().header,
                             {},
                             definitions.front().provenance,
                             definitions.front().pair_core};
  for (const PotentialDefinition &definition : definitions) {
    if (pair_core_text(definition.pair_core) != pair_core_text(merged.pair_core))
      throw std::invalid_argument(
          "expected the same pair_core in all files, got " + pair_core_text(merged.pair_core) +
          " for " + merged.sections.front().element + " and " +
          pair_core_text(definition.pair_core) + " for " + definition.sections.front().element);
    for (const ElementSection &section : definition.sections) {
      for (const ElementSection &other : merged.sections)
        if (other.element == section.element)
          throw std::invalid_argument("the element " + section.element +
                                      " stands in more than one file");
      merged.sections.push_back(section);
    }
  }
  return merged;
}

void check_model_counts(const std::vector<ElementSection> &sections)
{
  std::vector<std::string> counts;
  bool same = true;
  for (const ElementSection &section : sections) {
    counts.push_back(section.element + ": " + std::to_string(section.models.size()));
    same = same && section.models.size() == sections.front().models.size();
  }
  if (!same)
    throw std::invalid_argument(
        "expected as many models for every element, one for each member of the committee; got " +
        join(counts, ", "));
}

namespace {

void expect_same(const std::string &what, const std::string &first, const std::string &other)
{
  if (first != other)
    throw std::invalid_argument("expected " + what + " '" + first + "' as in member 1, got '" +
                                other + "'");
}

std::string to_text(const FunctionStatistics &g)
{
  return join({shortest(g.min), shortest(g.max), shortest(g.mean), shortest(g.sigma)}, " ");
}

std::string to_text(const Scaling &scaling)
{
  return scaling_names()[static_cast<std::size_t>(scaling.kind)] + " " + shortest(scaling.lower) +
         " " + shortest(scaling.upper);
}

/// All but the models; numbers are the same when their shortest texts are.
void expect_same_inputs(const ElementSection &first, const ElementSection &other)
{
  expect_same("the reference energy", shortest(first.reference_energy),
              shortest(other.reference_energy));
  expect_same("a number of symmetry functions of", std::to_string(first.functions.size()),
              std::to_string(other.functions.size()));
  for (std::size_t s = 0; s < first.functions.size(); ++s) {
    const std::string which = "symmetry function " + std::to_string(s + 1);
    expect_same(which, to_text(first.functions[s]), to_text(other.functions[s]));
    expect_same("the statistics (min max mean sigma) of " + which, to_text(first.statistics[s]),
                to_text(other.statistics[s]));
  }
  expect_same("the scaling", to_text(first.scaling), to_text(other.scaling));
}

std::vector<std::string> sorted_elements(const PotentialDefinition &definition)
{
  std::vector<std::string> elements;
  for (const ElementSection &section : definition.sections) elements.push_back(section.element);
  std::sort(elements.begin(), elements.end());
  return elements;
}

void add_member(PotentialDefinition &joined, const PotentialDefinition &member)
{
  expect_same("the elements", join(sorted_elements(joined), " "),
              join(sorted_elements(member), " "));
  expect_same("the pair_core", pair_core_text(joined.pair_core), pair_core_text(member.pair_core));
  check_model_counts(member.sections);
  for (ElementSection &section : joined.sections) {
    const auto same =
        std::find_if(member.sections.begin(), member.sections.end(),
                     [&](const ElementSection &s) { return s.element == section.element; });
    try {
      expect_same_inputs(section, *same);
    } catch (const std::invalid_argument &difference) {
      throw std::invalid_argument("element " + section.element + ": " + difference.what());
    }
    section.models.insert(section.models.end(), same->models.begin(), same->models.end());
  }
}

}    // namespace

PotentialDefinition join_committee(const std::vector<PotentialDefinition> &definitions)
{
  if (definitions.size() < 2)
    throw std::invalid_argument("expected at least two potentials for a committee, got " +
                                std::to_string(definitions.size()));
  PotentialDefinition joined{
      definitions.front().header, definitions.front().sections, {}, definitions.front().pair_core};
  for (std::size_t m = 0; m < definitions.size(); ++m) {
    const std::string number = std::to_string(m + 1);
    try {
      if (m > 0) add_member(joined, definitions[m]);
    } catch (const std::invalid_argument &difference) {
      throw std::invalid_argument("member " + number + ": " + difference.what());
    }
    joined.provenance.emplace_back("member", number);
    joined.provenance.insert(joined.provenance.end(), definitions[m].provenance.begin(),
                             definitions[m].provenance.end());
  }
  return joined;
}

}    // namespace nnmb
