// The kernels of one instruction set: CMake compiles this file once for each, with NNMB_KERNEL_LEVEL as its name.
#include "nnmanybody/kernels.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __AVX512F__
#include <immintrin.h>
#endif

namespace nnmb::kernels {

// Everything in these files is static: see kernels.h.
#include "vector_math.h"

#include "activation_kernel.h"
#include "composable_kernel.h"
#include "cutoff_kernel.h"
#include "network_kernel.h"
#include "radial_kernel.h"

#include "angular_factors_kernel.h"

#include "angular_values_kernel.h"

#include "angular_contract_kernel.h"
#include "angular_directional_kernel.h"
#include "angular_jacobian_kernel.h"

#include "multipole_kernel.h"

#define NNMB_TEXT_OF(name) #name
#define NNMB_TEXT(name)    NNMB_TEXT_OF(name)

extern const Kernels NNMB_KERNEL_LEVEL;
const Kernels NNMB_KERNEL_LEVEL{
    NNMB_TEXT(NNMB_KERNEL_LEVEL),
    activate,
    dense,
    exponential_layers,
    exponentials,
    roots,
    cutoff,
    radial_values,
    radial_contract,
    radial_slopes,
    angular_values,
    angular_contract,
    angular_jacobian,
    angular_directional,
    {multipole_kernels<2>(), multipole_kernels<4>(), multipole_kernels<8>()}};

}    // namespace nnmb::kernels
