#pragma once
// A potential ready for evaluation: environments in, atomic energies and their gradients out.

#include "nnmanybody/descriptor.h"
#include "nnmanybody/extrapolation.h"
#include "nnmanybody/message_exchange.h"
#include "nnmanybody/potential_definition.h"

#include <armadillo>
#include <optional>
#include <string>
#include <vector>

namespace nnmb {

/// Memory of one thread; reused from block to block.
struct PotentialScratch {
  DescriptorScratch descriptor;
  ModelScratch model;
  arma::mat features, gradients;    // of the mean of the models
  arma::mat energies;               // (n_models × n_centers)
  arma::rowvec model_energies;
  std::vector<arma::mat> model_gradients;
  NeighborGradient part;
  MessageExchange exchange;    // set by the host before each block, where a potential has messages
  MessageScratch message;
  NeighborGradient heard;
  std::vector<CorePair> core_pairs;
};

/// What is wanted of the single members of a committee.
enum class Members { none, energies, forces };

/// E_i of every center (eV, with the reference energy) and dE_i/d(displacement) of every neighbor (eV/Å): the mean of
/// the members of a committee. Those of the single members are empty unless they are wanted.
struct BlockResult {
  arma::rowvec energies;
  NeighborGradient gradient;
  arma::mat member_energies;    // (n_models × n_centers)
  std::vector<NeighborGradient> member_gradients;
  std::vector<Overshoot> overshoots;    // of every center; empty unless wanted
};

/// E_i = E_ref + (1/n) sum_m model_m(scaled G_i) + 1/2 sum_j core(r_ij), the core only where there is one. Const and free
/// of shared state: threads may share one potential with a scratch each.
class Potential {
 public:
  /// How many centers a host should put into one block: enough for the matrix products, few enough for the cache.
  static constexpr int block_size = 64;

  /// Throws std::invalid_argument naming the element, when sections do not fit together.
  explicit Potential(PotentialDefinition definition);

  const PotentialDefinition &definition() const { return definition_; }
  const std::vector<std::string> &elements() const { return elements_; }
  double cutoff() const { return cutoff_; }    // the longest, Å
  /// Members of the committee; 1 for a potential with one model per element.
  int n_models() const { return static_cast<int>(definition_.sections.front().models.size()); }
  const Descriptor &descriptor(int species) const
  {
    return descriptors_[static_cast<std::size_t>(species)];
  }

  /// The gradients of the members are averaged before the one contraction with the derivatives of the symmetry
  /// functions, so that a committee costs one descriptor; Members::forces costs a contraction per member.
  void evaluate(const EnvironmentBlock &block, PotentialScratch &scratch, BlockResult &result,
                Members wanted = Members::none, bool with_overshoots = false) const;
  /// The overshoots alone: one pass over the neighbors, without the models.
  void find_overshoots(const EnvironmentBlock &block, PotentialScratch &scratch,
                       BlockResult &result) const;
  const TrainingRange &training_range(int species) const
  {
    return ranges_[static_cast<std::size_t>(species)];
  }

  /// How many numbers every atom tells its neighbors; 0: they know of one another by their positions alone.
  int n_messages() const { return message_start_.back(); }
  /// First of the three passes of a MessageExchange: (n_messages × n_centers).
  void send(const EnvironmentBlock &block, PotentialScratch &scratch, arma::mat &messages) const;
  /// The last: what dE/d(message) of the centers (n_messages × n_centers) means for their neighbors.
  void answer(const EnvironmentBlock &block, const arma::mat &message_gradients,
              PotentialScratch &scratch, NeighborGradient &gradient) const;
  /// The gradient of sum_s weights(s, center) G_s, of symmetry functions before scaling.
  void contract_features(const EnvironmentBlock &block, const arma::mat &weights,
                         PotentialScratch &scratch, NeighborGradient &gradient) const;
  /// The same for many sets of weights, (n_functions × n_sets × n_centers), one gradient each.
  void contract_each(const EnvironmentBlock &block, const arma::cube &weights,
                     PotentialScratch &scratch, std::vector<NeighborGradient> &gradients) const;
  const AffineScaling &scaling(int species) const
  {
    return scalings_[static_cast<std::size_t>(species)];
  }
  /// psi of centers begin … end - 1 into scratch.message, by scratch.exchange.
  void hear(const EnvironmentBlock &block, int begin, int end, PotentialScratch &scratch) const;
  /// Passes dE/dpsi in scratch.message on: to dE/d(message) of the neighbors, and to the gradient.
  void reply(const EnvironmentBlock &block, int begin, int end, PotentialScratch &scratch,
             NeighborGradient &gradient) const;

 private:
  void count_messages();
  const arma::mat &model_inputs(std::size_t m, PotentialScratch &scratch) const;
  void take_gradient_of_psi(std::size_t m, arma::mat &gradients, PotentialScratch &scratch) const;
  void add_overshoots(std::size_t species, const arma::mat &values, BlockResult &result) const;
  void evaluate_models(std::size_t species, PotentialScratch &scratch, Members wanted) const;
  void add_core(const EnvironmentBlock &block, PotentialScratch &scratch,
                BlockResult &result) const;
  void contract_alone(const EnvironmentBlock &block, int begin, int end, const arma::mat &weights,
                      PotentialScratch &scratch, NeighborGradient &gradient) const;

  PotentialDefinition definition_;
  std::vector<std::string> elements_;
  std::vector<Descriptor> descriptors_;
  std::vector<AffineScaling> scalings_;
  std::vector<int> message_start_{0};    // of each member, and the end
  std::vector<TrainingRange> ranges_;
  double cutoff_ = 0.0;
  std::optional<PairCoreTable> core_;
};

}    // namespace nnmb
