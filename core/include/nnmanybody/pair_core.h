#pragma once
// A repulsive core: a pair potential of the nuclei for distances that no training data has, beside the networks.

#include "nnmanybody/environment.h"
#include "nnmanybody/text.h"

#include <optional>
#include <string>
#include <vector>

namespace nnmb {

/// The universal potential of Ziegler, Biersack and Littmark (The Stopping and Range of Ions in Solids, 1985), taken
/// to zero between `inner` and `outer` as LAMMPS's pair_style zbl does it. Both in Å, 0 < inner < outer.
struct PairCore {
  double inner, outer;
};

/// Throws std::invalid_argument when the kind is unknown or the radii are not 0 < inner < outer.
PairCore make_pair_core(const std::string &kind, double inner, double outer);
/// The line 'pair_core zbl inner outer', if it is the next one.
std::optional<PairCore> read_pair_core(LineReader &reader);
/// The form in which the potential file has it; "none" without a core.
std::string pair_core_text(const std::optional<PairCore> &core);

/// What one neighbor closer than `outer` adds to its center: half of the energy of the pair (eV), and the derivative
/// of that by the displacement (eV/Å).
struct CorePair {
  int center, neighbor;    // indices in the block
  double energy, x, y, z;
};

/// A core made ready for the elements of a potential. Const and free of shared state.
class PairCoreTable {
 public:
  /// Throws std::invalid_argument when an element has no atomic number.
  PairCoreTable(const std::vector<std::string> &elements, const PairCore &core);

  std::size_t n_elements() const { return n_elements_; }
  double outer() const { return core_.outer; }
  /// The pairs of a block that are closer than `outer`; all others cost a comparison.
  void evaluate(const EnvironmentBlock &block, std::vector<CorePair> &pairs) const;

 private:
  /// phi(r) = charges sum_k c_k exp(-d_k r)/r, and from `inner` on t³ (cubic + quartic t), t = r - inner; less a shift.
  struct Element {
    double charges = 0.0;                 // Z_i Z_j e²/(4 pi eps_0), eV Å
    double inverse_screening = 0.0;       // 1/Å
    double cubic = 0.0, quartic = 0.0;    // eV/Å³, eV/Å⁴
    double shift = 0.0;                   // eV
  };
  static Element make(double z_i, double z_j, const PairCore &core);

  PairCore core_;
  std::size_t n_elements_;
  std::vector<Element> pairs_;    // (n_elements × n_elements)
};

}    // namespace nnmb
