#pragma once

// What became of the lines of a file that `submit` read, for people and
// programs.

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "sluice/v1/gateway.pb.h"
#include "tools/lib/summary.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

class SubmitReport {
 public:
  // `context` must outlive it. `dry`: nothing is sent.
  SubmitReport(const Context& context, std::string file, bool dry)
      : context_(context), file_(std::move(file)), dry_(dry) {}

  // `fault` begins with line and column.
  void AddFault(uint64_t lines, const std::string& fault);
  // The message in `line` equals that in `first`, and is not sent.
  void AddRepeat(uint64_t line, uint64_t first);
  void AddVerdict(uint64_t line, const v1::Verdict& verdict);
  // At the end of the file.
  void SetLines(uint64_t lines) { lines_ = lines; }
  // Numbers with several different messages, and two lines of one.
  void SetNumbers(uint64_t count, std::pair<uint64_t, uint64_t> example) {
    numbers_ = count;
    example_ = example;
  }

  uint64_t decided() const { return summary_.total(); }
  // Nothing at all was in the file.
  bool empty() const { return decided() + faults_ + repeats_.size() == 0; }
  // Prints everything; returns the exit code of a run without an error.
  int Print() const;

 private:
  uint64_t Taken() const;
  bool AlreadySent() const;
  void PrintJson() const;
  void PrintStopped() const;
  void PrintRepeats() const;
  void PrintEnd() const;

  const Context& context_;
  const std::string file_;
  const bool dry_;
  tools::VerdictSummary summary_;
  uint64_t fresh_ = 0;  // Taken now, and not in an earlier run.
  uint64_t lines_ = 0;
  uint64_t faults_ = 0;
  uint64_t bad_lines_ = 0;
  std::map<uint64_t, uint64_t> repeats_;  // Line to the line that it repeats.
  uint64_t numbers_ = 0;
  std::pair<uint64_t, uint64_t> example_;
  // The first messages that were not accepted, by line, because verdicts of a
  // batch that was sent again come late.
  std::map<uint64_t, v1::Verdict> stopped_;
};

}  // namespace sluice::ctl
