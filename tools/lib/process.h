#pragma once

// Programs that a program starts and ends by their process id, and what /proc
// says about a process.

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace sluice::tools {

// A child process whose output goes to a file. Ended when this is destroyed.
// One thread.
class ChildProcess {
 public:
  ChildProcess() = default;
  // Starts `arguments` (the first is the program's path) with standard output
  // and error appended to `log_path`. It also ends when we die.
  // Errors: kUnavailable.
  static absl::StatusOr<ChildProcess> Start(
      const std::vector<std::string>& arguments, const std::string& log_path);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess();

  pid_t pid() const { return pid_; }
  const std::string& log_path() const { return log_path_; }

  // Whether it still runs.
  bool Running();

  // Waits until a line of the log holds `marker` and returns that line.
  // Errors: kUnavailable (it ended before; the end of its log is in the error),
  // kDeadlineExceeded.
  absl::StatusOr<std::string> WaitForLine(const std::string& marker,
                                          absl::Duration limit);

  // SIGKILL, and waits until it is gone.
  void Kill();

  // SIGTERM, and SIGKILL when it still runs after `limit`. Returns its exit
  // code; 128 + the signal's number when a signal ended it; 0 if there is none.
  int Stop(absl::Duration limit = absl::Seconds(20));

 private:
  pid_t pid_ = 0;
  int exit_code_ = 0;
  std::string log_path_;
};

// The folder of the running program, where its sister programs are.
std::string ProgramFolder();

// A new empty folder under TMPDIR or /tmp, removed with all in it at the end
// unless kept.
class TempFolder {
 public:
  explicit TempFolder(const std::string& name);
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }
  void Keep() { keep_ = true; }

 private:
  std::string path_;
  bool keep_ = false;
};

// CPU time that all threads of a process have used. Errors: kNotFound.
absl::StatusOr<absl::Duration> CpuTime(pid_t pid);
// Memory it holds, in bytes. Errors: kNotFound.
absl::StatusOr<uint64_t> ResidentBytes(pid_t pid);

}  // namespace sluice::tools
