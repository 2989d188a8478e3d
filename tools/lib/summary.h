#pragma once

// Counts of verdicts by decision and by reason.

#include <cstdint>
#include <map>
#include <ostream>
#include <string>

#include "rules/base/language.h"
#include "sluice/v1/gateway.pb.h"
#include "tools/lib/json_line.h"
#include "tools/lib/terminal.h"

namespace sluice::tools {

class VerdictSummary {
 public:
  void Add(const v1::Verdict& verdict);

  uint64_t total() const { return total_; }
  uint64_t count(v1::Decision decision) const;
  // Messages that were decided before, under the same key.
  uint64_t replayed() const { return replayed_; }
  // Messages that have `code` among their reasons.
  uint64_t with_reason(const std::string& code) const;
  const std::map<std::string, uint64_t>& reasons() const { return any_; }

  // Prints one table by decision, one by reason: how often it was the primary
  // reason, how often it was a reason at all, and its sentence.
  void Print(std::ostream& out, const Style& style, size_t width,
             Language language = Language::kEnglish) const;

  // {"submitted":..,"accepted":..,...,"replayed":..,"reasons":{"CODE":n}} in
  // one line.
  JsonLine Json() const;

 private:
  uint64_t total_ = 0;
  uint64_t replayed_ = 0;
  std::map<int, uint64_t> decisions_;
  std::map<std::string, uint64_t> primary_;
  std::map<std::string, uint64_t> any_;
  std::map<std::string, uint64_t> observed_;
  std::map<std::string, std::string> sentences_;
};

}  // namespace sluice::tools
