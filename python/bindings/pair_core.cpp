// PairCore as Python sees it.

#include "arrays.h"

#include "nnmanybody/pair_core.h"

namespace nnmb::python {

namespace {

/// The core alone on a structure, with the keys that Potential.evaluate has.
py::dict evaluate(const PairCore &core, const std::vector<std::string> &elements,
                  Array<int> species, Array<std::int64_t> first, Array<int> neighbor,
                  Array<double> displacement)
{
  const PairCoreTable table(elements, core);
  const Structure structure(std::move(species), std::move(first), std::move(neighbor),
                            std::move(displacement), elements.size());
  const auto n = static_cast<py::ssize_t>(structure.view.n_atoms);
  py::array_t<double> energies(n), forces({n, py::ssize_t{3}});
  std::fill_n(energies.mutable_data(), energies.size(), 0.0);
  std::fill_n(forces.mutable_data(), forces.size(), 0.0);
  std::vector<double> voigt(6, 0.0);
  AtomArrays arrays;
  arrays.forces = forces.mutable_data();
  arrays.virial = voigt.data();
  evaluate_pair_core(table, structure.view, energies.mutable_data(), arrays);
  py::dict result;
  result["energies"] = energies;
  result["forces"] = forces;
  result["virial"] = full_virial(voigt.data());
  return result;
}

}    // namespace

void bind_pair_core(py::module_ &m)
{
  py::class_<PairCore>(m, "PairCore")
      .def(py::init(&make_pair_core), py::arg("kind"), py::arg("inner"), py::arg("outer"))
      .def_property_readonly("kind", [](const PairCore &) { return "zbl"; })
      .def_readonly("inner", &PairCore::inner)
      .def_readonly("outer", &PairCore::outer)
      .def("__str__", [](const PairCore &core) { return pair_core_text(core); })
      .def("evaluate", &evaluate, py::arg("elements"), py::arg("species"), py::arg("first"),
           py::arg("neighbor"), py::arg("displacement"));
}

}    // namespace nnmb::python
