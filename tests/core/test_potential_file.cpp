// The potential file: a round trip byte by byte; whatever is broken in it is refused with its place, and nothing else.
#include "nnmanybody/potential_file.h"
#include "test_data.h"

#include <catch2/catch.hpp>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>

using namespace nnmb;
using Catch::Contains;

namespace {

PotentialDefinition parse(const std::string &text)
{
  std::istringstream stream(text);
  return read_potential(stream, "SiO.nnp");
}

std::string write(const PotentialDefinition &definition)
{
  std::ostringstream stream;
  write_potential(stream, definition);
  return stream.str();
}

std::string edited(const std::string &old, const std::string &changed)
{
  std::string text = test::silicon_oxygen_potential();
  const std::size_t at = text.find(old);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old.size(), changed);
}

/// True when a text is refused as it must be; false when it is read. Anything else ends the test.
bool refused(const std::string &text)
{
  try {
    parse(text);
  } catch (const std::invalid_argument &error) {
    CHECK_THAT(error.what(), Catch::StartsWith("SiO.nnp:"));
    return true;
  }
  return false;
}

}    // namespace

TEST_CASE("reading and writing a potential gives the same bytes")
{
  const std::string text = test::silicon_oxygen_potential();
  CHECK(write(parse(text)) == text);
  CHECK(write(parse(write(parse(text)))) == text);
}

TEST_CASE("line ends of another system, comments and empty lines are read")
{
  std::string text;
  for (const char c : test::silicon_oxygen_potential())
    text += c == '\n' ? "\r\n" : std::string(1, c);
  CHECK(write(parse(text)) == test::silicon_oxygen_potential());
  CHECK(write(parse(edited("model network\n", "# a comment\n\n   \nmodel network\n"))) ==
        test::silicon_oxygen_potential());
}

TEST_CASE("a broken line is refused with its number")
{
  CHECK_THROWS_WITH(parse(edited("nnp_format 1", "nnp_format 7")),
                    Contains("SiO.nnp:2: expected nnp_format 1, got 7"));
  CHECK_THROWS_WITH(parse(edited("elements Si O", "elements Si O O")),
                    Contains("SiO.nnp:3: the element O stands twice"));
  CHECK_THROWS_WITH(parse(edited("eta 0.5", "etta 0.5")),
                    Contains("SiO.nnp:8:") && Contains("did you mean 'eta'"));
  CHECK_THROWS_WITH(parse(edited("-1.0000000000000000e+00   1.0", "nan 1.0")),
                    Contains("SiO.nnp:13:") && Contains("finite"));
  CHECK_THROWS_WITH(parse(edited("7.5000000000000000e-01", "")),
                    Contains("SiO.nnp:21: expected 4 numbers"));
  CHECK_THROWS_WITH(parse(edited("end element\n\nprov", "\n\nprov")),
                    Contains("expected 'end', got 'provenance'"));
  CHECK_THROWS_WITH(parse(test::silicon_oxygen_potential() + "more\n"),
                    Contains("expected the end of the file, got 'more'"));
  CHECK_THROWS_WITH(parse(""),
                    Contains("SiO.nnp:1: expected 'nnp_format', got the end of the file"));
}

TEST_CASE("a file that is cut anywhere is refused")
{
  const std::string text = test::silicon_oxygen_potential();
  const std::size_t last_element = text.rfind("end element") + std::string("end element").size();
  for (std::size_t n = 0; n < last_element; ++n) {
    CAPTURE(n);
    CHECK(refused(text.substr(0, n)));
  }
  CHECK_FALSE(refused(text.substr(0, last_element)));
}

TEST_CASE("any byte may be wrong: the file is read or refused, and nothing else happens")
{
  // Under the sanitizers this finds what the messages above do not reach.
  const std::string text = test::silicon_oxygen_potential();
  std::mt19937 generator(1);
  std::uniform_int_distribution<std::size_t> place(0, text.size() - 1);
  std::uniform_int_distribution<int> byte(0, 255);
  const std::string likely = "0123456789.-+eEn \n\t#";
  std::uniform_int_distribution<std::size_t> choice(0, likely.size() - 1);
  int n_refused = 0;
  for (int trial = 0; trial < 4000; ++trial) {
    std::string broken = text;
    for (int edit = 0; edit <= trial % 3; ++edit)
      broken[place(generator)] = trial % 2 ? static_cast<char>(byte(generator))
                                           : likely[choice(generator)];
    n_refused += refused(broken) ? 1 : 0;
  }
  CHECK(n_refused > 1000);
}

TEST_CASE("per-element files merge to one potential")
{
  const PotentialDefinition both = parse(test::silicon_oxygen_potential());
  PotentialDefinition silicon = both, oxygen = both;
  silicon.sections.pop_back();
  oxygen.sections.erase(oxygen.sections.begin());
  CHECK(write(parse(write(silicon))) == write(silicon));
  CHECK(write(merge({silicon, oxygen})) == test::silicon_oxygen_potential());
  CHECK_THROWS_WITH(merge({silicon, both}), Contains("Si stands in more than one file"));
  CHECK_THROWS_AS(merge({}), std::invalid_argument);
}
