#include "nnmanybody/structure.h"

#include "structure_messages.h"

#include <algorithm>

namespace nnmb {

void gather_block(const StructureView &structure, int center_species, const int *centers,
                  int n_centers, EnvironmentBlock &block, std::vector<int> &neighbors)
{
  block.clear(center_species);
  neighbors.clear();
  for (int c = 0; c < n_centers; ++c) {
    const int i = centers[c];
    for (std::int64_t p = structure.first[i]; p < structure.first[i + 1]; ++p) {
      const int j = structure.neighbor[p];
      const double *r = structure.displacement + 3 * p;
      block.add_neighbor(structure.species[j], r[0], r[1], r[2]);
      neighbors.push_back(j);
    }
    block.end_center();
  }
}

Members wanted_of(const MemberArrays &arrays)
{
  if (arrays.forces) return Members::forces;
  return arrays.energies ? Members::energies : Members::none;
}

void add_members(const EnvironmentBlock &block, const BlockResult &result, const int *centers,
                 const int *neighbors, const HostUnits &units, std::size_t n_atoms,
                 const MemberArrays &arrays)
{
  if (arrays.energies)
    for (arma::uword c = 0; c < result.member_energies.n_cols; ++c)
      for (arma::uword m = 0; m < result.member_energies.n_rows; ++m)
        arrays.energies[m * n_atoms + static_cast<std::size_t>(centers[c])] +=
            units.energy * result.member_energies(m, c);
  for (std::size_t m = 0; m < result.member_gradients.size(); ++m) {
    AtomArrays of_member;
    of_member.forces = arrays.forces + 3 * n_atoms * m;
    add_block(block, result.member_gradients[m], centers, neighbors, units, of_member);
  }
}

namespace {

/// Calls work(centers, n_centers, block, neighbors) for all atoms, block by block, each of one species.
template <typename Work>
void for_each_block(std::size_t n_elements, const StructureView &structure, Work work)
{
  EnvironmentBlock block;
  std::vector<int> centers, neighbors;
  for (int species = 0; species < static_cast<int>(n_elements); ++species) {
    centers.clear();
    for (int i = 0; i < structure.n_atoms; ++i)
      if (structure.species[i] == species) centers.push_back(i);
    const int n = static_cast<int>(centers.size());
    for (int begin = 0; begin < n; begin += Potential::block_size) {
      const int size = std::min(Potential::block_size, n - begin);
      gather_block(structure, species, centers.data() + begin, size, block, neighbors);
      work(centers.data() + begin, size, block, neighbors.data());
    }
  }
}

}    // namespace

void evaluate_structure(const Potential &potential, const StructureView &structure,
                        double *energies, const AtomArrays &arrays, const MemberArrays &members)
{
  if (potential.n_messages() > 0) {
    evaluate_with_messages(potential, structure, energies, arrays, members);
    return;
  }
  PotentialScratch scratch;
  BlockResult result;
  for_each_block(
      potential.elements().size(), structure,
      [&](const int *centers, int n_centers, const EnvironmentBlock &block, const int *neighbors) {
        potential.evaluate(block, scratch, result, wanted_of(members));
        for (int c = 0; c < n_centers; ++c)
          energies[centers[c]] += result.energies(static_cast<arma::uword>(c));
        add_block(block, result.gradient, centers, neighbors, {}, arrays);
        add_members(block, result, centers, neighbors, {},
                    static_cast<std::size_t>(structure.n_atoms), members);
      });
}

std::vector<Overshoot> find_overshoots(const Potential &potential, const StructureView &structure)
{
  PotentialScratch scratch;
  BlockResult result;
  std::vector<Overshoot> overshoots(static_cast<std::size_t>(structure.n_atoms));
  for_each_block(
      potential.elements().size(), structure,
      [&](const int *centers, int n_centers, const EnvironmentBlock &block, const int *) {
        potential.find_overshoots(block, scratch, result);
        for (int c = 0; c < n_centers; ++c)
          overshoots[static_cast<std::size_t>(centers[c])] =
              result.overshoots[static_cast<std::size_t>(c)];
      });
  return overshoots;
}

void evaluate_pair_core(const PairCoreTable &core, const StructureView &structure, double *energies,
                        const AtomArrays &arrays)
{
  NeighborGradient gradient;
  std::vector<CorePair> pairs;
  for_each_block(core.n_elements(), structure,
                 [&](const int *centers, int, const EnvironmentBlock &block, const int *neighbors) {
                   core.evaluate(block, pairs);
                   for (auto *array : {&gradient.x, &gradient.y, &gradient.z})
                     array->assign(static_cast<std::size_t>(block.n_neighbors()), 0.0);
                   for (const CorePair &pair : pairs) {
                     const auto n = static_cast<std::size_t>(pair.neighbor);
                     energies[centers[pair.center]] += pair.energy;
                     gradient.x[n] = pair.x;
                     gradient.y[n] = pair.y;
                     gradient.z[n] = pair.z;
                   }
                   add_block(block, gradient, centers, neighbors, {}, arrays);
                 });
}

void describe_structure(const Descriptor &descriptor, const StructureView &structure,
                        const int *centers, int n_centers, double *values, double *jacobian)
{
  DescriptorScratch scratch;
  EnvironmentBlock block;
  std::vector<int> neighbors;
  arma::mat block_values;
  for (int begin = 0; begin < n_centers; begin += Potential::block_size) {
    const int size = std::min(Potential::block_size, n_centers - begin);
    gather_block(structure, 0, centers + begin, size, block, neighbors);
    if (jacobian)
      descriptor.values_and_jacobian(block, scratch, block_values, jacobian);
    else
      descriptor.values(block, scratch, block_values);
    values = std::copy(block_values.begin(), block_values.end(), values);
    if (jacobian)
      jacobian += static_cast<std::ptrdiff_t>(block.n_neighbors()) * 3 * descriptor.n_functions();
  }
}

namespace {

/// Few: for every set of weights, the gradient of the whole block is cleared and gathered.
constexpr int product_block_size = 4;

std::ptrdiff_t count_pairs(const StructureView &structure, const int *centers, int n_centers)
{
  std::ptrdiff_t n = 0;
  for (int c = 0; c < n_centers; ++c)
    n += static_cast<std::ptrdiff_t>(structure.first[centers[c] + 1] - structure.first[centers[c]]);
  return n;
}

/// Calls visit(block, scratch, first, begin, end, first pair) for parts of the centers whose values are done: those from
/// first + begin to first + end - 1, begin and end counting in the block.
template <typename Visit>
void for_parts(const Descriptor &descriptor, const StructureView &structure, const int *centers,
               int n_centers, Visit visit)
{
  DescriptorScratch scratch;
  EnvironmentBlock block;
  std::vector<int> neighbors;
  std::ptrdiff_t first_pair = 0;
  for (int first = 0; first < n_centers; first += product_block_size) {
    const int size = std::min(product_block_size, n_centers - first);
    gather_block(structure, 0, centers + first, size, block, neighbors);
    descriptor.prepare(block, scratch);
    for (int begin = 0; begin < size;) {
      const int end = descriptor.values(scratch, begin, size, scratch.part);
      visit(block, scratch, first, begin, end, first_pair);
      begin = end;
    }
    first_pair += block.n_neighbors();
  }
}

}    // namespace

void contract_structure(const Descriptor &descriptor, const StructureView &structure,
                        const int *centers, int n_centers, const double *weights, int n_sets,
                        double *gradients)
{
  const std::ptrdiff_t n_pairs = count_pairs(structure, centers, n_centers);
  const std::ptrdiff_t n_functions = descriptor.n_functions();
  std::fill_n(gradients, n_sets * n_pairs * 3, 0.0);
  NeighborGradient part;
  const auto add = [&](const EnvironmentBlock &block, DescriptorScratch &scratch, int first,
                       int begin, int end, std::ptrdiff_t first_pair) {
    for (int set = 0; set < n_sets; ++set) {
      const arma::mat columns(
          weights + (static_cast<std::ptrdiff_t>(set) * n_centers + first + begin) * n_functions,
          static_cast<arma::uword>(n_functions), static_cast<arma::uword>(end - begin));
      scratch.prepared.clear_gradient();
      descriptor.contract(scratch, begin, end, columns);
      descriptor.gather_gradient(block, scratch, part);
      double *out = gradients + (set * n_pairs + first_pair) * 3;
      for (std::size_t p = 0; p < part.x.size(); ++p, out += 3) {
        out[0] += part.x[p];
        out[1] += part.y[p];
        out[2] += part.z[p];
      }
    }
  };
  for_parts(descriptor, structure, centers, n_centers, add);
}

void directional_structure(const Descriptor &descriptor, const StructureView &structure,
                           const int *centers, int n_centers, const double *directions, int n_sets,
                           double *products)
{
  const std::ptrdiff_t n_pairs = count_pairs(structure, centers, n_centers);
  const std::ptrdiff_t n_functions = descriptor.n_functions();
  arma::mat columns;
  const auto write = [&](const EnvironmentBlock &, DescriptorScratch &scratch, int first, int begin,
                         int end, std::ptrdiff_t first_pair) {
    for (int set = 0; set < n_sets; ++set) {
      descriptor.set_direction(scratch, directions + (set * n_pairs + first_pair) * 3);
      descriptor.directional(scratch, begin, end, columns);
      std::copy(columns.begin(), columns.end(),
                products +
                    (static_cast<std::ptrdiff_t>(set) * n_centers + first + begin) * n_functions);
    }
  };
  for_parts(descriptor, structure, centers, n_centers, write);
}

}    // namespace nnmb
