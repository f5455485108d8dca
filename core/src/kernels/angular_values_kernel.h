// Angular symmetry functions of one center, first pass: which triplets there are, their factors, the sums.
//
//   G = sum over triplets of f_c(a) f_c(b) [f_c(c)] E_m A_n,  a = r_ij, b = r_ik, c = r_jk, [narrow functions only]
//   E_m = exp(-eta [(a - r_shift)^2 + (b - r_shift)^2 [+ (c - r_shift)^2]])
//   A_n = 2^(1-zeta) (1 + lambda cos)^zeta = 2 h^zeta, h = (1 + lambda cos) / 2, or a compact function of the angle
//
// Narrow: the triplets within the cutoff in r_jk are picked out first, and everything else runs over whole vectors of
// them. Wide: every k counts, so that a row of triplets with the same j lies beside the neighbors k in memory.

namespace {

constexpr int segment = 32;    // neighbors k looked at before it is asked whether a chunk is full

/// What the first pass alone needs of the triplets of a chunk, Å².
struct TripletWork {
  alignas(64) double j_squared[TripletChunk::stride], k_squared[TripletChunk::stride],
      jk_squared[TripletChunk::stride];
  alignas(64) double sum[TripletChunk::stride];    // of the three
};

/// Appends the neighbors k in [begin, end) with r_jk < cutoff to the chunk, with all that belongs to k; returns how many
/// there are. Writes up to a whole vector behind them.
inline int select(const Neighbors &n, int j, int begin, int end, double cutoff_squared,
                  TripletChunk &chunk, TripletWork &work)
{
  int *__restrict k_out = chunk.k + chunk.size;
  double *__restrict jk = work.jk_squared + chunk.size, *__restrict kk =
                                                            work.k_squared + chunk.size;
  double *__restrict f_k = chunk.array(TripletChunk::f_k) + chunk.size;
  double *__restrict slope_k = chunk.array(TripletChunk::slope_k) + chunk.size;
  double *__restrict inverse_k = chunk.array(TripletChunk::inverse_k) + chunk.size;
  // Copies: what is written below could be these very pointers, for all that the compiler knows.
  const double *x = n.x, *y = n.y, *z = n.z, *r_squared = n.r_squared, *f = n.f, *slope = n.slope,
               *inverse = n.r_inverse;
  int count = 0;
#ifdef __AVX512F__
  const __m512d xj = _mm512_set1_pd(x[j]), yj = _mm512_set1_pd(y[j]), zj = _mm512_set1_pd(z[j]);
  const __m512d limit = _mm512_set1_pd(cutoff_squared);
  const __m256i first = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  const auto keep = [&](__mmask8 near, const double *from, double *to) {
    _mm512_storeu_pd(to + count, _mm512_maskz_compress_pd(near, _mm512_loadu_pd(from)));
  };
  for (int k = begin; k < end; k += width) {
    const __m512d dx = _mm512_sub_pd(_mm512_loadu_pd(x + k), xj),
                  dy = _mm512_sub_pd(_mm512_loadu_pd(y + k), yj),
                  dz = _mm512_sub_pd(_mm512_loadu_pd(z + k), zj);
    const __m512d squared = _mm512_fmadd_pd(dx, dx, _mm512_fmadd_pd(dy, dy, _mm512_mul_pd(dz, dz)));
    const auto tail = static_cast<__mmask8>(end - k >= width ? 0xff : (1 << (end - k)) - 1);
    const __mmask8 near = _mm512_mask_cmp_pd_mask(tail, squared, limit, _CMP_LT_OQ);
    _mm512_storeu_pd(jk + count, _mm512_maskz_compress_pd(near, squared));
    const __m256i index = _mm256_add_epi32(first, _mm256_set1_epi32(k));
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(k_out + count),
                        _mm256_maskz_compress_epi32(near, index));
    keep(near, r_squared + k, kk);
    keep(near, f + k, f_k);
    keep(near, slope + k, slope_k);
    keep(near, inverse + k, inverse_k);
    count += __builtin_popcount(near);
  }
#else
  double squared[segment + width];
  const int size = end - begin;
  for (int i = 0; i < round_up(size); ++i) {
    const double dx = x[begin + i] - x[j], dy = y[begin + i] - y[j], dz = z[begin + i] - z[j];
    squared[i] = dx * dx + dy * dy + dz * dz;
  }
  // Without a branch: written always, counted when near.
  for (int i = 0; i < size; ++i) {
    k_out[count] = begin + i;
    jk[count] = squared[i];
    count += squared[i] < cutoff_squared;
  }
  for (int i = 0; i < count; ++i) {
    kk[i] = r_squared[k_out[i]];
    f_k[i] = f[k_out[i]];
    slope_k[i] = slope[k_out[i]];
    inverse_k[i] = inverse[k_out[i]];
  }
#endif
  return count;
}

