// Numbers as text and back, and the nearest name.
#include "nnmanybody/text.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>

using namespace nnmb;

TEST_CASE("numbers of either form read back to the same double")
{
  using limits = std::numeric_limits<double>;
  const double value =
      GENERATE(0.0, -0.0, 0.1, -1.0 / 3.0, 1e22, 6.02214076e23, limits::max(), limits::lowest(),
               limits::min(), limits::denorm_min(), std::nextafter(1.0, 2.0));
  for (const std::string &text : {shortest(value), fixed_width(value)}) {
    const std::vector<std::string> words = split_words(text);
    REQUIRE(words.size() == 1);
    CHECK(parse_number(words[0], "x") == value);
    CHECK(std::signbit(parse_number(words[0], "x")) == std::signbit(value));
  }
}

TEST_CASE("parameters are short, columns of numbers are straight")
{
  CHECK(shortest(6.0) == "6");
  CHECK(shortest(0.1) == "0.1");
  CHECK(fixed_width(1.0) == "  1.0000000000000000e+00");
  CHECK(fixed_width(-0.1) == " -1.0000000000000001e-01");
  CHECK(fixed_width(-1e-300).size() <= 25);
}

TEST_CASE("what is not a finite number is refused by what it stands for")
{
  const std::string word = GENERATE(as<std::string>{}, "", "x", "1.0x", "1,5", "0x10", "nan", "inf",
                                    "-inf", "1e999", "--1", "1 2");
  CHECK_THROWS_WITH(parse_number(word, "eta"),
                    Catch::Contains("eta") && Catch::Contains("'" + word + "'"));
  CHECK(parse_number("+1.5", "eta") == 1.5);
}

TEST_CASE("whole numbers are whole")
{
  const std::string word = GENERATE(as<std::string>{}, "", "1.0", "1e3", "99999999999", "one");
  CHECK_THROWS_WITH(parse_integer(word, "layers"), Catch::Contains("layers"));
  CHECK(parse_integer("-12", "layers") == -12);
}

TEST_CASE("the nearest name is the one meant")
{
  CHECK(nearest("etta", {"cutoff", "eta", "zeta"}) == "eta");
  CHECK(nearest("activaton", {"activations", "layers"}) == "activations");
  CHECK(nearest("anything", {}).empty());
}
