// One line of text <-> one symmetry function, and what is refused.
#include "nnmanybody/symmetry_function.h"

#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>

using Catch::Contains;
using nnmb::parse_symmetry_function;
using nnmb::SymmetryFunctionKind;
using nnmb::to_text;

TEST_CASE("text of every kind survives a round trip")
{
  const std::string line = GENERATE(
      as<std::string>{}, "G1 neighbor Si cutoff 6", "G2 neighbor O cutoff 5.5 eta 0.5 r_shift 2",
      "G2 neighbor O cutoff 6 eta 0.1 r_shift -0.25", "G3 neighbor Si cutoff 4 kappa 1.7",
      "G4 neighbors O Si cutoff 6 eta 0.01 r_shift 0 zeta 4 lambda -1",
      "G5 neighbors Si Si cutoff 6.25 eta 1e-05 r_shift 1.3 zeta 2.7 lambda 1",
      "G1 neighbor Si cutoff 6 cutoff_function poly2 cutoff_alpha 0.25",
      "G2 neighbor * cutoff 6 eta 0.1 r_shift 0 weight atomic_number",
      "G2 neighbor * cutoff 6 eta 0.1 r_shift 0",
      "G4 neighbors * * cutoff 6 eta 0.01 r_shift 0 zeta 4 lambda -1 cutoff_function exp weight "
      "atomic_number",
      "compact_radial neighbor Si r_left -6 r_right 6 shape poly2",
      "compact_radial neighbor * r_left 0.5 r_right 6 shape poly1_asymmetric weight atomic_number",
      "compact_narrow neighbors O Si r_left 0 r_right 6.5 theta_left 10 theta_right 150 shape exp",
      "compact_wide neighbors * * r_left 0 r_right 6 theta_left -120 theta_right 120 shape "
      "poly4_asymmetric weight atomic_number");
  CHECK(to_text(parse_symmetry_function(line)) == line);
}

TEST_CASE("parameters arrive where they belong")
{
  const auto f =
      parse_symmetry_function("G4 neighbors Si O cutoff 6 eta 0.01 r_shift 1.5 zeta 4 lambda -1");
  CHECK(f.kind == SymmetryFunctionKind::G4);
  CHECK(f.neighbors == std::vector<std::string>{"O", "Si"});    // sorted: a triplet has no order
  CHECK(f.cutoff.radius == 6.0);
  CHECK(f.eta == 0.01);
  CHECK(f.r_shift == 1.5);
  CHECK(f.zeta == 4.0);
  CHECK(f.lambda == -1);
}

TEST_CASE("parameters of compact functions arrive where they belong")
{
  const auto f = parse_symmetry_function(
      "compact_wide neighbors * * r_left 0.5 r_right 6 theta_left 60 theta_right 300 shape "
      "poly3_asymmetric weight atomic_number");
  CHECK(f.kind == SymmetryFunctionKind::compact_wide);
  CHECK(f.sums_over_elements());
  CHECK(f.weight_by_atomic_number);
  CHECK(f.cutoff.kind == nnmb::CutoffKind::poly3);
  CHECK(f.cutoff.compact);
  CHECK(f.cutoff.asymmetric);
  CHECK(f.cutoff.left == 0.5);
  CHECK(f.cutoff.radius == 6.0);
  CHECK(f.theta_left == 60.0);
  CHECK(f.theta_right == 300.0);
}

TEST_CASE("parameters may stand in any order, blanks may be many")
{
  CHECK(parse_symmetry_function("  G2\tr_shift 2  eta 0.5 cutoff 6 neighbor Si ") ==
        parse_symmetry_function("G2 neighbor Si cutoff 6 eta 0.5 r_shift 2"));
  CHECK(parse_symmetry_function("G1 neighbor Si cutoff 6 cutoff_function cosine") ==
        parse_symmetry_function("G1 neighbor Si cutoff 6"));
}

