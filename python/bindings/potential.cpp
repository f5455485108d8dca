// ElementSection, PotentialDefinition and Potential as Python sees them.

#include "arrays.h"

#include "nnmanybody/network.h"
#include "nnmanybody/potential_file.h"

#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <variant>

namespace nnmb::python {

namespace {

py::dict evaluate(const Potential &potential, Array<int> species, Array<std::int64_t> first,
                  Array<int> neighbor, Array<double> displacement, bool per_atom_virial,
                  bool committee)
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
  const bool with_centroid = per_atom_virial && potential.n_messages() == 0;
  py::array_t<double> virials = zeros({per_atom_virial ? n : 0, 6}),
                      centroid = zeros({with_centroid ? n : 0, 9});
  const AtomArrays arrays{forces.mutable_data(), voigt.mutable_data(),
                          per_atom_virial ? virials.mutable_data() : nullptr,
                          with_centroid ? centroid.mutable_data() : nullptr};
  const py::ssize_t n_members = committee ? potential.n_models() : 0;
  py::array_t<double> member_energies = zeros({n_members, n}),
                      member_forces = zeros({n_members, n, 3});
  MemberArrays members;
  if (committee) members = {member_energies.mutable_data(), member_forces.mutable_data()};
  double *energy = energies.mutable_data();
  {
    const py::gil_scoped_release release;
    evaluate_structure(potential, structure.view, energy, arrays, members);
  }
  py::dict result;
  result["energies"] = energies;
  result["forces"] = forces;
  result["virial"] = full_virial(voigt.data());
  if (per_atom_virial) {
    result["virials"] = virials;
    if (with_centroid) result["centroid_virials"] = centroid;
  }
  if (committee) {
    result["committee_energies"] = member_energies;
    result["committee_forces"] = member_forces;
  }
  return result;
}

py::tuple extrapolation(const Potential &potential, Array<int> species, Array<std::int64_t> first,
                        Array<int> neighbor, Array<double> displacement)
{
  const Structure structure(std::move(species), std::move(first), std::move(neighbor),
                            std::move(displacement), potential.elements().size());
  const py::ssize_t n = structure.view.n_atoms;
  std::vector<Overshoot> overshoots;
  {
    const py::gil_scoped_release release;
    overshoots = find_overshoots(potential, structure.view);
  }
  py::array_t<double> largest(n);
  py::array_t<int> n_outside(n), function(n);
  for (py::ssize_t i = 0; i < n; ++i) {
    const Overshoot &overshoot = overshoots[static_cast<std::size_t>(i)];
    largest.mutable_at(i) = overshoot.largest;
    n_outside.mutable_at(i) = overshoot.n_outside;
    function.mutable_at(i) = overshoot.function + 1;
  }
  return py::make_tuple(largest, n_outside, function);
}

using Networks = std::vector<std::shared_ptr<Network>>;
using Models = std::vector<std::shared_ptr<AtomicModel>>;

std::vector<std::shared_ptr<const AtomicModel>>
models_of(const std::variant<std::shared_ptr<AtomicModel>, Models> &given)
{
  const Models models = given.index() == 0 ? Models{std::get<0>(given)} : std::get<Models>(given);
  if (models.empty() || std::find(models.begin(), models.end(), nullptr) != models.end())
    refuse("network: expected a model such as Network, or one for each member of a committee");
  return {models.begin(), models.end()};
}

/// As Python may have them; nothing in the bindings changes a model.
Models models_of_section(const ElementSection &section)
{
  Models models;
  for (const auto &model : section.models)
    models.push_back(std::const_pointer_cast<AtomicModel>(model));
  return models;
}

Networks networks_of(const ElementSection &section)
{
  Networks networks;
  for (const auto &model : models_of_section(section)) {
    networks.push_back(std::dynamic_pointer_cast<Network>(model));
    if (!networks.back())
      refuse("element " + section.element + " has a model " + model->kind() +
             ", not a network: take it from `models`");
  }
  return networks;
}

std::shared_ptr<Network> only_network_of(const ElementSection &section)
{
  if (section.models.size() > 1)
    refuse("element " + section.element + " has a committee of " +
           std::to_string(section.models.size()) + " networks: take them from `networks`");
  return networks_of(section).front();
}

ElementSection make_section(const std::string &element, double reference_energy,
                            std::vector<SymmetryFunction> functions,
                            const Array<double> &statistics,
                            const std::tuple<std::string, double, double> &scaling,
                            const std::variant<std::shared_ptr<AtomicModel>, Models> &network)
{
  check_element(element);
  require_shape(statistics, "statistics", {static_cast<py::ssize_t>(functions.size()), 4});
  if (!std::isfinite(reference_energy))
    refuse("reference_energy of " + element + " is not a finite number");
  ElementSection section{element, reference_energy,  std::move(functions), {},
                         {},      models_of(network)};
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
                                    const std::map<std::string, std::string> &header,
                                    const std::optional<PairCore> &pair_core)
{
  PotentialDefinition definition{{}, std::move(sections), std::move(provenance), pair_core};
  const std::map<std::string, std::string *> fields{{"date", &definition.header.date},
                                                    {"units", &definition.header.units},
                                                    {"contributor", &definition.header.contributor},
                                                    {"citation", &definition.header.citation}};
  for (const auto &[key, value] : header) {
    const auto field = fields.find(key);
    if (field == fields.end())
      refuse("header: expected date, units, contributor or citation, got '" + key + "'");
    *field->second = value;
  }
  check_definition(definition);
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

}    // namespace

void bind_potential(py::module_ &m)
{
  py::class_<ElementSection>(m, "ElementSection")
      .def(py::init(&make_section), py::arg("element"), py::arg("reference_energy"),
           py::arg("functions"), py::arg("statistics"), py::arg("scaling"),
           py::arg("models").none(false))
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
      .def_property_readonly("models", &models_of_section)
      .def_property_readonly("network", &only_network_of)
      .def_property_readonly("networks", &networks_of);

  py::class_<PotentialDefinition>(m, "PotentialDefinition")
      .def(py::init(&make_definition), py::arg("sections"),
           py::arg("provenance") = std::vector<std::pair<std::string, std::string>>{},
           py::arg("header") = std::map<std::string, std::string>{},
           py::arg("pair_core") = std::nullopt)
      .def_static("parse", &parse_definition, py::arg("text"), py::arg("name") = "<string>")
      .def_static("merge", &merge, py::arg("definitions"))
      .def_static("committee", &join_committee, py::arg("definitions"))
      .def("text", &definition_text)
      .def_readonly("sections", &PotentialDefinition::sections)
      .def_readonly("provenance", &PotentialDefinition::provenance)
      .def_readonly("pair_core", &PotentialDefinition::pair_core)
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
      .def_property_readonly("n_models", &Potential::n_models)
      .def_property_readonly("n_messages", &Potential::n_messages)
      .def_property_readonly("definition", &Potential::definition)
      .def("evaluate", &evaluate, py::arg("species"), py::arg("first"), py::arg("neighbor"),
           py::arg("displacement"), py::arg("per_atom_virial") = false,
           py::arg("committee") = false)
      .def("extrapolation", &extrapolation, py::arg("species"), py::arg("first"),
           py::arg("neighbor"), py::arg("displacement"))
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

}    // namespace nnmb::python
