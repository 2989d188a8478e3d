#include "tools/lib/process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "rules/base/check.h"
#include "rules/base/files.h"

namespace sluice::tools {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(5);
constexpr size_t kLogTailBytes = 2000;

// Empty when it cannot be read.
std::string ReadAll(const std::string& path) {
  return ReadFile(path).value_or("");
}

std::string Tail(std::string text) {
  if (text.size() > kLogTailBytes) text.erase(0, text.size() - kLogTailBytes);
  return text;
}

// What utime and stime in a stat file of proc(5) add up to.
absl::StatusOr<absl::Duration> TimesIn(const std::string& path) {
  const std::string stat = ReadAll(path);
  // The program's name is in brackets and may contain spaces.
  const size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) {
    return absl::NotFoundError(absl::StrCat("no ", path));
  }
  const std::vector<std::string> fields =
      absl::StrSplit(stat.substr(name_end + 2), ' ');
  // Fields 14 and 15, counted from 1: utime and stime.
  int64_t user = 0;
  int64_t system = 0;
  if (fields.size() < 13 || !absl::SimpleAtoi(fields[11], &user) ||
      !absl::SimpleAtoi(fields[12], &system)) {
    return absl::NotFoundError(absl::StrCat("no times in ", path));
  }
  return absl::Seconds(static_cast<double>(user + system) /
                       static_cast<double>(sysconf(_SC_CLK_TCK)));
}

// Runs in the child, between fork and exec: async-signal-safe calls only.
[[noreturn]] void Become(char* const* arguments, const char* log_path) {
  const int log = open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (log >= 0) {
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
  }
  const int nothing = open("/dev/null", O_RDONLY);
  if (nothing >= 0) dup2(nothing, STDIN_FILENO);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  execv(arguments[0], arguments);
  _exit(127);
}

}  // namespace

absl::StatusOr<ChildProcess> ChildProcess::Start(
    const std::vector<std::string>& arguments, const std::string& log_path) {
  SLUICE_CHECK(!arguments.empty());
  if (access(arguments[0].c_str(), X_OK) != 0) {
    return absl::UnavailableError(
        absl::StrCat(arguments[0], ": ", std::strerror(errno)));
  }
  std::vector<char*> raw;
  for (const std::string& argument : arguments) {
    raw.push_back(const_cast<char*>(argument.c_str()));
  }
  raw.push_back(nullptr);
  const pid_t pid = fork();
  if (pid < 0) {
    return absl::UnavailableError(absl::StrCat("fork: ", std::strerror(errno)));
  }
  if (pid == 0) Become(raw.data(), log_path.c_str());
  ChildProcess process;
  process.pid_ = pid;
  process.log_path_ = log_path;
  return process;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      exit_code_(other.exit_code_),
      log_path_(std::move(other.log_path_)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  if (this == &other) return *this;
  Stop();
  pid_ = std::exchange(other.pid_, 0);
  exit_code_ = other.exit_code_;
  log_path_ = std::move(other.log_path_);
  return *this;
}

ChildProcess::~ChildProcess() { Stop(); }

bool ChildProcess::Running() {
  if (pid_ == 0) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
  pid_ = 0;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return false;
}

absl::StatusOr<std::string> ChildProcess::WaitForLine(const std::string& marker,
                                                      absl::Duration limit) {
  const absl::Time deadline = absl::Now() + limit;
  for (;;) {
    const bool running = Running();
    const std::string log = ReadAll(log_path_);
    for (const absl::string_view line : absl::StrSplit(log, '\n')) {
      // A line that is still being written has no line end yet.
      const bool whole = line.data() + line.size() < log.data() + log.size();
      if (whole && line.find(marker) != absl::string_view::npos) {
        return std::string(line);
      }
    }
    if (!running) {
      return absl::UnavailableError(
          absl::StrCat("it ended with code ", exit_code_, ":\n", Tail(log)));
    }
    if (absl::Now() > deadline) {
      return absl::DeadlineExceededError(
          absl::StrCat("no line with \"", marker, "\" after ",
                       absl::FormatDuration(limit), ":\n", Tail(log)));
    }
    absl::SleepFor(kPoll);
  }
}

int ChildProcess::Stop(absl::Duration limit) {
  if (!Running()) return exit_code_;
  kill(pid_, SIGTERM);
  const absl::Time deadline = absl::Now() + limit;
  while (Running()) {
    if (absl::Now() > deadline) kill(pid_, SIGKILL);
    absl::SleepFor(kPoll);
  }
  return exit_code_;
}

void ChildProcess::Kill() {
  if (!Running()) return;
  kill(pid_, SIGKILL);
  while (Running()) absl::SleepFor(kPoll);
}

std::string ProgramFolder() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path();
}

TempFolder::TempFolder(const std::string& name) {
  const char* base = std::getenv("TMPDIR");
  std::string path =
      absl::StrCat(base == nullptr ? "/tmp" : base, "/", name, ".XXXXXX");
  SLUICE_CHECK(mkdtemp(path.data()) != nullptr);
  path_ = path;
}

TempFolder::~TempFolder() {
  if (keep_) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

absl::StatusOr<absl::Duration> CpuTime(pid_t pid) {
  return TimesIn(absl::StrCat("/proc/", pid, "/stat"));
}

absl::StatusOr<absl::Duration> ThreadCpuTime(pid_t pid,
                                             absl::string_view name) {
  absl::Duration sum;
  std::error_code error;
  for (const auto& thread : std::filesystem::directory_iterator(
           absl::StrCat("/proc/", pid, "/task"), error)) {
    const std::string folder = thread.path().string();
    if (absl::StripSuffix(ReadAll(folder + "/comm"), "\n") != name) continue;
    // A thread may have ended since.
    const auto times = TimesIn(folder + "/stat");
    if (times.ok()) sum += *times;
  }
  if (error) return absl::NotFoundError(absl::StrCat("no process ", pid));
  return sum;
}

absl::StatusOr<uint64_t> ResidentBytes(pid_t pid) {
  const std::string statm = ReadAll(absl::StrCat("/proc/", pid, "/statm"));
  const std::vector<std::string> fields = absl::StrSplit(statm, ' ');
  uint64_t pages = 0;
  if (fields.size() < 2 || !absl::SimpleAtoi(fields[1], &pages)) {
    return absl::NotFoundError(absl::StrCat("no process ", pid));
  }
  return pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace sluice::tools
