// Networks evaluated one atom at a time with Armadillo, as the thesis does it (7.4).
//
// armadillo_atoms NETWORKS X LEAST REPEATS
// prints for every network: CPU seconds of a value, CPU seconds of a value with its derivative, value, derivative
#include "timing.h"

#include <armadillo>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace {

struct Network {
  std::vector<arma::mat> weights;
  std::vector<arma::vec> biases;
};

// int32: number of layers; for each: rows, columns, weights row by row, biases
Network read_network(std::ifstream &file)
{
  const auto read_int = [&file] {
    std::int32_t value = 0;
    file.read(reinterpret_cast<char *>(&value), sizeof(value));
    return static_cast<arma::uword>(value);
  };
  const auto read_doubles = [&file](double *values, arma::uword count) {
    file.read(reinterpret_cast<char *>(values),
              static_cast<std::streamsize>(count * sizeof(double)));
  };
  Network network;
  const arma::uword n_layers = read_int();
  for (arma::uword layer = 0; layer < n_layers && file; ++layer) {
    const arma::uword rows = read_int();
    const arma::uword columns = read_int();
    arma::mat transposed(columns, rows);
    read_doubles(transposed.memptr(), transposed.n_elem);
    network.weights.push_back(transposed.t());
    network.biases.emplace_back(rows);
    read_doubles(network.biases.back().memptr(), rows);
  }
  if (!file) throw std::runtime_error("expected more in the file of the networks");
  return network;
}

arma::vec sigmoid(const arma::vec &u)
{
  return 1.0 / (1.0 + arma::exp(-u));
}

double value(const Network &network, double x)
{
  arma::vec y = {x};
  for (std::size_t layer = 0; layer + 1 < network.weights.size(); ++layer)
    y = sigmoid(network.weights[layer] * y + network.biases[layer]);
  return arma::as_scalar(network.weights.back() * y + network.biases.back());
}

// Equations (3.60), with the derivative of the output sent back instead of an error, down to the input
double value_and_derivative(const Network &network, double x, double &derivative)
{
  const std::size_t n_hidden = network.weights.size() - 1;
  std::vector<arma::vec> y(n_hidden + 1);
  y[0] = {x};
  for (std::size_t layer = 0; layer < n_hidden; ++layer)
    y[layer + 1] = sigmoid(network.weights[layer] * y[layer] + network.biases[layer]);
  arma::vec delta = network.weights.back().t();
  for (std::size_t layer = n_hidden; layer > 0; --layer) {
    delta %= y[layer] % (1.0 - y[layer]);
    delta = network.weights[layer - 1].t() * delta;
  }
  derivative = delta(0);
  return arma::as_scalar(network.weights.back() * y[n_hidden] + network.biases.back());
}

}    // namespace

int main(int argc, char **argv)
{
  if (argc != 5) {
    std::fputs("expected: NETWORKS X LEAST REPEATS\n", stderr);
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  const double x = std::atof(argv[2]);
  const double least = std::atof(argv[3]);
  const int repeats = std::atoi(argv[4]);
  while (file.peek() != std::ifstream::traits_type::eof()) {
    const Network network = read_network(file);
    double result = 0.0;
    double derivative = 0.0;
    const double alone = cpu_seconds(least, repeats, [&] { result = value(network, x); });
    const double both =
        cpu_seconds(least, repeats, [&] { result = value_and_derivative(network, x, derivative); });
    std::printf("%.9e %.9e %.17e %.17e\n", alone, both, result, derivative);
  }
  return 0;
}
