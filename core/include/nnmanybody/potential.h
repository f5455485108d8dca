#pragma once
// A potential ready for evaluation: environments in, atomic energies and their gradients out.

#include "nnmanybody/descriptor.h"
#include "nnmanybody/potential_definition.h"

#include <armadillo>
#include <string>
#include <vector>

namespace nnmb {

/// Memory of one thread; reused from block to block.
struct PotentialScratch {
  DescriptorScratch descriptor;
  ModelScratch model;
  arma::mat features, gradients;
  arma::rowvec energies;
};

/// E_i of every center (eV, with the reference energy) and dE_i/d(displacement) of every neighbor (eV/Å).
struct BlockResult {
  arma::rowvec energies;
  NeighborGradient gradient;
};

/// E_i = E_ref + model(scaled G_i). Const and free of shared state: threads may share one potential with a scratch
/// each.
class Potential {
 public:
  /// How many centers a host should put into one block: enough for the matrix products, few enough for the cache.
  static constexpr int block_size = 64;

  /// Throws std::invalid_argument naming the element, when sections do not fit together.
  explicit Potential(PotentialDefinition definition);

  const PotentialDefinition &definition() const { return definition_; }
  const std::vector<std::string> &elements() const { return elements_; }
  double cutoff() const { return cutoff_; }    // the longest, Å
  const Descriptor &descriptor(int species) const
  {
    return descriptors_[static_cast<std::size_t>(species)];
  }

  void evaluate(const EnvironmentBlock &block, PotentialScratch &scratch,
                BlockResult &result) const;

 private:
  PotentialDefinition definition_;
  std::vector<std::string> elements_;
  std::vector<Descriptor> descriptors_;
  std::vector<AffineScaling> scalings_;
  double cutoff_ = 0.0;
};

}    // namespace nnmb
