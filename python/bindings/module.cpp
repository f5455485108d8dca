// nnmanybody._core: the core as Python sees it. Casts and shape checks, no logic.

#include "arrays.h"

#include "nnmanybody/blas_threads.h"
#include "nnmanybody/text.h"

PYBIND11_MODULE(_core, m)
{
  namespace py = pybind11;
  m.doc() = "The C++ core of nnmanybody";
  nnmb::use_one_blas_thread();
  m.def("nearest", &nnmb::nearest, py::arg("word"), py::arg("candidates"),
        "The candidate with the smallest edit distance: for 'did you mean'.");
  nnmb::python::bind_descriptor(m);
  nnmb::python::bind_network(m);
  nnmb::python::bind_potential(m);
}
