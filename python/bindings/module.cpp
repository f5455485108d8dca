// nnmanybody._core: the core as Python sees it. Casts and shape checks, no logic.

#include "arrays.h"

#include "nnmanybody/kernels.h"
#include "nnmanybody/text.h"

PYBIND11_MODULE(_core, m)
{
  namespace py = pybind11;
  m.doc() = "The C++ core of nnmanybody";
  m.def("nearest", &nnmb::nearest, py::arg("word"), py::arg("candidates"),
        "The candidate with the smallest edit distance: for 'did you mean'.");
  m.def(
      "simd_levels",
      [] {
        std::vector<std::string> names;
        for (const nnmb::kernels::Kernels *level : nnmb::kernels::available())
          names.emplace_back(level->name);
        return names;
      },
      "The kernels that this processor runs, from the plainest to the fastest.");
  m.def(
      "simd_level", [] { return nnmb::kernels::best().name; },
      "The kernels in use: the fastest, or those that the environment variable NNMB_SIMD names.");
  nnmb::python::bind_descriptor(m);
  nnmb::python::bind_neighbor_list(m);
  nnmb::python::bind_atomic_model(m);
  nnmb::python::bind_network(m);
  nnmb::python::bind_composable(m);
  nnmb::python::bind_radial_basis(m);
  nnmb::python::bind_pair_core(m);
  nnmb::python::bind_potential(m);
  nnmb::python::bind_design(m);
}
