#include "host_check.h"

#include "lammps.h"
#include "lmptype.h"

#include <dlfcn.h>
#include <mpi.h>

namespace LAMMPS_NS {

namespace {

constexpr int built_for = NNMB_LAMMPS_VERSION;    // 0: the headers did not say

/// A function of LAMMPS's C interface, or null. It is asked for by name, because a LAMMPS linked without
/// it would refuse to load the plugin at all, and because it answers whatever the layout of its classes.
template <typename Function> Function *find_function(const char *name)
{
  return reinterpret_cast<Function *>(dlsym(RTLD_DEFAULT, name));
}

int host_version(LAMMPS *lmp)
{
  const auto version = find_function<int(void *)>("lammps_version");
  return version ? version(lmp) : lmp->num_ver;
}

/// Whether an integer type of LAMMPS has the size it has here; true when LAMMPS cannot be asked.
bool has_size(LAMMPS *lmp, const char *type, std::size_t size)
{
  const auto setting = find_function<int(void *, const char *)>("lammps_extract_setting");
  const int found = setting ? setting(lmp, type) : -1;
  return found < 0 || static_cast<std::size_t>(found) == size;
}

bool sizes_match(LAMMPS *lmp)
{
  return has_size(lmp, "bigint", sizeof(bigint)) && has_size(lmp, "tagint", sizeof(tagint)) &&
         has_size(lmp, "imageint", sizeof(imageint));
}

/// Name of an MPI that this plugin cannot work with, or nothing.
/// A plugin built with Open MPI needs no check: elsewhere its symbols are missing and it is not loaded.
std::string wrong_mpi()
{
  const auto has_mpi = find_function<int()>("lammps_config_has_mpi_support");
  if (has_mpi && has_mpi() == 0) return "no MPI";
#if !defined(OPEN_MPI)
  if (dlsym(RTLD_DEFAULT, "ompi_mpi_comm_world")) return "Open MPI";
#endif
  return "";
}

const char *advice = "; reinstall nnmanybody against this LAMMPS (`nnp doctor` says more)";

}    // namespace

HostCheck check_host(LAMMPS *lmp)
{
  const std::string plugin = "nnmanybody " NNMB_VERSION " plugin: ";
  if (!sizes_match(lmp)) {
    const char *sizes = sizeof(tagint) == 4 ? "smallbig" : "bigbig";
    const char *others = sizeof(tagint) == 4 ? "bigbig" : "smallbig";
    return {plugin + "built with LAMMPS_SIZES=" + sizes +
                ", but this LAMMPS has other integer sizes (" + others +
                "); not loaded; rebuild it with -D LAMMPS_SIZES=" + others +
                " (`nnp doctor` says more)",
            false};
  }
  if (const std::string mpi = wrong_mpi(); !mpi.empty())
    return {plugin + "this LAMMPS runs on " + mpi +
                ", not on the MPI it was built with; not loaded" + advice,
            false};
  const int found = host_version(lmp);
  if (built_for != 0 && found != built_for)
    return {plugin + "built for LAMMPS " + std::to_string(built_for) + ", found LAMMPS " +
                std::to_string(found) + "; it may crash or give wrong results" + advice,
            true};
  return {};
}

}    // namespace LAMMPS_NS
