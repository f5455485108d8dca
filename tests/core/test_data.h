#pragma once
// Text of a small potential of two elements; all its numbers are made up.

#include <string>

namespace nnmb::test {

inline std::string silicon_oxygen_potential()
{
  return R"(# DATE: 2026-11-21 UNITS: metal CONTRIBUTOR: nnmanybody tests CITATION: none
nnp_format 1
elements Si O

element Si
reference_energy -4.3366
symmetry_functions 3
G2 neighbor Si cutoff 6 eta 0.5 r_shift 2
G3 neighbor O cutoff 5.5 kappa 1.25
G4 neighbors O Si cutoff 6 eta 0.01 r_shift 0 zeta 4 lambda -1
statistics min max mean sigma
  0.0000000000000000e+00   1.5000000000000000e+00   5.0000000000000000e-01   3.3333333333333331e-01
 -1.0000000000000000e+00   1.0000000000000000e+00   1.0000000000000001e-01   2.5000000000000000e-01
  2.0000000000000001e-01   3.0000000000000000e+00   6.9999999999999996e-01   2.0000000000000001e-01
scaling minmax -1 1
model network
layers 3 2 1
activations tanh identity
shortcut no
layer 1
  5.0000000000000000e-01  -2.5000000000000000e-01   7.5000000000000000e-01   1.2500000000000000e-01
 -1.0000000000000000e+00   5.0000000000000000e-01   3.7500000000000000e-01  -2.5000000000000000e-01
layer 2
  1.5000000000000000e+00  -7.5000000000000000e-01   6.2500000000000000e-02
end network
end element

element O
reference_energy -1.90625
symmetry_functions 2
G1 neighbor Si cutoff 5
G5 neighbors Si Si cutoff 6 eta 0.02 r_shift 1.3 zeta 2.5 lambda 1
statistics min max mean sigma
  0.0000000000000000e+00   2.0000000000000000e+00   5.0000000000000000e-01   3.3333333333333331e-01
  1.0000000000000001e-01   2.5000000000000000e+00   5.9999999999999998e-01   2.5000000000000000e-01
scaling sigma 0 1
model network
layers 2 2 1
activations silu identity
shortcut yes
layer 1
  2.5000000000000000e-01   5.0000000000000000e-01  -1.2500000000000000e-01
  7.5000000000000000e-01  -5.0000000000000000e-01   2.5000000000000000e-01
layer 2
 -5.0000000000000000e-01   1.2500000000000000e+00   6.2500000000000000e-02
shortcut_weights
  1.2500000000000000e-01  -6.2500000000000000e-02
end network
end element

provenance
package_version 0.1.0
note any words  until the end
end provenance
)";
}

}    // namespace nnmb::test
