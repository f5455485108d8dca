#pragma once
// A layer of weights as the kernel takes it: the products of small matrices that atomic models are made of.

#include <armadillo>
#include <vector>

namespace nnmb {

/// y = W x + b for a block of columns x.
class Dense {
 public:
  /// `biases` is empty or has one number per output.
  Dense(const arma::mat &weights, const arma::vec &biases);
  /// Sets the shape of `out`; it must not be `in`.
  void operator()(const arma::mat &in, arma::mat &out) const;

 private:
  int n_out_, n_in_, stride_;
  std::vector<double> weights_, biases_;    // columns filled up to whole vectors
};

}    // namespace nnmb
