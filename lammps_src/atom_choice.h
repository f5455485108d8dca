#pragma once
// Which atoms are sampled: N of a sorted list of ids, at random, the same on every machine.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace nnmb {

/// `n` of `ids` (n <= ids.size()) in ascending order. Depends on the ids, n and the seed alone: the generator is
/// defined bit by bit by the C++ standard, the standard library's distributions are not and are left out.
inline std::vector<std::int64_t> choose_at_random(std::vector<std::int64_t> ids, std::size_t n,
                                                  std::uint64_t seed)
{
  std::sort(ids.begin(), ids.end());
  std::mt19937_64 generator(seed);
  for (std::size_t i = 0; i < n; ++i)
    std::swap(ids[i], ids[i + static_cast<std::size_t>(generator() % (ids.size() - i))]);
  ids.resize(n);
  std::sort(ids.begin(), ids.end());
  return ids;
}

}    // namespace nnmb