/// Distances and cosine of the triplets of a narrow chunk, and the functions of r_jk.
inline void narrow_geometry(const AngularPlan &plan, TripletChunk &chunk, TripletWork &work)
{
  double *__restrict cosine = chunk.array(TripletChunk::cosine);
  const double *inverse_j = chunk.array(TripletChunk::inverse_j),
               *inverse_k = chunk.array(TripletChunk::inverse_k);
  const int padded = round_up(chunk.size);
  double closest = work.jk_squared[0];
#pragma omp simd reduction(min : closest)
  for (int t = 0; t < padded; ++t) {
    const double c2 = work.jk_squared[t], both = work.j_squared[t] + work.k_squared[t];
    cosine[t] = 0.5 * (both - c2) * (inverse_j[t] * inverse_k[t]);
    work.sum[t] = both + c2;
    closest = smaller(closest, c2);
  }
  if (closest < shortest_distance * shortest_distance) refuse_distance(__builtin_sqrt(closest));
  cutoff(plan.cutoff, chunk.size, work.jk_squared, chunk.array(TripletChunk::f_jk),
         chunk.array(TripletChunk::slope_jk));

  if (!plan.shifted) return centered_factors(plan, chunk, work.sum);
  double *__restrict inverse_jk = chunk.array(TripletChunk::inverse_jk);
#pragma omp simd
  for (int t = 0; t < padded; ++t) inverse_jk[t] = inverse_root(work.jk_squared[t]);
  for (int m = 0; m < plan.n_radial; ++m) {
    double *__restrict e = chunk.array(TripletChunk::first_factor + m);
    const double eta = plan.radial[m].eta, shift = plan.radial[m].r_shift;
#pragma omp simd
    for (int t = 0; t < padded; ++t) {
      const double a = work.j_squared[t] * inverse_j[t] - shift,
                   b = work.k_squared[t] * inverse_k[t] - shift,
                   c = work.jk_squared[t] * inverse_jk[t] - shift;
      e[t] = exponential(-eta * (a * a + b * b + c * c));
    }
  }
}

/// Completes a chunk of narrow triplets.
inline void finish_narrow(const AngularPlan &plan, TripletChunk &chunk, TripletWork &work,
                          double *sums)
{
  // Places that fill the last vector repeat the first triplet and count with f_c = 0.
  for (int t = chunk.size; t < round_up(chunk.size); ++t) {
    chunk.k[t] = chunk.k[0];
    work.j_squared[t] = work.j_squared[0];
    work.k_squared[t] = work.k_squared[0];
    work.jk_squared[t] = work.jk_squared[0];
    for (const auto array : {TripletChunk::inverse_j, TripletChunk::inverse_k})
      chunk.array(array)[t] = chunk.array(array)[0];
    for (const auto array :
         {TripletChunk::f_j, TripletChunk::f_k, TripletChunk::slope_j, TripletChunk::slope_k})
      chunk.array(array)[t] = 0.0;
  }
  narrow_geometry(plan, chunk, work);
  angular_factors(plan, chunk);
  add_sums(plan, chunk, sums);
}

void narrow_values(const AngularPlan &plan, const Neighbors &n, IndexRange js, IndexRange ks,
                   TripletPool &pool, double *sums)
{
  const double cutoff_squared = plan.cutoff.radius * plan.cutoff.radius;
  TripletWork work;
  TripletChunk *chunk = nullptr;
  for (int j = js.begin; j < js.end; ++j) {
    if (n.f[j] == 0.0) continue;    // beyond the cutoff of these functions
    for (int k = plan.same_species ? j + 1 : ks.begin; k < ks.end; k += segment) {
      if (!chunk || chunk->size + segment > TripletChunk::capacity) {
        if (chunk) finish_narrow(plan, *chunk, work, sums);
        chunk = &next_chunk(pool);
      }
      const int begin = chunk->size;
      const int end = begin + select(n, j, k, k + segment < ks.end ? k + segment : ks.end,
                                     cutoff_squared, *chunk, work);
      if (end == begin) continue;
      chunk->rows[chunk->n_rows++] = {j, k, begin, end};
      chunk->size = end;
      fill(chunk->array(TripletChunk::f_j), begin, end, n.f[j]);
      fill(chunk->array(TripletChunk::slope_j), begin, end, n.slope[j]);
      fill(chunk->array(TripletChunk::inverse_j), begin, end, n.r_inverse[j]);
      fill(work.j_squared, begin, end, n.r_squared[j]);
    }
  }
  if (chunk && chunk->size > 0) finish_narrow(plan, *chunk, work, sums);
}

