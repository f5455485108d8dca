#pragma once
// What the parts of the binding share: checked casts of NumPy arrays, and the registrations.

#include "nnmanybody/structure.h"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <string>
#include <vector>

namespace nnmb::python {

namespace py = pybind11;

template <typename T> using Array = py::array_t<T, py::array::c_style | py::array::forcecast>;

[[noreturn]] inline void refuse(const std::string &message)
{
  throw std::invalid_argument(message);
}

template <typename T>
void require_shape(const Array<T> &array, const char *name, const std::vector<py::ssize_t> &shape)
{
  const bool fits =
      array.ndim() == static_cast<py::ssize_t>(shape.size()) &&
      std::equal(shape.begin(), shape.end(), array.shape(),
                 [](auto expected, auto got) { return expected < 0 || expected == got; });
  if (fits) return;
  const auto text = [](const auto *begin, std::size_t n) {
    std::string result = "(";
    for (std::size_t d = 0; d < n; ++d)
      result += (d ? ", " : "") + (begin[d] < 0 ? "n" : std::to_string(begin[d]));
    return result + ")";
  };
  refuse(std::string(name) + ": expected shape " + text(shape.data(), shape.size()) + ", got " +
         text(array.shape(), static_cast<std::size_t>(array.ndim())));
}

/// Owns the casts of the arrays that a StructureView points to, and checks every index once.
class Structure {
 public:
  Structure(Array<int> species, Array<std::int64_t> first, Array<int> neighbor,
            Array<double> displacement, std::size_t n_species) :
      species_(std::move(species)), first_(std::move(first)), neighbor_(std::move(neighbor)),
      displacement_(std::move(displacement))
  {
    require_shape(species_, "species", {-1});
    const py::ssize_t n = species_.shape(0);
    require_shape(first_, "first", {n + 1});
    require_shape(neighbor_, "neighbor", {-1});
    require_shape(displacement_, "displacement", {neighbor_.shape(0), 3});
    const std::int64_t *start = first_.data();
    for (py::ssize_t i = 0; i < n; ++i)
      if (start[i] > start[i + 1])
        refuse("first: expected offsets that do not decrease, got a decrease at atom " +
               std::to_string(i));
    if (start[0] != 0 || start[n] != neighbor_.shape(0))
      refuse("first: expected offsets from 0 to the number of pairs " +
             std::to_string(neighbor_.shape(0)));
    check_range(species_, "species", static_cast<py::ssize_t>(n_species));
    check_range(neighbor_, "neighbor", n);
    view = {static_cast<int>(n), species_.data(), first_.data(), neighbor_.data(),
            displacement_.data()};
  }
  StructureView view;

  static void check_range(const Array<int> &array, const char *name, py::ssize_t end)
  {
    for (py::ssize_t i = 0; i < array.size(); ++i)
      if (array.data()[i] < 0 || array.data()[i] >= end)
        refuse(std::string(name) + ": expected indices from 0 to " + std::to_string(end - 1) +
               ", got " + std::to_string(array.data()[i]) + " at place " + std::to_string(i));
  }

 private:
  Array<int> species_;
  Array<std::int64_t> first_;
  Array<int> neighbor_;
  Array<double> displacement_;
};

// ---- Armadillo (column-major) <-> NumPy (row-major) ---------------------------------------------------------

inline arma::mat to_matrix(const Array<double> &array)
{
  // A row-major n × m array is a column-major m × n matrix.
  return arma::mat(array.data(), static_cast<arma::uword>(array.shape(1)),
                   static_cast<arma::uword>(array.shape(0)))
      .t();
}

inline py::array_t<double> to_array(const arma::mat &matrix)
{
  const arma::mat transposed = matrix.t();
  py::array_t<double> array(
      {static_cast<py::ssize_t>(matrix.n_rows), static_cast<py::ssize_t>(matrix.n_cols)});
  std::copy(transposed.begin(), transposed.end(), array.mutable_data());
  return array;
}

template <typename Vector> py::array_t<double> to_vector(const Vector &vector)
{
  return py::array_t<double>(static_cast<py::ssize_t>(vector.n_elem), vector.memptr());
}

/// (3, 3) from LAMMPS's order xx yy zz xy xz yz.
inline py::array_t<double> full_virial(const double *w)
{
  const double full[9] = {w[0], w[3], w[4], w[3], w[1], w[5], w[4], w[5], w[2]};
  py::array_t<double> virial({3, 3});
  std::copy(full, full + 9, virial.mutable_data());
  return virial;
}

/// G of the centers (n_centers, n_functions) and, if wanted, dG/d(displacement) (n_pairs, 3, n_functions), else
/// an empty array. Releases the GIL.
py::tuple describe(const Descriptor &descriptor, std::size_t n_species, const Array<int> &centers,
                   Array<int> species, Array<std::int64_t> first, Array<int> neighbor,
                   Array<double> displacement, bool with_jacobian);

void bind_descriptor(py::module_ &m);       // SymmetryFunction, Descriptor
void bind_neighbor_list(py::module_ &m);    // neighbor_pairs
void bind_atomic_model(py::module_ &m);     // AtomicModel
void bind_network(py::module_ &m);          // Network
void bind_composable(py::module_ &m);       // Expression, Composable
void bind_radial_basis(py::module_ &m);     // RadialBasis
void bind_pair_core(py::module_ &m);        // PairCore
void bind_potential(py::module_ &m);        // ElementSection, PotentialDefinition, Potential
void bind_design(py::module_ &m);           // design, linear_coefficients

}    // namespace nnmb::python
