#include "nnmanybody/cutoff.h"

#include "nnmanybody/text.h"

#include <algorithm>
#include <cmath>

namespace nnmb {

const std::vector<std::string> &cutoff_names()
{
  static const std::vector<std::string> names{"hard",  "cosine",  "tanhu",     "tanh",
                                              "exp",   "poly1",   "poly2",     "poly3",
                                              "poly4", "quartic", "biquartic", "cosine_squared"};
  return names;
}

const std::string &cutoff_name(CutoffKind kind)
{
  return cutoff_names()[static_cast<std::size_t>(kind)];
}

CutoffKind cutoff_kind(const std::string &name)
{
  return static_cast<CutoffKind>(index_of_name("a cutoff function", name, cutoff_names()));
}

namespace {

/// Shape and its derivative by x, 0 <= x < 1.
CutoffValue shape(CutoffKind kind, double x)
{
  constexpr double pi = 3.14159265358979323846;
  // The polynomials as products with powers of 1 - x: nothing cancels near the cutoff.
  const double x2 = x * x, y = 1.0 - x;
  switch (kind) {
    case CutoffKind::hard:
      return {1.0, 0.0};
    case CutoffKind::cosine:
      return {0.5 * (std::cos(pi * x) + 1.0), -0.5 * pi * std::sin(pi * x)};
    case CutoffKind::tanhu: {
      const double t = std::tanh(1.0 - x);
      return {t * t * t, 3.0 * t * t * (t * t - 1.0)};
    }
    case CutoffKind::tanh: {
      static const double scale = std::pow(std::tanh(1.0), -3);
      const double t = std::tanh(1.0 - x);
      return {scale * t * t * t, scale * 3.0 * t * t * (t * t - 1.0)};
    }
    case CutoffKind::exp: {
      const double u = 1.0 - x2;
      const double f = std::exp(1.0 - 1.0 / u);
      return {f, -2.0 * x / (u * u) * f};
    }
    case CutoffKind::poly1:
      return {y * y * (1.0 + 2.0 * x), -6.0 * x * y};
    case CutoffKind::poly2:
      return {y * y * y * (1.0 + x * (3.0 + 6.0 * x)), -30.0 * x2 * y * y};
    case CutoffKind::poly3:
      return {y * y * y * y * (1.0 + x * (4.0 + x * (10.0 + 20.0 * x))),
              -140.0 * x2 * x * y * y * y};
    case CutoffKind::poly4:
      return {y * y * y * y * y * (1.0 + x * (5.0 + x * (15.0 + x * (35.0 + 70.0 * x)))),
              -630.0 * x2 * x2 * y * y * y * y};
    case CutoffKind::quartic:
      return {y * y * y * y, -4.0 * y * y * y};
    case CutoffKind::biquartic: {
      const double u = y * (1.0 + x);
      return {u * u * u * u, -8.0 * x * u * u * u};
    }
    case CutoffKind::cosine_squared: {
      const double c = 0.5 * (std::cos(pi * x) + 1.0);
      return {c * c, -pi * std::sin(pi * x) * c};
    }
  }
  return {0.0, 0.0};
}

}    // namespace

CutoffValue CutoffFunction::operator()(double r) const
{
  if (r >= radius) return {0.0, 0.0};
  if (compact) {
    const double half_width = 0.5 * (radius - left);
    const double d = (r - 0.5 * (radius + left)) / half_width;
    const double x = std::abs(d);
    if (x >= 1.0) return {0.0, 0.0};
    const CutoffValue f = shape(kind, asymmetric ? x * (2.0 - x) : x);
    const double by_x = asymmetric ? f.derivative * (2.0 - 2.0 * x) : f.derivative;
    return {f.value, (d < 0.0 ? -by_x : by_x) / half_width};
  }
  const double inner = alpha * radius;
  if (r < inner) return {1.0, 0.0};
  const double width = radius - inner;
  const CutoffValue f = shape(kind, (r - inner) / width);
  return {f.value, f.derivative / width};
}

bool CutoffFunction::operator==(const CutoffFunction &other) const
{
  return kind == other.kind && radius == other.radius && alpha == other.alpha &&
         compact == other.compact && left == other.left && asymmetric == other.asymmetric;
}

}    // namespace nnmb
