#pragma once

namespace nnmb {

/// Keeps OpenBLAS at one thread: the hosts distribute atoms over ranks and threads themselves,
/// and the matrices of one block of atoms are far too small to be worth waking other threads.
void use_one_blas_thread();

}    // namespace nnmb