TEST_CASE("what is wrong with a line is said")
{
  struct Case {
    std::string line, message;
  };
  const auto wrong = GENERATE(values<Case>(
      {{"", "empty"},
       {"G6 neighbor Si cutoff 6", "G6"},
       {"G2 neighbor Si cutoff 6 eta 0.5", "'r_shift' is missing"},
       {"G2 cutoff 6 eta 0.5 r_shift 2", "'neighbor' is missing"},
       {"G2 neighbor Si eta 0.5 r_shift 2", "'cutoff' is missing"},
       {"G2 neighbor Si cutoff 6 eta 0.5 rshift 2", "did you mean 'r_shift'"},
       {"G2 neighbor Si cutoff 6 eta 0.5 r_shift 2 zeta 1", "zeta"},
       {"G1 neighbor Si cutoff 6 eta 0.5", "eta"},
       {"G2 neighbor Si cutoff 6 eta 0.5 eta 0.5 r_shift 2", "'eta' stands twice"},
       {"G2 neighbor Si cutoff 6 eta 0.5 r_shift", "'r_shift' lacks its value"},
       {"G2 neighbor Si cutoff 6 eta half r_shift 2", "'half'"},
       {"G2 neighbor Si cutoff 6 eta nan r_shift 2", "finite"},
       {"G2 neighbor Si cutoff inf eta 1 r_shift 2", "finite"},
       {"G2 neighbor Si cutoff 6 eta 1e999 r_shift 2", "eta"},
       {"G2 neighbor Si cutoff 6x eta 1 r_shift 2", "'6x'"},
       {"G2 neighbor Si cutoff 0 eta 1 r_shift 2", "positive cutoff"},
       {"G2 neighbor Si cutoff 6 eta -1 r_shift 2", "eta >= 0"},
       {"G4 neighbors Si O cutoff 6 eta 1 r_shift 0 zeta 0.5 lambda 1", "zeta >= 1"},
       {"G4 neighbors Si O cutoff 6 eta 1 r_shift 0 zeta 1 lambda 2", "lambda 1 or -1"},
       {"G4 neighbors Si O cutoff 6 eta 1 r_shift 0 zeta 1 lambda 0.5", "lambda"},
       {"G4 neighbors Si cutoff 6 eta 1 r_shift 0 zeta 1 lambda 1", "2 neighbor"},
       {"G1 neighbor Si cutoff 6 cutoff_function cosinus", "did you mean 'cosine'"},
       {"G1 neighbor Si cutoff 6 cutoff_function tanh cutoff_alpha 0.5", "knows no cutoff_alpha"},
       {"G1 neighbor Si cutoff 6 cutoff_alpha 1", "0 <= cutoff_alpha < 1"},
       {"G1 neighbor Si cutoff 6 weight atomic_number", "goes with neighbors '*'"},
       {"G1 neighbor * cutoff 6 weight mass", "expected weight atomic_number, got 'mass'"},
       {"G4 neighbors * Si cutoff 6 eta 1 r_shift 0 zeta 1 lambda 1", "both neighbors or for none"},
       {"compact_radial neighbor Si r_left 0 r_right 6", "'shape' is missing"},
       {"compact_radial neighbor Si r_left 0 r_right 6 shape cosine", "expected a shape exp"},
       {"compact_radial neighbor Si r_left 0 r_right 6 shape exp_asymmetric", "asymmetric"},
       {"compact_radial neighbor Si r_left 6 r_right 6 shape exp", "r_left < r_right"},
       {"compact_radial neighbor Si cutoff 6 r_left 0 shape exp", "no parameter 'cutoff'"},
       {"compact_wide neighbors O O r_left 0 r_right 6 theta_left 90 theta_right 90 shape exp",
        "theta_left < theta_right"}}));
  CAPTURE(wrong.line);
  CHECK_THROWS_AS(parse_symmetry_function(wrong.line), std::invalid_argument);
  CHECK_THROWS_WITH(parse_symmetry_function(wrong.line), Contains(wrong.message));
}

TEST_CASE("the order of a triplet's elements makes no difference, everything else does")
{
  const std::string line = "G5 neighbors Si O cutoff 6 eta 0.1 r_shift 0 zeta 2 lambda 1";
  const auto f = parse_symmetry_function(line);
  CHECK(f ==
        parse_symmetry_function("G5 neighbors O Si cutoff 6 eta 0.1 r_shift 0 zeta 2 lambda 1"));
  CHECK_FALSE(
      f == parse_symmetry_function("G4 neighbors Si O cutoff 6 eta 0.1 r_shift 0 zeta 2 lambda 1"));
  CHECK_FALSE(f == parse_symmetry_function(
                       "G5 neighbors Si Si cutoff 6 eta 0.1 r_shift 0 zeta 2 lambda 1"));
  CHECK_FALSE(f == parse_symmetry_function(
                       "G5 neighbors Si O cutoff 6 eta 0.1 r_shift 0 zeta 2 lambda -1"));
}
