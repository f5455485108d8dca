// Wide angular functions with a small whole zeta as sums over neighbors instead of sums over pairs of them.
//
// (1 + lambda cos)^zeta is a polynomial of the cosine, so a sum of Legendre polynomials, and by the addition theorem
// P_l(cos) = sum_m N_lm Y_lm(u_j) Y_lm(u_k): the sum over pairs becomes one of products of the multipole moments
//
//   M_lm = sum_j g(r_j) Y_lm(u_j),  g(r) = exp(-eta (r - r_shift)^2) f_c(r),  u = x/r
//
// of the neighbors' density. What is made of them is in multipole_group.cpp. Here, real and without their norms,
//
//   Y_lm = Q_lm(z) c_m(x, y) for m >= 0,  Q_l|m|(z) s_|m|(x, y) for m < 0,  Q_lm = d^m P_l/dz^m,  c_m + i s_m = (x + iy)^m
//
// (the factor (1 - z^2)^(m/2) of the associated Legendre functions is in c and s). Y_lm lies at l^2 + l + m.

namespace {

/// Eight neighbors side by side; on narrower machines the compiler makes two or four instructions of each one.
typedef double Lanes __attribute__((vector_size(8 * width)));

inline Lanes load(const double *from)
{
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

inline void store(const Lanes &lanes, double *to)
{
  std::memcpy(to, &lanes, sizeof lanes);
}

inline double sum_of(const Lanes &lanes)
{
  return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
         ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

/// Directions of eight neighbors, c_m, s_m and Q_lm of them up to l = degree.
template <int degree> struct Harmonics {
  Lanes x, y, z, r_inverse;
  Lanes c[degree + 1], s[degree + 1];
  Lanes q[degree + 1][degree + 2];    // [l][m], zero for m > l

  Harmonics(const Neighbors &n, int i)
  {
    r_inverse = load(n.r_inverse + i);
    x = load(n.x + i) * r_inverse;
    y = load(n.y + i) * r_inverse;
    z = load(n.z + i) * r_inverse;
    const Lanes one = Lanes{} + 1.0;
    c[0] = one;
    s[0] = Lanes{};
    for (int m = 1; m <= degree; ++m) {
      c[m] = x * c[m - 1] - y * s[m - 1];
      s[m] = x * s[m - 1] + y * c[m - 1];
    }
    double odd_factorial = 1.0;    // (2m - 1)!!
    for (int m = 0; m <= degree; ++m) {
      if (m > 0) odd_factorial *= 2 * m - 1;
      q[m][m] = one * odd_factorial;
      q[m][m + 1] = Lanes{};
      if (m < degree) q[m + 1][m] = (2 * m + 1) * odd_factorial * z;
      for (int l = m + 2; l <= degree; ++l)
        q[l][m] = ((2 * l - 1) / static_cast<double>(l - m)) * z * q[l - 1][m] -
                  ((l + m - 1) / static_cast<double>(l - m)) * q[l - 2][m];
    }
  }
};

constexpr int place_of(int l, int m)
{
  return l * l + l + m;
}

/// g and dg/dr of eight neighbors, zero for those behind the end of the range.
struct Channel {
  Lanes value, slope;

  Channel(const RadialFactor &factor, const Neighbors &n, int i, int end)
  {
    alignas(64) double g[width], dg[width];
#pragma omp simd
    for (int t = 0; t < width; ++t) {
      const double r = n.r[i + t], d = r - factor.r_shift;
      const double e = i + t < end ? exponential(-factor.eta * d * d) : 0.0;
      g[t] = e * n.f[i + t];
      dg[t] = e * (n.slope[i + t] * r - 2.0 * factor.eta * d * n.f[i + t]);
    }
    value = load(g);
    slope = load(dg);
  }
};

/// Channels and moments whose sums stay in registers.
constexpr int channels_at_once = 4, moments_at_once = 5;

/// sums(channel, p) += sum over n vectors of g(channel) Y(p) for moments p … p + moments_at_once - 1.
inline void add_products(int n, const Lanes (*g)[channels_at_once], const Lanes *harmonic,
                         int n_harmonics, Lanes (*sums)[moments_at_once])
{
  for (int i = 0; i < n; ++i)
    for (int channel = 0; channel < channels_at_once; ++channel)
      for (int p = 0; p < moments_at_once; ++p)
        sums[channel][p] += g[i][channel] * harmonic[i * n_harmonics + p];
}

template <int degree>
void multipole_moments(const MultipolePlan &plan, const Neighbors &n, IndexRange range,
                       double *moments, double *squares)
{
  constexpr int n_moments = (degree + 1) * (degree + 1), vectors_at_once = 8;
  constexpr int n_harmonics = (n_moments + moments_at_once - 1) / moments_at_once * moments_at_once;
  for (int i = 0; i < plan.n_channels * n_moments; ++i) moments[i] = 0.0;
  for (int i = 0; i < plan.n_channels; ++i) squares[i] = 0.0;
  Lanes harmonic[vectors_at_once * n_harmonics] = {};
  for (int begin = range.begin; begin < range.end; begin += vectors_at_once * width) {
    int n_vectors = 0;
    for (; n_vectors < vectors_at_once && begin + n_vectors * width < range.end; ++n_vectors) {
      const Harmonics<degree> at(n, begin + n_vectors * width);
      Lanes *out = harmonic + n_vectors * n_harmonics;
      for (int l = 0; l <= degree; ++l) {
        out[place_of(l, 0)] = at.q[l][0];
        for (int m = 1; m <= l; ++m) {
          out[place_of(l, m)] = at.q[l][m] * at.c[m];
          out[place_of(l, -m)] = at.q[l][m] * at.s[m];
        }
      }
    }
    for (int first = 0; first < plan.n_channels; first += channels_at_once) {
      const int left = plan.n_channels - first;
      const int size = left < channels_at_once ? left : channels_at_once;
      Lanes g[vectors_at_once][channels_at_once] = {}, square[channels_at_once] = {};
      for (int i = 0; i < n_vectors; ++i)
        for (int channel = 0; channel < size; ++channel) {
          g[i][channel] =
              Channel(plan.channels[first + channel], n, begin + i * width, range.end).value;
          square[channel] += g[i][channel] * g[i][channel];
        }
      for (int channel = 0; channel < size; ++channel)
        squares[first + channel] += sum_of(square[channel]);
      for (int p = 0; p < n_moments; p += moments_at_once) {
        Lanes sums[channels_at_once][moments_at_once] = {};
        add_products(n_vectors, g, harmonic + p, n_harmonics, sums);
        for (int channel = 0; channel < size; ++channel)
          for (int q = 0; q < moments_at_once && p + q < n_moments; ++q)
            moments[(first + channel) * n_moments + p + q] += sum_of(sums[channel][q]);
      }
    }
  }
}

/// Radial and tangential part of the gradient of sum_lm (b_lm g Y_lm) of eight neighbors: u (slope_lm Y_lm) and
/// (1 - u u) grad_u Y / r with b_lm = value_lm, for the terms of one l or of all of them.
template <int degree>
inline void add_gradient(const Harmonics<degree> &at, const Lanes *value, const Lanes *slope,
                         int l_begin, int l_end, Lanes &radial, Lanes &vx, Lanes &vy, Lanes &vz)
{
  for (int m = 0; m < l_end; ++m) {
    Lanes a = {}, b = {}, da = {}, db = {}, ra = {}, rb = {};
    for (int l = m > l_begin ? m : l_begin; l < l_end; ++l) {
      const Lanes &q = at.q[l][m], &dq = at.q[l][m + 1];
      ra += slope[place_of(l, m)] * q;
      da += value[place_of(l, m)] * dq;
      if (m == 0) continue;
      a += value[place_of(l, m)] * q;
      rb += slope[place_of(l, -m)] * q;
      b += value[place_of(l, -m)] * q;
      db += value[place_of(l, -m)] * dq;
    }
    radial += ra * at.c[m] + rb * at.s[m];
    vz += da * at.c[m] + db * at.s[m];
    if (m == 0) continue;
    vx += static_cast<double>(m) * (a * at.c[m - 1] + b * at.s[m - 1]);
    vy += static_cast<double>(m) * (b * at.c[m - 1] - a * at.s[m - 1]);
  }
}

template <int degree>
void multipole_contract(const MultipolePlan &plan, const Neighbors &n, IndexRange range,
                        const double *adjoints, const double *square_adjoints)
{
  constexpr int n_moments = (degree + 1) * (degree + 1);
  for (int i = range.begin; i < range.end; i += width) {
    Lanes value[n_moments] = {}, slope[n_moments] = {}, radial = {};
    int channel = 0;
    for (; channel + 2 <= plan.n_channels; channel += 2) {
      const Channel g(plan.channels[channel], n, i, range.end),
          h(plan.channels[channel + 1], n, i, range.end);
      const double *a = adjoints + static_cast<std::ptrdiff_t>(channel) * n_moments;
      radial += 2.0 * (square_adjoints[channel] * g.value * g.slope +
                       square_adjoints[channel + 1] * h.value * h.slope);
      for (int p = 0; p < n_moments; ++p) {
        value[p] += a[p] * g.value + a[p + n_moments] * h.value;
        slope[p] += a[p] * g.slope + a[p + n_moments] * h.slope;
      }
    }
    if (channel < plan.n_channels) {
      const Channel g(plan.channels[channel], n, i, range.end);
      const double *a = adjoints + static_cast<std::ptrdiff_t>(channel) * n_moments;
      radial += 2.0 * square_adjoints[channel] * g.value * g.slope;
      for (int p = 0; p < n_moments; ++p) {
        value[p] += a[p] * g.value;
        slope[p] += a[p] * g.slope;
      }
    }
    const Harmonics<degree> at(n, i);
    Lanes vx = {}, vy = {}, vz = {};
    add_gradient<degree>(at, value, slope, 0, degree + 1, radial, vx, vy, vz);
    const Lanes along = radial - (at.x * vx + at.y * vy + at.z * vz) * at.r_inverse;
    store(load(n.gx + i) + along * at.x + vx * at.r_inverse, n.gx + i);
    store(load(n.gy + i) + along * at.y + vy * at.r_inverse, n.gy + i);
    store(load(n.gz + i) + along * at.z + vz * at.r_inverse, n.gz + i);
  }
}

template <int degree>
void multipole_slopes(const RadialFactor &factor, const Neighbors &n, IndexRange range,
                      const double *adjoint, double *slopes, int stride)
{
  constexpr int n_moments = (degree + 1) * (degree + 1);
  for (int i = range.begin; i < range.end; i += width) {
    const Channel g(factor, n, i, range.end);
    const Harmonics<degree> at(n, i);
    Lanes value[n_moments], slope[n_moments];
    for (int p = 0; p < n_moments; ++p) {
      value[p] = adjoint[p] * g.value;
      slope[p] = adjoint[p] * g.slope;
    }
    double *out = slopes + (i - range.begin);
    const auto put = [&](const Lanes &along, const Lanes &vx, const Lanes &vy, const Lanes &vz) {
      store(along * at.x + vx * at.r_inverse, out);
      store(along * at.y + vy * at.r_inverse, out + stride);
      store(along * at.z + vz * at.r_inverse, out + 2 * stride);
      out += 3 * static_cast<std::ptrdiff_t>(stride);
    };
    for (int l = 0; l <= degree; ++l) {
      Lanes radial = {}, vx = {}, vy = {}, vz = {};
      add_gradient<degree>(at, value, slope, l, l + 1, radial, vx, vy, vz);
      put(radial - (at.x * vx + at.y * vy + at.z * vz) * at.r_inverse, vx, vy, vz);
    }
    put(2.0 * g.value * g.slope, Lanes{}, Lanes{}, Lanes{});
  }
}

/// Y_lm of eight neighbors, and their derivatives along the displacements w of the directions.
template <int degree>
inline void harmonics_along(const Harmonics<degree> &at, const Lanes &wx, const Lanes &wy,
                            const Lanes &wz, Lanes *value, Lanes *slope)
{
  for (int l = 0; l <= degree; ++l) {
    value[place_of(l, 0)] = at.q[l][0];
    slope[place_of(l, 0)] = at.q[l][1] * wz;
    for (int m = 1; m <= l; ++m) {
      const Lanes &q = at.q[l][m], turned = static_cast<double>(m) * q, dz = at.q[l][m + 1] * wz;
      value[place_of(l, m)] = q * at.c[m];
      value[place_of(l, -m)] = q * at.s[m];
      slope[place_of(l, m)] = turned * (at.c[m - 1] * wx - at.s[m - 1] * wy) + dz * at.c[m];
      slope[place_of(l, -m)] = turned * (at.s[m - 1] * wx + at.c[m - 1] * wy) + dz * at.s[m];
    }
  }
}

template <int degree>
void multipole_directional(const MultipolePlan &plan, const Neighbors &n, IndexRange range,
                           const Direction &direction, double *moments, double *squares)
{
  constexpr int n_moments = (degree + 1) * (degree + 1);
  for (int i = 0; i < plan.n_channels * n_moments; ++i) moments[i] = 0.0;
  for (int i = 0; i < plan.n_channels; ++i) squares[i] = 0.0;
  for (int i = range.begin; i < range.end; i += width) {
    const Harmonics<degree> at(n, i);
    const Lanes x = load(direction.x + i), y = load(direction.y + i), z = load(direction.z + i);
    const Lanes along = at.x * x + at.y * y + at.z * z;
    Lanes value[n_moments], slope[n_moments];
    harmonics_along<degree>(at, (x - along * at.x) * at.r_inverse,
                            (y - along * at.y) * at.r_inverse, (z - along * at.z) * at.r_inverse,
                            value, slope);
    for (int channel = 0; channel < plan.n_channels; ++channel) {
      const Channel g(plan.channels[channel], n, i, range.end);
      const Lanes stretched = g.slope * along;
      squares[channel] += sum_of(2.0 * g.value * stretched);
      double *out = moments + static_cast<std::ptrdiff_t>(channel) * n_moments;
      for (int p = 0; p < n_moments; ++p)
        out[p] += sum_of(stretched * value[p] + g.value * slope[p]);
    }
  }
}

template <int degree> constexpr MultipoleKernels multipole_kernels()
{
  return {multipole_moments<degree>, multipole_contract<degree>, multipole_slopes<degree>,
          multipole_directional<degree>};
}

}    // namespace
