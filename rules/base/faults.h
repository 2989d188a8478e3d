#pragma once

// Faults in files that people write: where, what is wrong, what is allowed.
// Collected, so that one run shows them all. Whoever finds faults may also find
// what is odd and allowed: warnings.h.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/base/language.h"
#include "rules/base/position.h"
#include "rules/base/warnings.h"

namespace sluice::rules {

// Offset of the first byte that is not part of valid UTF-8.
std::optional<size_t> FirstInvalidUtf8(absl::string_view content);

// Of `allowed`, the one that `written` was probably meant to be: as MeantName
// knows it, or with a typing error; empty when none is near.
std::string NearestOf(absl::string_view written,
                      const std::vector<std::string>& allowed);

// ", did you mean 'x'?" or ", allowed: a, b, c": of many the nearest.
std::string Suggestion(absl::string_view written,
                       const std::vector<std::string>& allowed,
                       Language language = Language::kEnglish);

class Faults {
 public:
  void Add(absl::string_view file, Position position, Both message);
  // A rare fault, of which there is no Chinese.
  void Add(absl::string_view file, Position position,
           absl::string_view message);

  // Adds all of `other`, but for its warnings.
  void Take(const Faults& other);

  bool empty() const { return faults_.empty(); }
  size_t size() const { return faults_.size() + not_kept_; }
  // Whoever makes faults can stop: nobody reads more, and a file of megabytes
  // may have one in every other byte. Later ones are only counted.
  bool IsFull() const { return faults_.size() >= kKeptMax; }

  // Whether a fault is in `file`, or in this line of it.
  bool Touches(absl::string_view file) const;
  bool Touches(absl::string_view file, uint32_t line) const;

  // OK when there are none. Else kInvalidArgument, a line for each fault, by
  // file as first named, line and column: "file:line:column: message". At most
  // kShownMax lines that have kShownBytesMax bytes together, but always the
  // first; then how many more there are. So many bytes fit into the status of a
  // call. With the same lines in Chinese, see ChineseOf(); those of rare faults
  // are English after a lead.
  static constexpr size_t kKeptMax = 1'000;
  static constexpr size_t kShownMax = 50;
  static constexpr size_t kShownBytesMax = 2'000;
  absl::Status ToStatus() const;

  // They are no faults: empty() and ToStatus() know nothing of them.
  Warnings& warnings() { return warnings_; }
  const Warnings& warnings() const { return warnings_; }

 private:
  struct Fault {
    size_t file = 0;  // Index into files_.
    Position position;
    Both message;
  };
  std::vector<const Fault*> Sorted() const;
  std::string Lines(absl::Span<const Fault* const> sorted,
                    Language language) const;

  std::vector<std::string> files_;
  std::vector<Fault> faults_;
  size_t not_kept_ = 0;
  Warnings warnings_;
};

}  // namespace sluice::rules
