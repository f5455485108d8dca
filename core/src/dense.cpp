#include "nnmanybody/dense.h"

#include "nnmanybody/kernels.h"

#include <algorithm>

namespace nnmb {

Dense::Dense(const arma::mat &weights, const arma::vec &biases) :
    n_out_(static_cast<int>(weights.n_rows)), n_in_(static_cast<int>(weights.n_cols)),
    stride_(kernels::round_up(n_out_) + kernels::width),
    weights_(static_cast<std::size_t>(stride_) * weights.n_cols, 0.0),
    biases_(static_cast<std::size_t>(stride_), 0.0)
{
  for (arma::uword i = 0; i < weights.n_cols; ++i)
    std::copy_n(weights.colptr(i), weights.n_rows,
                weights_.begin() + static_cast<std::ptrdiff_t>(i) * stride_);
  std::copy(biases.begin(), biases.end(), biases_.begin());
}

void Dense::operator()(const arma::mat &in, arma::mat &out) const
{
  out.set_size(static_cast<arma::uword>(n_out_), in.n_cols);
  kernels::best().dense({n_out_, n_in_, stride_, weights_.data(), biases_.data()},
                        static_cast<int>(in.n_cols), in.memptr(), n_in_, out.memptr(), n_out_);
}

}    // namespace nnmb
