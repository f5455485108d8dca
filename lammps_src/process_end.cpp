#include "process_end.h"

#include <set>
#include <utility>

namespace LAMMPS_NS {

namespace {

/// Destroyed at the end of the process, or when LAMMPS lets go of the plugin: then it is empty.
struct Waiting {
  std::set<ProcessEnd *> all;
  ~Waiting()
  {
    for (ProcessEnd *end : std::exchange(all, {})) end->run();
  }
};

Waiting &waiting()
{
  static Waiting instance;
  return instance;
}

// MPI_Finalize begins with freeing MPI_COMM_SELF, and with it its attributes (MPI 3.1, section 8.7.1).
int on_free(MPI_Comm, int, void *end, void *)
{
  static_cast<ProcessEnd *>(end)->run();
  return MPI_SUCCESS;
}

}    // namespace

ProcessEnd::ProcessEnd(int n_ranks, std::function<void()> work) : work_(std::move(work))
{
  if (n_ranks == 1) {
    waiting().all.insert(this);
    return;
  }
  MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, on_free, &key_, nullptr);
  MPI_Comm_set_attr(MPI_COMM_SELF, key_, this);
}

ProcessEnd::~ProcessEnd()
{
  work_ = nullptr;
  waiting().all.erase(this);
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (key_ == MPI_KEYVAL_INVALID || finalized) return;
  MPI_Comm_delete_attr(MPI_COMM_SELF, key_);
  MPI_Comm_free_keyval(&key_);
}

void ProcessEnd::run()
{
  if (work_) std::exchange(work_, nullptr)();
}

}    // namespace LAMMPS_NS
