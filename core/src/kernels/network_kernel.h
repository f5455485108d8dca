// One layer of a network for a block of atoms: a product of small matrices, for which a BLAS call costs more than it does.

namespace {

typedef double Double8 __attribute__((vector_size(64), aligned(8)));

/// out(o, c) = bias(o) + sum_i w(o, i) in(i, c) for 8 n_vectors outputs from o on and n_columns <= 4 columns.
template <int n_vectors, int n_columns>
inline void dense_tile(const DenseLayer &layer, int o, const double *in, int in_stride, double *out,
                       int out_stride)
{
  Double8 sum[n_columns][n_vectors];
  for (int v = 0; v < n_vectors; ++v)
    for (int c = 0; c < n_columns; ++c)
      sum[c][v] = *reinterpret_cast<const Double8 *>(layer.biases + o + 8 * v);
  const double *w = layer.weights + o;
  for (int i = 0; i < layer.n_in; ++i, w += layer.stride)
    for (int v = 0; v < n_vectors; ++v) {
      const Double8 column = *reinterpret_cast<const Double8 *>(w + 8 * v);
      for (int c = 0; c < n_columns; ++c) sum[c][v] += column * in[c * in_stride + i];
    }
  const int left = layer.n_out - o < 8 * n_vectors ? layer.n_out - o : 8 * n_vectors;
  for (int c = 0; c < n_columns; ++c) {
    double *to = out + c * out_stride + o;
    if (left == 8 * n_vectors)
      for (int v = 0; v < n_vectors; ++v) *reinterpret_cast<Double8 *>(to + 8 * v) = sum[c][v];
    else
      for (int l = 0; l < left; ++l) to[l] = sum[c][l / 8][l % 8];
  }
}

template <int n_columns>
inline void dense_columns(const DenseLayer &layer, const double *in, int in_stride, double *out,
                          int out_stride)
{
  int o = 0;
  for (; o + 8 < layer.n_out; o += 16)
    dense_tile<2, n_columns>(layer, o, in, in_stride, out, out_stride);
  if (o < layer.n_out) dense_tile<1, n_columns>(layer, o, in, in_stride, out, out_stride);
}

void dense(const DenseLayer &layer, int n_columns, const double *in, int in_stride, double *out,
           int out_stride)
{
  int c = 0;
  for (; c + 4 <= n_columns; c += 4)
    dense_columns<4>(layer, in + c * in_stride, in_stride, out + c * out_stride, out_stride);
  for (; c < n_columns; ++c)
    dense_columns<1>(layer, in + c * in_stride, in_stride, out + c * out_stride, out_stride);
}

}    // namespace
