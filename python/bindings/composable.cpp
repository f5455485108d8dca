// Expression and Composable as Python sees them.

#include "arrays.h"

#include "nnmanybody/composable.h"

#include <memory>
#include <optional>
#include <utility>

namespace nnmb::python {

namespace {

using Parts = std::vector<std::vector<std::pair<double, std::vector<int>>>>;
using Cutoff = std::pair<double, std::string>;

std::shared_ptr<Composable> make_composable(const std::string &expression, int n_features,
                                            const Parts &bases,
                                            const std::vector<double> &exponents,
                                            const std::vector<double> &coefficients,
                                            const std::optional<Cutoff> &cutoff)
{
  ComposableParameters parameters{n_features, {}, exponents, coefficients, {}};
  for (const auto &basis : bases) {
    parameters.bases.emplace_back();
    for (const auto &[weight, functions] : basis)
      parameters.bases.back().push_back({weight, functions});
  }
  if (cutoff) {
    parameters.cutoff.emplace();
    parameters.cutoff->radius = cutoff->first;
    parameters.cutoff->kind = cutoff_kind(cutoff->second);
  }
  return std::make_shared<Composable>(parse_expression(expression), std::move(parameters));
}

Parts parts_of(const Composable &model)
{
  Parts bases;
  for (const auto &basis : model.parameters().bases) {
    bases.emplace_back();
    for (const BasisPart &part : basis) bases.back().emplace_back(part.weight, part.functions);
  }
  return bases;
}

std::optional<Cutoff> cutoff_of(const Composable &model)
{
  const auto &cutoff = model.parameters().cutoff;
  if (!cutoff) return {};
  return Cutoff{cutoff->radius, cutoff_name(cutoff->kind)};
}

const char *kind_of(const ExpressionNode &node)
{
  switch (node.kind) {
    case ExpressionNode::Kind::linear:
      return "linear";
    case ExpressionNode::Kind::exponential:
      return "exponential";
    case ExpressionNode::Kind::sum:
      return "sum";
    default:
      return "product";
  }
}

}    // namespace

void bind_composable(py::module_ &m)
{
  py::class_<Basis>(m, "Basis")
      .def_readonly("label", &Basis::label)
      .def_property_readonly("family", [](const Basis &b) { return std::string(1, b.family); })
      .def_readonly("n_radial", &Basis::n_radial)
      .def_readonly("angular", &Basis::angular)
      .def_property_readonly("size", &Basis::size);
  py::class_<ExpressionNode>(m, "ExpressionNode")
      .def_property_readonly("kind", &kind_of)
      .def_readonly("children", &ExpressionNode::children)
      .def_readonly("neighborhood", &ExpressionNode::neighborhood)
      .def_readonly("basis", &ExpressionNode::basis)
      .def_readonly("n_layers", &ExpressionNode::n_layers)
      .def_readonly("first_exponent", &ExpressionNode::first_exponent)
      .def_readonly("first_coefficient", &ExpressionNode::first_coefficient)
      .def_readonly("shift", &ExpressionNode::shift);
  py::class_<Expression>(m, "Expression")
      .def(py::init(&parse_expression), py::arg("text"))
      .def_readonly("text", &Expression::text)
      .def_readonly("bases", &Expression::bases)
      .def_readonly("nodes", &Expression::nodes)
      .def_readonly("n_exponents", &Expression::n_exponents)
      .def_readonly("n_coefficients", &Expression::n_coefficients)
      .def_property_readonly("has_neighborhood", &Expression::has_neighborhood);
  py::class_<Composable, AtomicModel, std::shared_ptr<Composable>>(m, "Composable")
      .def(py::init(&make_composable), py::arg("expression"), py::arg("n_features"),
           py::arg("bases"), py::arg("exponents"), py::arg("coefficients"),
           py::arg("cutoff") = py::none())
      .def_property_readonly("expression", &Composable::expression)
      .def_property_readonly("bases", &parts_of)
      .def_property_readonly("exponents",
                             [](const Composable &c) { return c.parameters().exponents; })
      .def_property_readonly("cutoff", &cutoff_of);
}

}    // namespace nnmb::python
