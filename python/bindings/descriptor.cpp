// SymmetryFunction and Descriptor as Python sees them.

#include "arrays.h"

#include <functional>

namespace nnmb::python {

namespace {

/// Number of pairs of the centers, which are checked.
py::ssize_t pairs_of(const Structure &structure, const Array<int> &centers)
{
  require_shape(centers, "centers", {-1});
  Structure::check_range(centers, "centers", structure.view.n_atoms);
  py::ssize_t n_pairs = 0;
  for (py::ssize_t c = 0; c < centers.shape(0); ++c) {
    const int i = centers.data()[c];
    n_pairs += static_cast<py::ssize_t>(structure.view.first[i + 1] - structure.view.first[i]);
  }
  return n_pairs;
}

}    // namespace

py::tuple describe(const Descriptor &descriptor, std::size_t n_species, const Array<int> &centers,
                   Array<int> species, Array<std::int64_t> first, Array<int> neighbor,
                   Array<double> displacement, bool with_jacobian)
{
  const Structure structure(std::move(species), std::move(first), std::move(neighbor),
                            std::move(displacement), n_species);
  const py::ssize_t n_pairs = pairs_of(structure, centers), n = centers.shape(0);
  py::array_t<double> values({n, static_cast<py::ssize_t>(descriptor.n_functions())});
  py::array_t<double> jacobian({with_jacobian ? n_pairs : 0, py::ssize_t{3},
                                static_cast<py::ssize_t>(descriptor.n_functions())});
  {
    const py::gil_scoped_release release;
    describe_structure(descriptor, structure.view, centers.data(), static_cast<int>(n),
                       values.mutable_data(), with_jacobian ? jacobian.mutable_data() : nullptr);
  }
  return py::make_tuple(values, jacobian);
}

namespace {

SymmetryFunction make_function(const std::string &kind, const std::vector<std::string> &neighbors,
                               double cutoff, double eta, double r_shift, double kappa, double zeta,
                               int lam, const std::string &cutoff_function, double cutoff_alpha,
                               double r_left, double theta_left, double theta_right,
                               bool asymmetric, bool weight_by_atomic_number, int order,
                               double eta_k)
{
  SymmetryFunction f;
  f.kind = symmetry_function_kind(kind);
  f.neighbors = neighbors;
  f.cutoff = {
      cutoff_kind(cutoff_function), cutoff, cutoff_alpha, f.is_compact(), r_left, asymmetric};
  f.eta = eta;
  f.r_shift = r_shift;
  f.kappa = kappa;
  f.zeta = zeta;
  f.lambda = lam;
  f.theta_left = theta_left;
  f.theta_right = theta_right;
  f.weight_by_atomic_number = weight_by_atomic_number;
  f.order = order;
  f.eta_k = eta_k;
  f.validate();
  return f;
}

void bind_symmetry_function(py::module_ &m)
{
  py::class_<SymmetryFunction>(m, "SymmetryFunction")
      .def(py::init(&make_function), py::arg("kind"), py::arg("neighbors"), py::arg("cutoff"),
           py::kw_only(), py::arg("eta") = 0.0, py::arg("r_shift") = 0.0, py::arg("kappa") = 0.0,
           py::arg("zeta") = 1.0, py::arg("lam") = 1, py::arg("cutoff_function") = "cosine",
           py::arg("cutoff_alpha") = 0.0, py::arg("r_left") = 0.0, py::arg("theta_left") = 0.0,
           py::arg("theta_right") = 180.0, py::arg("asymmetric") = false,
           py::arg("weight_by_atomic_number") = false, py::arg("order") = 0, py::arg("eta_k") = 0.0)
      .def_readonly("eta_k", &SymmetryFunction::eta_k)
      .def_readonly("order", &SymmetryFunction::order)
      .def_static("parse", &parse_symmetry_function, py::arg("line"))
      .def_property_readonly("kind", [](const SymmetryFunction &f) { return kind_name(f.kind); })
      .def_property_readonly(
          "neighbors", [](const SymmetryFunction &f) { return py::tuple(py::cast(f.neighbors)); })
      .def_property_readonly("cutoff", [](const SymmetryFunction &f) { return f.cutoff.radius; })
      .def_property_readonly("cutoff_function",
                             [](const SymmetryFunction &f) {
                               return cutoff_names()[static_cast<std::size_t>(f.cutoff.kind)];
                             })
      .def_property_readonly("cutoff_alpha",
                             [](const SymmetryFunction &f) { return f.cutoff.alpha; })
      .def_property_readonly("r_left", [](const SymmetryFunction &f) { return f.cutoff.left; })
      .def_property_readonly("asymmetric",
                             [](const SymmetryFunction &f) { return f.cutoff.asymmetric; })
      .def_property_readonly("is_compact", &SymmetryFunction::is_compact)
      .def_property_readonly("is_angular", &SymmetryFunction::is_angular)
      .def_property_readonly("is_narrow", &SymmetryFunction::is_narrow)
      .def_readonly("theta_left", &SymmetryFunction::theta_left)
      .def_readonly("theta_right", &SymmetryFunction::theta_right)
      .def_readonly("weight_by_atomic_number", &SymmetryFunction::weight_by_atomic_number)
      .def_readonly("eta", &SymmetryFunction::eta)
      .def_readonly("r_shift", &SymmetryFunction::r_shift)
      .def_readonly("kappa", &SymmetryFunction::kappa)
      .def_readonly("zeta", &SymmetryFunction::zeta)
      .def_readonly("lam", &SymmetryFunction::lambda)
      .def("__str__", &to_text)
      .def("__repr__", [](const SymmetryFunction &f) { return "<" + to_text(f) + ">"; })
      .def(
          "__eq__", [](const SymmetryFunction &a, const SymmetryFunction &b) { return a == b; },
          py::is_operator())
      .def("__hash__",
           [](const SymmetryFunction &f) { return std::hash<std::string>()(to_text(f)); })
      .def(py::pickle([](const SymmetryFunction &f) { return to_text(f); },
                      &parse_symmetry_function));
}

/// A Descriptor and the number of elements that its species run over.
struct PyDescriptor {
  PyDescriptor(const std::vector<std::string> &names, std::vector<SymmetryFunction> functions) :
      descriptor(names, std::move(functions)), elements(names)
  {
  }
  Descriptor descriptor;
  std::vector<std::string> elements;
};

py::array_t<double> contract(const PyDescriptor &d, const Array<int> &centers, Array<int> species,
                             Array<std::int64_t> first, Array<int> neighbor,
                             Array<double> displacement, const Array<double> &weights)
{
  const Structure structure(std::move(species), std::move(first), std::move(neighbor),
                            std::move(displacement), d.elements.size());
  const py::ssize_t n_pairs = pairs_of(structure, centers), n = centers.shape(0);
  require_shape(weights, "weights", {-1, n, d.descriptor.n_functions()});
  py::array_t<double> gradients({weights.shape(0), n_pairs, py::ssize_t{3}});
  {
    const py::gil_scoped_release release;
    contract_structure(d.descriptor, structure.view, centers.data(), static_cast<int>(n),
                       weights.data(), static_cast<int>(weights.shape(0)),
                       gradients.mutable_data());
  }
  return gradients;
}

py::array_t<double> directional(const PyDescriptor &d, const Array<int> &centers,
                                Array<int> species, Array<std::int64_t> first, Array<int> neighbor,
                                Array<double> displacement, const Array<double> &directions)
{
  const Structure structure(std::move(species), std::move(first), std::move(neighbor),
                            std::move(displacement), d.elements.size());
  const py::ssize_t n_pairs = pairs_of(structure, centers), n = centers.shape(0);
  require_shape(directions, "directions", {-1, n_pairs, 3});
  py::array_t<double> products(
      {directions.shape(0), n, static_cast<py::ssize_t>(d.descriptor.n_functions())});
  {
    const py::gil_scoped_release release;
    directional_structure(d.descriptor, structure.view, centers.data(), static_cast<int>(n),
                          directions.data(), static_cast<int>(directions.shape(0)),
                          products.mutable_data());
  }
  return products;
}

}    // namespace

void bind_descriptor(py::module_ &m)
{
  bind_symmetry_function(m);
  py::class_<PyDescriptor>(m, "Descriptor")
      .def(py::init<const std::vector<std::string> &, std::vector<SymmetryFunction>>(),
           py::arg("elements"), py::arg("functions"))
      .def_property_readonly("n_functions",
                             [](const PyDescriptor &d) { return d.descriptor.n_functions(); })
      .def_property_readonly("cutoff", [](const PyDescriptor &d) { return d.descriptor.cutoff(); })
      .def_property_readonly("functions",
                             [](const PyDescriptor &d) { return d.descriptor.functions(); })
      .def_readonly("elements", &PyDescriptor::elements)
      .def(
          "values",
          [](const PyDescriptor &d, const Array<int> &centers, Array<int> species,
             Array<std::int64_t> first, Array<int> neighbor,
             Array<double> displacement) -> py::object {
            return describe(d.descriptor, d.elements.size(), centers, std::move(species),
                            std::move(first), std::move(neighbor), std::move(displacement),
                            false)[0];
          },
          py::arg("centers"), py::arg("species"), py::arg("first"), py::arg("neighbor"),
          py::arg("displacement"))
      .def(
          "values_and_jacobian",
          [](const PyDescriptor &d, const Array<int> &centers, Array<int> species,
             Array<std::int64_t> first, Array<int> neighbor, Array<double> displacement) {
            return describe(d.descriptor, d.elements.size(), centers, std::move(species),
                            std::move(first), std::move(neighbor), std::move(displacement), true);
          },
          py::arg("centers"), py::arg("species"), py::arg("first"), py::arg("neighbor"),
          py::arg("displacement"))
      .def("contract", &contract, py::arg("centers"), py::arg("species"), py::arg("first"),
           py::arg("neighbor"), py::arg("displacement"), py::arg("weights"))
      .def("directional", &directional, py::arg("centers"), py::arg("species"), py::arg("first"),
           py::arg("neighbor"), py::arg("displacement"), py::arg("directions"));
}

}    // namespace nnmb::python
