#include "nnmanybody/cutoff.h"

#include "nnmanybody/text.h"

#include <algorithm>
#include <cmath>

namespace nnmb {

const std::vector<std::string> &cutoff_names()
{
  static const std::vector<std::string> names{"cosine"};
  return names;
}

CutoffKind cutoff_kind(const std::string &name)
{
  const auto &names = cutoff_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    throw std::invalid_argument("expected a cutoff function (" + join(names, ", ") + "), got '" +
                                name + "'; did you mean '" + nearest(name, names) + "'?");
  return static_cast<CutoffKind>(found - names.begin());
}

CutoffValue CutoffFunction::operator()(double r) const
{
  if (r >= radius) return {0.0, 0.0};
  constexpr double pi = 3.14159265358979323846;
  switch (kind) {
    case CutoffKind::cosine: {
      const double k = pi / radius;
      return {0.5 * (std::cos(k * r) + 1.0), -0.5 * k * std::sin(k * r)};
    }
  }
  return {0.0, 0.0};
}

}    // namespace nnmb
