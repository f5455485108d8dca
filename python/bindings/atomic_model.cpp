// What all atomic models have in common, as Python sees it.

#include "arrays.h"

#include "nnmanybody/atomic_model.h"

#include <memory>

namespace nnmb::python {

namespace {

py::tuple evaluate_model(const AtomicModel &model, const Array<double> &features)
{
  require_shape(features, "features", {-1, model.n_features()});
  const arma::mat inputs(features.data(), static_cast<arma::uword>(features.shape(1)),
                         static_cast<arma::uword>(features.shape(0)));
  ModelScratch scratch;
  arma::rowvec energies;
  arma::mat gradients;
  model.evaluate(inputs, scratch, energies, gradients);
  py::array_t<double> out({features.shape(0), features.shape(1)});
  std::copy(gradients.begin(), gradients.end(), out.mutable_data());
  return py::make_tuple(to_vector(energies), out);
}

}    // namespace

void bind_atomic_model(py::module_ &m)
{
  py::class_<AtomicModel, std::shared_ptr<AtomicModel>>(m, "AtomicModel")
      .def_property_readonly("kind", &AtomicModel::kind)
      .def_property_readonly("n_features", &AtomicModel::n_features)
      .def("evaluate", &evaluate_model, py::arg("features"));
}

}    // namespace nnmb::python
