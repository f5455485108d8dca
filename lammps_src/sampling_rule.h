#pragma once
// The force on an atom and the step in, "write a sample now or not" out. Knows nothing of LAMMPS.
// sampling/sampling_rule.py is the same rule in Python.

#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>

namespace nnmb {

/// Steps from one sample of an atom to its next when the force |F| acts on it, equation (7.2):
/// 1 if F > alpha; tau_max if floor(alpha / F) > tau_max; else floor(alpha / F). Defined for every F >= 0.
/// `force` and `alpha` in the same unit. Throws std::invalid_argument for what is not a force or a setting.
inline int tau(double force, double alpha, int tau_max)
{
  if (!(alpha > 0.0))
    throw std::invalid_argument("alpha must be positive, got " + std::to_string(alpha));
  if (tau_max < 1)
    throw std::invalid_argument("tau_max must be at least 1, got " + std::to_string(tau_max));
  if (!(force >= 0.0))
    throw std::invalid_argument("a force must be zero or positive, got " + std::to_string(force));
  if (force > alpha) return 1;
  // Before any division: F = 0 and the smallest numbers would overflow it.
  if (force * (tau_max + 1.0) <= alpha) return tau_max;
  const double steps = std::floor(alpha / force);
  if (steps < 1.0) return 1;
  return steps < tau_max ? static_cast<int>(steps) : tau_max;
}

enum class SamplingRule {
  strict,    // tau at every step, sampled when that many steps have passed: misses no step with F > alpha
  thesis    // tau at multiples of tau_max only, sampled at multiples of tau: as the thesis did it
};

/// What the rule remembers of one atom.
struct SamplingState {
  static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::min();
  int tau = 1;
  std::int64_t last_sampled = never;
};

/// Whether an atom is to be sampled at `step`. Updates its tau; the caller sets last_sampled once the record is safe.
/// A step at or before the last sampled one is never due: a run that goes back to a checkpoint repeats nothing.
inline bool is_due(SamplingRule rule, SamplingState &state, double force, double alpha, int tau_max,
                   std::int64_t step)
{
  if (rule == SamplingRule::strict || step % tau_max == 0) state.tau = tau(force, alpha, tau_max);
  if (state.last_sampled == SamplingState::never)
    return rule == SamplingRule::strict || step % state.tau == 0;
  if (step <= state.last_sampled) return false;
  if (rule == SamplingRule::strict) return step - state.last_sampled >= state.tau;
  return step % state.tau == 0;
}

}    // namespace nnmb
