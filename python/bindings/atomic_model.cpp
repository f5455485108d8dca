// What all atomic models have in common, as Python sees it.

#include "arrays.h"

#include "nnmanybody/atomic_model.h"

#include <memory>

namespace nnmb::python {

namespace {

arma::mat inputs_of(const AtomicModel &model, const Array<double> &features)
{
  const MessageRule *rule = model.message_rule();
  const py::ssize_t n_messages = rule ? static_cast<py::ssize_t>(rule->map.n_rows) : 0;
  require_shape(features, "features", {-1, model.n_features() + n_messages});
  return arma::mat(features.data(), static_cast<arma::uword>(features.shape(1)),
                   static_cast<arma::uword>(features.shape(0)));
}

py::tuple evaluate_model(const AtomicModel &model, const Array<double> &features)
{
  const arma::mat inputs = inputs_of(model, features);
  ModelScratch scratch;
  arma::rowvec energies;
  arma::mat gradients;
  model.evaluate(inputs, scratch, energies, gradients);
  py::array_t<double> out({features.shape(0), features.shape(1)});
  std::copy(gradients.begin(), gradients.end(), out.mutable_data());
  return py::make_tuple(to_vector(energies), out);
}

py::tuple linear_basis(const AtomicModel &model, const Array<double> &features)
{
  const arma::mat inputs = inputs_of(model, features);
  arma::mat basis;
  arma::cube gradients;
  model.linear_basis(inputs, basis, gradients);
  const auto n = static_cast<py::ssize_t>(basis.n_rows);
  py::array_t<double> values({features.shape(0), n}),
      slopes({features.shape(0), n, features.shape(1)});
  std::copy(basis.begin(), basis.end(), values.mutable_data());
  std::copy(gradients.begin(), gradients.end(), slopes.mutable_data());
  return py::make_tuple(values, slopes);
}

}    // namespace

void bind_atomic_model(py::module_ &m)
{
  py::class_<AtomicModel, std::shared_ptr<AtomicModel>>(m, "AtomicModel")
      .def_property_readonly("kind", &AtomicModel::kind)
      .def_property_readonly("n_features", &AtomicModel::n_features)
      .def_property_readonly("n_messages",
                             [](const AtomicModel &model) {
                               const MessageRule *rule = model.message_rule();
                               return rule ? rule->map.n_rows : 0;
                             })
      .def_property_readonly(
          "linear_coefficients",
          [](const AtomicModel &model) { return to_vector(model.linear_coefficients()); })
      .def("evaluate", &evaluate_model, py::arg("features"))
      .def("linear_basis", &linear_basis, py::arg("features"));
}

}    // namespace nnmb::python
