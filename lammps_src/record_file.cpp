#include "record_file.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace nnmb {
namespace {

/// While it lives, a write beyond the limit on file sizes (ulimit -f) returns an error and does not end the process.
class SizeLimitIsAnError {
 public:
  SizeLimitIsAnError()
  {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &signals_, &previous_);
  }
  ~SizeLimitIsAnError()
  {
    if (sigismember(&previous_, SIGXFSZ) == 1) return;
    const timespec no_time{};
    sigtimedwait(&signals_, nullptr,
                 &no_time);    // the error has been reported: take the signal off the queue
    pthread_sigmask(SIG_SETMASK, &previous_, nullptr);
  }
  SizeLimitIsAnError(const SizeLimitIsAnError &) = delete;
  SizeLimitIsAnError &operator=(const SizeLimitIsAnError &) = delete;

 private:
  sigset_t signals_{}, previous_{};
};

}    // namespace

RecordFile::RecordFile(std::string path, Existing existing) : path_(std::move(path))
{
  descriptor_ = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0)
    throw RecordFileError("cannot open " + path_ + " for writing: " + std::strerror(errno));
  try {
    struct stat status{};
    regular_ = fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode);
    if (regular_) {
      lock();
      take_over(existing);
    }
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

RecordFile::~RecordFile()
{
  close();
}

// Two writers would cut each other's records when one of them recovers.
void RecordFile::lock()
{
  if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    throw RecordFileError(path_ + " is being written by another compute nn/sample or fix nn/trap "
                                  "or another run; give each its own file");
}

void RecordFile::take_over(Existing existing)
{
  if (existing == Existing::replace) {
    if (ftruncate(descriptor_, 0) != 0)
      throw RecordFileError("cannot empty " + path_ + ": " + std::strerror(errno));
    return;
  }
  std::ifstream stream(path_, std::ios::binary);
  try {
    found_ = scan_records(stream, path_);
  } catch (const std::invalid_argument &error) {
    throw RecordFileError(error.what());
  }
  if (existing == Existing::refuse && found_.n_records > 0)
    throw RecordFileError(path_ + " already holds " + std::to_string(found_.n_records) +
                          " records, the last of step " + std::to_string(found_.last_step) +
                          ", and this run begins at step 0. To add to them give " +
                          "'append yes', to replace them 'append no', or give another file");
  struct stat status{};
  if (fstat(descriptor_, &status) != 0)
    throw RecordFileError("cannot read the size of " + path_ + ": " + std::strerror(errno));
  n_cut_bytes_ = static_cast<std::int64_t>(status.st_size) - found_.complete_bytes;
  if (n_cut_bytes_ > 0 && ftruncate(descriptor_, found_.complete_bytes) != 0)
    throw RecordFileError("cannot cut the incomplete last record off " + path_ + ": " +
                          std::strerror(errno));
  n_records_ = found_.n_records;
  size_ = found_.complete_bytes;
}

// A process can be killed between two pages of one write, and others read the file while the run goes on. Until a
// record is complete its first line, the number of atoms, is therefore blank: readers take that for the end.
void RecordFile::append(const std::string &record)
{
  if (regular_) {
    const std::size_t n_start = record.find('\n') + 1;
    write_at(size_, std::string(n_start, '\n') + record.substr(n_start));
    write_at(size_, record.substr(0, n_start));
  } else {
    write_at(size_, record);
  }
  ++n_records_;
  size_ += static_cast<std::int64_t>(record.size());
}

void RecordFile::write_at(std::int64_t position, const std::string &text)
{
  const SizeLimitIsAnError guard;
  std::size_t written = 0;
  while (written < text.size()) {
    const char *rest = text.data() + written;
    const std::size_t n_rest = text.size() - written;
    const ssize_t n =
        regular_ ? pwrite(descriptor_, rest, n_rest, position + static_cast<off_t>(written))
                 : write(descriptor_, rest, n_rest);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail_write(errno);
    written += static_cast<std::size_t>(n);
  }
}

void RecordFile::fail_write(int error_number)
{
  const bool whole = !regular_ || ftruncate(descriptor_, size_) == 0;
  throw RecordFileError("writing record " + std::to_string(n_records_ + 1) + " to " + path_ +
                        " failed: " + std::strerror(error_number) + ". " +
                        std::to_string(n_records_) +
                        (whole ? " complete records are safe; the file ends after them"
                               : " complete records are safe; an incomplete one after them is cut "
                                 "off when a run continues the file"));
}

std::string RecordFile::flush()
{
  if (descriptor_ < 0 || !regular_ || fsync(descriptor_) == 0) return {};
  return std::string("waiting for ") + path_ + " to be on the disk failed: " + std::strerror(errno);
}

std::string RecordFile::close()
{
  if (descriptor_ < 0) return {};
  // Network file systems report a full disk only now.
  std::string problem = flush();
  if (::close(descriptor_) != 0 && problem.empty())
    problem = "closing " + path_ + " failed: " + std::strerror(errno);
  descriptor_ = -1;
  return problem;
}

}    // namespace nnmb
