#pragma once

// Child processes, and facts about a process from /proc.

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace sluice::tools {

// A child process whose output goes to a file. The destructor ends it. One
// thread.
class ChildProcess {
 public:
  ChildProcess() = default;
  // Starts `arguments` (the first is the program's path) with standard output
  // and error appended to `log_path`. The child also ends when this process
  // dies.
  // Errors: kUnavailable.
  static absl::StatusOr<ChildProcess> Start(
      const std::vector<std::string>& arguments, const std::string& log_path);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess();

  pid_t pid() const { return pid_; }
  const std::string& log_path() const { return log_path_; }

  // Whether the process is still running.
  bool Running();

  // Waits until a line of the log contains `marker` and returns that line.
  // Errors: kUnavailable (the process ended before; the error has the end of
  // its log), kDeadlineExceeded.
  absl::StatusOr<std::string> WaitForLine(const std::string& marker,
                                          absl::Duration limit);

  // Sends SIGKILL, and waits until the process is gone.
  void Kill();

  // Sends SIGTERM, and SIGKILL when the process still runs after `limit`.
  // Returns its exit code; 128 + the signal's number when a signal ended it; 0
  // if there is no process.
  int Stop(absl::Duration limit = absl::Seconds(20));

 private:
  pid_t pid_ = 0;
  int exit_code_ = 0;
  std::string log_path_;
};

// The folder of the running program, which also has its sister programs.
std::string ProgramFolder();

// A new empty folder under TMPDIR or /tmp. The destructor removes it with its
// contents unless Keep() was called.
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

// CPU time that all threads of the process have used. Errors: kNotFound.
absl::StatusOr<absl::Duration> CpuTime(pid_t pid);
// CPU time that the process's threads of this name have used.
absl::StatusOr<absl::Duration> ThreadCpuTime(pid_t pid, absl::string_view name);
// Resident memory of the process, in bytes. Errors: kNotFound.
absl::StatusOr<uint64_t> ResidentBytes(pid_t pid);

}  // namespace sluice::tools
