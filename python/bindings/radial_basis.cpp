// RadialBasis as Python sees it.

#include "arrays.h"

#include "nnmanybody/radial_basis.h"

#include <memory>
#include <optional>

namespace nnmb::python {

namespace {

std::shared_ptr<RadialBasis> make_radial_basis(const Array<double> &whitening,
                                               const Array<double> &centers,
                                               const Array<double> &gammas,
                                               const Array<double> &weights, double constant,
                                               const std::optional<Array<double>> &shortcut)
{
  require_shape(whitening, "whitening", {-1, -1});
  require_shape(centers, "centers", {-1, whitening.shape(0)});
  require_shape(gammas, "gammas", {centers.shape(0)});
  require_shape(weights, "weights", {centers.shape(0)});
  const auto k = static_cast<arma::uword>(centers.shape(0));
  RadialBasisParameters parameters{to_matrix(whitening),
                                   to_matrix(centers).t(),
                                   arma::vec(gammas.data(), k),
                                   arma::vec(weights.data(), k),
                                   constant,
                                   {}};
  if (shortcut) {
    require_shape(*shortcut, "shortcut", {whitening.shape(0)});
    parameters.shortcut =
        arma::rowvec(shortcut->data(), static_cast<arma::uword>(shortcut->shape(0)));
  }
  return std::make_shared<RadialBasis>(std::move(parameters));
}

template <typename Vector> py::object vector_or_none(const Vector &vector)
{
  if (vector.is_empty()) return py::none();
  return to_vector(vector);
}

}    // namespace

void bind_radial_basis(py::module_ &m)
{
  const auto matrix = [](arma::mat RadialBasisParameters::*field) {
    return [field](const RadialBasis &model) { return to_array(model.parameters().*field); };
  };
  const auto vector = [](arma::vec RadialBasisParameters::*field) {
    return [field](const RadialBasis &model) { return to_vector(model.parameters().*field); };
  };
  py::class_<RadialBasis, AtomicModel, std::shared_ptr<RadialBasis>>(m, "RadialBasis")
      .def(py::init(&make_radial_basis), py::arg("whitening"), py::arg("centers"),
           py::arg("gammas"), py::arg("weights"), py::arg("constant"),
           py::arg("shortcut") = py::none())
      .def_property_readonly("whitening", matrix(&RadialBasisParameters::whitening))
      .def_property_readonly(
          "centers", [](const RadialBasis &r) { return to_array(r.parameters().centers.t()); })
      .def_property_readonly("gammas", vector(&RadialBasisParameters::gammas))
      .def_property_readonly("weights", vector(&RadialBasisParameters::weights))
      .def_property_readonly("constant",
                             [](const RadialBasis &r) { return r.parameters().constant; })
      .def_property_readonly(
          "shortcut", [](const RadialBasis &r) { return vector_or_none(r.parameters().shortcut); });
}

}    // namespace nnmb::python
