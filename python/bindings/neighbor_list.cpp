// Neighbor lists as Python sees them.

#include "nnmanybody/neighbor_list.h"

#include "arrays.h"

#include <memory>

namespace nnmb::python {

namespace {

/// The vector as an array that owns it: no copy.
template <typename T>
py::array_t<T> taken(std::vector<T> &&vector, const std::vector<py::ssize_t> &shape)
{
  auto kept = std::make_unique<std::vector<T>>(std::move(vector));
  const T *data = kept->data();
  const py::capsule owner(kept.release(),
                          [](void *memory) { delete static_cast<std::vector<T> *>(memory); });
  return py::array_t<T>(shape, data, owner);
}

py::tuple pairs(const Array<double> &positions, const Array<double> &cell,
                const std::array<bool, 3> &periodic, double cutoff)
{
  require_shape(positions, "positions", {-1, 3});
  require_shape(cell, "cell", {3, 3});
  PeriodicStructure structure;
  structure.n_atoms = static_cast<std::size_t>(positions.shape(0));
  structure.position = positions.data();
  std::copy(cell.data(), cell.data() + 9, structure.cell.begin());
  structure.periodic = periodic;
  PairList list;
  {
    const py::gil_scoped_release release;
    list = find_pairs(structure, cutoff);
  }
  const auto n_first = static_cast<py::ssize_t>(list.first.size());
  const auto n_pairs = static_cast<py::ssize_t>(list.neighbor.size());
  return py::make_tuple(taken(std::move(list.first), {n_first}),
                        taken(std::move(list.neighbor), {n_pairs}),
                        taken(std::move(list.shift), {n_pairs, 3}),
                        taken(std::move(list.displacement), {n_pairs, 3}), list.closest);
}

}    // namespace

void bind_neighbor_list(py::module_ &m)
{
  m.def("neighbor_pairs", &pairs, py::arg("positions"), py::arg("cell"), py::arg("periodic"),
        py::arg("cutoff"),
        "first, neighbor, shift, displacement of all pairs, and the index of the closest or -1.");
}

}    // namespace nnmb::python
