#include "nnmanybody/kernels.h"

#include "nnmanybody/text.h"

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

namespace nnmb::kernels {

extern const Kernels generic;
#ifdef NNMB_X86_64
extern const Kernels avx2, avx512;
#endif

std::vector<const Kernels *> available()
{
  std::vector<const Kernels *> list{&generic};
#ifdef NNMB_X86_64
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
      __builtin_cpu_supports("bmi2"))
    list.push_back(&avx2);
  if (list.size() == 2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512cd"))
    list.push_back(&avx512);
#endif
  return list;
}

namespace {

const Kernels &choose()
{
  const std::vector<const Kernels *> list = available();
  const char *wanted = std::getenv("NNMB_SIMD");
  if (!wanted || !*wanted) return *list.back();
  std::vector<std::string> names;
  for (const Kernels *kernels : list) {
    if (kernels->name == std::string(wanted)) return *kernels;
    names.emplace_back(kernels->name);
  }
  throw std::invalid_argument("NNMB_SIMD=" + std::string(wanted) + ": this processor runs " +
                              join(names, ", ") + "; unset it to take the last of them");
}

}    // namespace

const Kernels &best()
{
  static const Kernels &kernels = choose();
  return kernels;
}

}    // namespace nnmb::kernels
