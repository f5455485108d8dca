#include "nnmanybody/assembly.h"

#include <array>

namespace nnmb {

void add_block(const EnvironmentBlock &block, const NeighborGradient &gradient, const int *centers,
               const int *neighbors, const HostUnits &units, const AtomArrays &arrays)
{
  const double force_unit = units.energy / units.length;
  const bool any_virial = arrays.virial || arrays.atomic_virials || arrays.centroid_virials;
  for (int c = 0; c < block.n_centers(); ++c) {
    const int i = centers[c];
    const auto begin = static_cast<std::size_t>(block.first[static_cast<std::size_t>(c)]);
    const auto end = static_cast<std::size_t>(block.first[static_cast<std::size_t>(c) + 1]);
    std::array<double, 3> force_i{};
    for (std::size_t n = begin; n < end; ++n) {
      const int j = neighbors[n];
      const double fx = -force_unit * gradient.x[n], fy = -force_unit * gradient.y[n],
                   fz = -force_unit * gradient.z[n];
      if (arrays.forces) {
        double *force_j = arrays.forces + 3 * j;
        force_j[0] += fx;
        force_j[1] += fy;
        force_j[2] += fz;
        force_i[0] -= fx;
        force_i[1] -= fy;
        force_i[2] -= fz;
      }
      if (!any_virial) continue;
      const double x = units.length * block.x[n], y = units.length * block.y[n],
                   z = units.length * block.z[n];
      const std::array<double, 9> w{x * fx, y * fy, z * fz, x * fy, x * fz,
                                    y * fz, y * fx, z * fx, z * fy};
      for (std::size_t d = 0; d < 6; ++d) {
        if (arrays.virial) arrays.virial[d] += w[d];
        if (arrays.atomic_virials) {
          arrays.atomic_virials[6 * static_cast<std::size_t>(i) + d] += 0.5 * w[d];
          arrays.atomic_virials[6 * static_cast<std::size_t>(j) + d] += 0.5 * w[d];
        }
      }
      if (arrays.centroid_virials)
        for (std::size_t d = 0; d < 9; ++d)
          arrays.centroid_virials[9 * static_cast<std::size_t>(j) + d] += w[d];
    }
    if (arrays.forces)
      for (std::size_t d = 0; d < 3; ++d)
        arrays.forces[3 * static_cast<std::size_t>(i) + d] += force_i[d];
  }
}

}    // namespace nnmb
