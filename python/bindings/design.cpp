// Rows of the design matrix as Python sees them.

#include "arrays.h"

#include "nnmanybody/design.h"

namespace nnmb::python {

namespace {

py::tuple design(const Potential &potential, Array<int> species, Array<std::int64_t> first,
                 Array<int> neighbor, Array<double> displacement)
{
  const Structure structure(std::move(species), std::move(first), std::move(neighbor),
                            std::move(displacement), potential.elements().size());
  const auto n = static_cast<py::ssize_t>(linear_coefficients(potential).n_elem);
  py::array_t<double> energy({n}),
      forces({n, static_cast<py::ssize_t>(structure.view.n_atoms), py::ssize_t{3}});
  std::fill_n(energy.mutable_data(), energy.size(), 0.0);
  std::fill_n(forces.mutable_data(), forces.size(), 0.0);
  double *e = energy.mutable_data(), *f = forces.mutable_data();
  {
    const py::gil_scoped_release release;
    add_design(potential, structure.view, e, f);
  }
  return py::make_tuple(energy, forces);
}

}    // namespace

void bind_design(py::module_ &m)
{
  m.def(
      "linear_coefficients",
      [](const Potential &potential) { return to_vector(linear_coefficients(potential)); },
      py::arg("potential"));
  m.def("design", &design, py::arg("potential"), py::arg("species"), py::arg("first"),
        py::arg("neighbor"), py::arg("displacement"));
}

}    // namespace nnmb::python