/// One row of a wide chunk: neighbors k … k + size - 1 of the center, filled up to a whole vector with f_c = 0.
inline void add_wide_row(const AngularPlan &plan, const Neighbors &n, TripletChunk &chunk, int j,
                         int k, int size, const double *pair_factors, int origin, int pair_stride)
{
  const int begin = chunk.size, padded = round_up(size);
  double *__restrict f_k = chunk.array(TripletChunk::f_k) + begin;
  double *__restrict slope_k = chunk.array(TripletChunk::slope_k) + begin;
  double *__restrict inverse_k = chunk.array(TripletChunk::inverse_k) + begin;
  double *__restrict cosine = chunk.array(TripletChunk::cosine) + begin;
  const double xj = n.x[j], yj = n.y[j], zj = n.z[j], inverse_j = n.r_inverse[j];
#pragma omp simd
  for (int i = 0; i < padded; ++i) {
    f_k[i] = n.f[k + i];
    slope_k[i] = n.slope[k + i];
    inverse_k[i] = n.r_inverse[k + i];
    cosine[i] =
        (xj * n.x[k + i] + yj * n.y[k + i] + zj * n.z[k + i]) * (inverse_j * n.r_inverse[k + i]);
  }
  for (int i = size; i < padded; ++i) f_k[i] = slope_k[i] = 0.0;
  for (int m = 0; m < plan.n_radial; ++m) {
    double *__restrict e = chunk.array(TripletChunk::first_factor + m) + begin;
    const double *pair = pair_factors + m * pair_stride - origin;
    const double e_j = pair[j];
#pragma omp simd
    for (int i = 0; i < padded; ++i) e[i] = e_j * pair[k + i];
  }
  fill(chunk.array(TripletChunk::f_j), begin, begin + padded, n.f[j]);
  fill(chunk.array(TripletChunk::slope_j), begin, begin + padded, n.slope[j]);
  fill(chunk.array(TripletChunk::inverse_j), begin, begin + padded, inverse_j);
  chunk.rows[chunk.n_rows++] = {j, k, begin, begin + padded};
  chunk.size += padded;
}

void wide_values(const AngularPlan &plan, const Neighbors &n, IndexRange js, IndexRange ks,
                 TripletPool &pool, double *sums)
{
  // exp(-eta (r - r_shift)^2) of every neighbor: one exponential per pair instead of one per triplet.
  const int origin = js.begin < ks.begin ? js.begin : ks.begin;
  const int n_pairs = (js.end > ks.end ? js.end : ks.end) - origin,
            pair_stride = round_up(n_pairs) + width;
  double *pair_factors = workspace(pool, static_cast<std::ptrdiff_t>(plan.n_radial) * pair_stride);
  for (int m = 0; m < plan.n_radial; ++m) {
    const double eta = plan.radial[m].eta, shift = plan.radial[m].r_shift;
    double *__restrict e = pair_factors + m * pair_stride;
#pragma omp simd
    for (int i = 0; i < pair_stride; ++i) {
      const double d = n.r[origin + i] - shift;
      e[i] = exponential(-eta * d * d);
    }
  }
  TripletChunk *chunk = nullptr;
  const auto finish = [&] {
    angular_factors(plan, *chunk);
    add_sums(plan, *chunk, sums);
  };
  for (int j = js.begin; j < js.end; ++j) {
    if (n.f[j] == 0.0) continue;
    for (int k = plan.same_species ? j + 1 : ks.begin; k < ks.end; k += segment) {
      if (!chunk || chunk->size + segment > TripletChunk::capacity) {
        if (chunk) finish();
        chunk = &next_chunk(pool);
      }
      add_wide_row(plan, n, *chunk, j, k, (k + segment < ks.end ? k + segment : ks.end) - k,
                   pair_factors, origin, pair_stride);
    }
  }
  if (chunk) finish();
}

void angular_values(const AngularPlan &plan, const Neighbors &neighbors, IndexRange j, IndexRange k,
                    TripletPool &pool, double *sums)
{
  if (plan.narrow)
    narrow_values(plan, neighbors, j, k, pool, sums);
  else
    wide_values(plan, neighbors, j, k, pool, sums);
}

}    // namespace
