#include "nnmanybody/blas_threads.h"

extern "C" void openblas_set_num_threads(int);

namespace nnmb {

void use_one_blas_thread()
{
  openblas_set_num_threads(1);
}

}    // namespace nnmb
