// Network as Python sees it.

#include "arrays.h"

#include "nnmanybody/network.h"

#include <memory>
#include <optional>

namespace nnmb::python {

namespace {

std::shared_ptr<Network> make_network(const std::vector<Array<double>> &weights,
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

}    // namespace

void bind_network(py::module_ &m)
{
  py::class_<Network, AtomicModel, std::shared_ptr<Network>>(m, "Network")
      .def(py::init(&make_network), py::arg("weights"), py::arg("biases"), py::arg("activations"),
           py::arg("shortcut") = py::none())
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
      .def_property_readonly("shortcut", [](const Network &n) -> py::object {
        if (n.shortcut().is_empty()) return py::none();
        return to_vector(n.shortcut());
      });
}

}    // namespace nnmb::python
