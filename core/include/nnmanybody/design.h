#pragma once
// The design matrix of a structure: derivatives of energy and forces by the parameters in which they are linear.

#include "nnmanybody/structure.h"

namespace nnmb {

/// AtomicModel::linear_coefficients of all elements, in the order of the potential.
/// Throws std::invalid_argument for a committee, and where a model has none.
arma::vec linear_coefficients(const Potential &potential);

/// Adds dE/dc to energy (n_coefficients) and dF/dc to forces (n_coefficients, n_atoms, 3). The same exceptions.
void add_design(const Potential &potential, const StructureView &structure, double *energy,
                double *forces);

}    // namespace nnmb
