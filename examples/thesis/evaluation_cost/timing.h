// CPU time of one evaluation: the least of several measurements, each long enough for the clock.
#pragma once

#include <algorithm>
#include <ctime>
#include <limits>

template <class Call> double cpu_seconds(double least, int repeats, Call call)
{
  const auto measure = [&call](long count) {
    const std::clock_t began = std::clock();
    for (long i = 0; i < count; ++i) call();
    return static_cast<double>(std::clock() - began) / static_cast<double>(CLOCKS_PER_SEC);
  };
  long count = 1;
  while (measure(count) < least) count *= 2;
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < repeats; ++i)
    best = std::min(best, measure(count) / static_cast<double>(count));
  return best;
}
