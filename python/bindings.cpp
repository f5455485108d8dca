// nnmanybody._core: the core as Python sees it. Casts and shape checks, no logic.

#include "nnmanybody/blas_threads.h"
#include "nnmanybody/network.h"
#include "nnmanybody/potential_file.h"
#include "nnmanybody/structure.h"
#include "nnmanybody/text.h"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <sstream>

namespace py = pybind11;
using namespace nnmb;

namespace {

template <typename T> using Array = py::array_t<T, py::array::c_style | py::array::forcecast>;

[[noreturn]] void refuse(const std::string &message)
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

py::tuple describe(const Descriptor &descriptor, std::size_t n_species, const Array<int> &centers,
                   Array<int> species, Array<std::int64_t> first, Array<int> neighbor,
                   Array<double> displacement, bool with_jacobian)
{
  const Structure structure(std::move(species), std::move(first), std::move(neighbor),
                            std::move(displacement), n_species);
  require_shape(centers, "centers", {-1});
  Structure::check_range(centers, "centers", structure.view.n_atoms);
  const py::ssize_t n = centers.shape(0);
  py::ssize_t n_pairs = 0;
  for (py::ssize_t c = 0; c < n; ++c) {
    const int i = centers.data()[c];
    n_pairs += static_cast<py::ssize_t>(structure.view.first[i + 1] - structure.view.first[i]);
  }
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

py::dict evaluate(const Potential &potential, Array<int> species, Array<std::int64_t> first,
                  Array<int> neighbor, Array<double> displacement, bool per_atom_virial)
{
  const Structure structure(std::move(species), std::move(first), std::move(neighbor),
                            std::move(displacement), potential.elements().size());
  const auto n = static_cast<py::ssize_t>(structure.view.n_atoms);
  const auto zeros = [](const std::vector<py::ssize_t> &shape) {
    py::array_t<double> array(shape);
    std::fill_n(array.mutable_data(), array.size(), 0.0);
    return array;
  };
  py::array_t<double> energies = zeros({n}), forces = zeros({n, 3}), voigt = zeros({6});
  py::array_t<double> virials = zeros({per_atom_virial ? n : 0, 6}),
                      centroid = zeros({per_atom_virial ? n : 0, 9});
  const AtomArrays arrays{forces.mutable_data(), voigt.mutable_data(),
                          per_atom_virial ? virials.mutable_data() : nullptr,
                          per_atom_virial ? centroid.mutable_data() : nullptr};
  double *energy = energies.mutable_data();
  {
    const py::gil_scoped_release release;
    evaluate_structure(potential, structure.view, energy, arrays);
  }
  const double *w = voigt.data();
  const double full[9] = {w[0], w[3], w[4], w[3], w[1], w[5], w[4], w[5], w[2]};
  py::array_t<double> virial({3, 3});
  std::copy(full, full + 9, virial.mutable_data());
  py::dict result;
  result["energies"] = energies;
  result["forces"] = forces;
  result["virial"] = virial;
  if (per_atom_virial) {
    result["virials"] = virials;
    result["centroid_virials"] = centroid;
  }
  return result;
}

// ---- Armadillo (column-major) <-> NumPy (row-major) --------------------------------------------------------

arma::mat to_matrix(const Array<double> &array)
{
  // A row-major n × m array is a column-major m × n matrix.
  return arma::mat(array.data(), static_cast<arma::uword>(array.shape(1)),
                   static_cast<arma::uword>(array.shape(0)))
      .t();
}

py::array_t<double> to_array(const arma::mat &matrix)
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

using ConstNetwork = std::shared_ptr<Network>;

ConstNetwork make_network(const std::vector<Array<double>> &weights,
                          const std::vector<Array<double>> &biases,
                          const std::vector<std::string> &activations,
                          const std::optional<Array<double>> &shortcut)
{
  if (weights.size() != biases.size() || weights.size() != activations.size())
    refuse("network: expected as many biases and activations as weights (" +
           std::to_string(weights.size()) + "), got " + std::to_string(biases.size()) + " and " +
           std::to_string(activations.size()));
  std::vector<Layer> layers;
  for (std::size_t l = 0; l < weights.size(); ++l) {
    const std::string name = "weights of layer " + std::to_string(l + 1);
    require_shape(weights[l], name.c_str(), {-1, -1});
    require_shape(biases[l], ("biases of layer " + std::to_string(l + 1)).c_str(),
                  {weights[l].shape(0)});
    layers.push_back({to_matrix(weights[l]),
                      arma::vec(biases[l].data(), static_cast<arma::uword>(biases[l].shape(0))),
                      activation_from_name(activations[l])});
  }
  arma::rowvec linear;
  if (shortcut) {
    require_shape(*shortcut, "shortcut", {-1});
    linear = arma::rowvec(shortcut->data(), static_cast<arma::uword>(shortcut->shape(0)));
  }
  return std::make_shared<Network>(std::move(layers), std::move(linear));
}

py::tuple evaluate_network(const Network &network, const Array<double> &features)
{
  require_shape(features, "features", {-1, network.n_features()});
  const arma::mat input(features.data(), static_cast<arma::uword>(features.shape(1)),
                        static_cast<arma::uword>(features.shape(0)));
  ModelScratch scratch;
  arma::rowvec energies;
  arma::mat gradients;
  network.evaluate(input, scratch, energies, gradients);
  py::array_t<double> out({features.shape(0), features.shape(1)});
  std::copy(gradients.begin(), gradients.end(), out.mutable_data());
  return py::make_tuple(to_vector(energies), out);
}

// ---- Plain data --------------------------------------------------------------------------------------------

SymmetryFunction make_function(const std::string &kind, const std::vector<std::string> &neighbors,
                               double cutoff, double eta, double r_shift, double kappa, double zeta,
                               int lam, const std::string &cutoff_function)
{
  SymmetryFunction f{symmetry_function_kind(kind),
                     neighbors,
                     {cutoff_kind(cutoff_function), cutoff},
                     eta,
                     r_shift,
                     kappa,
                     zeta,
                     lam};
  f.validate();
  return f;
}

ElementSection make_section(const std::string &element, double reference_energy,
                            std::vector<SymmetryFunction> functions,
                            const Array<double> &statistics,
                            const std::tuple<std::string, double, double> &scaling,
                            const std::shared_ptr<Network> &network)
{
  require_shape(statistics, "statistics", {static_cast<py::ssize_t>(functions.size()), 4});
  if (!std::isfinite(reference_energy))
    refuse("reference_energy of " + element + " is not a finite number");
  ElementSection section{element, reference_energy, std::move(functions), {}, {}, network};
  for (py::ssize_t s = 0; s < statistics.shape(0); ++s) {
    const double *row = statistics.data(s, 0);
    for (int column = 0; column < 4; ++column)
      if (!std::isfinite(row[column]))
        refuse("statistics of symmetry function " + std::to_string(s + 1) + " of " + element +
               " hold NaN or Inf");
    section.statistics.push_back({row[0], row[1], row[2], row[3]});
  }
  section.scaling = {scaling_kind(std::get<0>(scaling)), std::get<1>(scaling),
                     std::get<2>(scaling)};
  return section;
}

py::array_t<double> statistics_array(const ElementSection &section)
{
  py::array_t<double> array({static_cast<py::ssize_t>(section.statistics.size()), py::ssize_t{4}});
  double *out = array.mutable_data();
  for (const FunctionStatistics &g : section.statistics)
    for (const double value : {g.min, g.max, g.mean, g.sigma}) *out++ = value;
  return array;
}

PotentialDefinition make_definition(std::vector<ElementSection> sections,
                                    std::vector<std::pair<std::string, std::string>> provenance,
                                    const std::map<std::string, std::string> &header)
{
  PotentialDefinition definition{{}, std::move(sections), std::move(provenance)};
  const std::map<std::string, std::string *> fields{{"date", &definition.header.date},
                                                    {"units", &definition.header.units},
                                                    {"contributor", &definition.header.contributor},
                                                    {"citation", &definition.header.citation}};
  for (const auto &[key, value] : header) {
    const auto field = fields.find(key);
    if (field == fields.end())
      refuse("header: expected date, units, contributor or citation, got '" + key + "'");
    if (value.find_first_of("\r\n") != std::string::npos)
      refuse("header: '" + key + "' must be one line");
    *field->second = value;
  }
  return definition;
}

std::string definition_text(const PotentialDefinition &definition)
{
  std::ostringstream stream;
  write_potential(stream, definition);
  return stream.str();
}

PotentialDefinition parse_definition(const std::string &text, const std::string &name)
{
  std::istringstream stream(text);
  return read_potential(stream, name);
}

// ---- Registration ------------------------------------------------------------------------------------------

void bind_symmetry_function(py::module_ &m)
{
  py::class_<SymmetryFunction>(m, "SymmetryFunction")
      .def(py::init(&make_function), py::arg("kind"), py::arg("neighbors"), py::arg("cutoff"),
           py::kw_only(), py::arg("eta") = 0.0, py::arg("r_shift") = 0.0, py::arg("kappa") = 0.0,
           py::arg("zeta") = 1.0, py::arg("lam") = 1, py::arg("cutoff_function") = "cosine")
      .def_static("parse", &parse_symmetry_function, py::arg("line"))
      .def_property_readonly("kind", [](const SymmetryFunction &f) { return kind_name(f.kind); })
      .def_property_readonly(
          "neighbors", [](const SymmetryFunction &f) { return py::tuple(py::cast(f.neighbors)); })
      .def_property_readonly("cutoff", [](const SymmetryFunction &f) { return f.cutoff.radius; })
      .def_property_readonly("cutoff_function",
                             [](const SymmetryFunction &f) {
                               return cutoff_names()[static_cast<std::size_t>(f.cutoff.kind)];
                             })
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

void bind_descriptor(py::module_ &m)
{
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
          py::arg("displacement"));
}

void bind_network(py::module_ &m)
{
  py::class_<Network, ConstNetwork>(m, "Network")
      .def(py::init(&make_network), py::arg("weights"), py::arg("biases"), py::arg("activations"),
           py::arg("shortcut") = py::none())
      .def_property_readonly("n_features", &Network::n_features)
      .def_property_readonly("weights",
                             [](const Network &n) {
                               py::list list;
                               for (const Layer &layer : n.layers())
                                 list.append(to_array(layer.weights));
                               return list;
                             })
      .def_property_readonly("biases",
                             [](const Network &n) {
                               py::list list;
                               for (const Layer &layer : n.layers())
                                 list.append(to_vector(layer.biases));
                               return list;
                             })
      .def_property_readonly("activations",
                             [](const Network &n) {
                               py::list list;
                               for (const Layer &layer : n.layers())
                                 list.append(activation_name(layer.activation));
                               return list;
                             })
      .def_property_readonly("shortcut",
                             [](const Network &n) -> py::object {
                               if (n.shortcut().is_empty()) return py::none();
                               return to_vector(n.shortcut());
                             })
      .def("evaluate", &evaluate_network, py::arg("features"));
}

void bind_potential(py::module_ &m)
{
  py::class_<ElementSection>(m, "ElementSection")
      .def(py::init(&make_section), py::arg("element"), py::arg("reference_energy"),
           py::arg("functions"), py::arg("statistics"), py::arg("scaling"), py::arg("network"))
      .def_readonly("element", &ElementSection::element)
      .def_readonly("reference_energy", &ElementSection::reference_energy)
      .def_readonly("functions", &ElementSection::functions)
      .def_property_readonly("statistics", &statistics_array)
      .def_property_readonly("scaling",
                             [](const ElementSection &s) {
                               return std::make_tuple(
                                   scaling_names()[static_cast<std::size_t>(s.scaling.kind)],
                                   s.scaling.lower, s.scaling.upper);
                             })
      .def_property_readonly("network", [](const ElementSection &s) {
        return std::const_pointer_cast<Network>(std::dynamic_pointer_cast<const Network>(s.model));
      });

  py::class_<PotentialDefinition>(m, "PotentialDefinition")
      .def(py::init(&make_definition), py::arg("sections"),
           py::arg("provenance") = std::vector<std::pair<std::string, std::string>>{},
           py::arg("header") = std::map<std::string, std::string>{})
      .def_static("parse", &parse_definition, py::arg("text"), py::arg("name") = "<string>")
      .def_static("merge", &merge, py::arg("definitions"))
      .def("text", &definition_text)
      .def_readonly("sections", &PotentialDefinition::sections)
      .def_readonly("provenance", &PotentialDefinition::provenance)
      .def_property_readonly("header", [](const PotentialDefinition &d) {
        return std::map<std::string, std::string>{{"date", d.header.date},
                                                  {"units", d.header.units},
                                                  {"contributor", d.header.contributor},
                                                  {"citation", d.header.citation}};
      });

  py::class_<Potential>(m, "Potential")
      .def(py::init<PotentialDefinition>(), py::arg("definition"))
      .def_property_readonly("elements", &Potential::elements)
      .def_property_readonly("cutoff", &Potential::cutoff)
      .def_property_readonly("definition", &Potential::definition)
      .def("evaluate", &evaluate, py::arg("species"), py::arg("first"), py::arg("neighbor"),
           py::arg("displacement"), py::arg("per_atom_virial") = false)
      .def(
          "descriptors",
          [](const Potential &p, const Array<int> &species, const Array<std::int64_t> &first,
             const Array<int> &neighbor, const Array<double> &displacement) {
            py::list list;
            for (std::size_t element = 0; element < p.elements().size(); ++element) {
              std::vector<int> members;
              for (py::ssize_t i = 0; i < species.size(); ++i)
                if (species.data()[i] == static_cast<int>(element))
                  members.push_back(static_cast<int>(i));
              const Array<int> centers(static_cast<py::ssize_t>(members.size()), members.data());
              list.append(py::make_tuple(
                  centers, describe(p.descriptor(static_cast<int>(element)), p.elements().size(),
                                    centers, species, first, neighbor, displacement, false)[0]));
            }
            return list;
          },
          py::arg("species"), py::arg("first"), py::arg("neighbor"), py::arg("displacement"));
}

}    // namespace

PYBIND11_MODULE(_core, m)
{
  m.doc() = "The C++ core of nnmanybody";
  use_one_blas_thread();
  m.def("nearest", &nearest, py::arg("word"), py::arg("candidates"),
        "The candidate with the smallest edit distance: for 'did you mean'.");
  bind_symmetry_function(m);
  bind_descriptor(m);
  bind_network(m);
  bind_potential(m);
}
