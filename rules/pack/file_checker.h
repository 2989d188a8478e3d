#pragma once

// The common part of the checks of a pack's files: faults with their place, and
// the ids, codes, dates and modes that several files have.

#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/base/faults.h"
#include "rules/pack/pack.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::rules {

// Of a list, a limit, a rule or a pack.
bool IsId(absl::string_view text);
inline constexpr absl::string_view kIdAllowed =
    "lower case letters, digits, '-', '_' and '.' are allowed, at most 64";

// The fault of a missing or malformed id, and of another key without a value.
Both NeedsId();
Both MustBeSet(absl::string_view key);

// Links or other contacts that a pack may count; no text has more.
inline constexpr uint32_t kContactsMax = 100;

// Checks one file. Paths are those of YamlPositions. All arguments must outlive
// it.
class FileChecker {
 public:
  FileChecker(const PackFile& file, Faults& faults)
      : file_(file), faults_(faults) {}

 protected:
  // `written` is what stands there, when it must be ASCII: the fault names a
  // character that a Chinese keyboard typed instead.
  void Fault(absl::string_view path, Both message,
             absl::string_view written = "");
  // A rare fault, of which there is no Chinese.
  void Fault(absl::string_view path, absl::string_view message,
             absl::string_view written = "");
  // See YamlPositions.
  bool IsReadable(absl::string_view path) const {
    return file_.positions.IsReadable(path);
  }
  // See Faults::IsFull().
  bool IsFull() const { return faults_.IsFull(); }

  // An id that must be there, well formed, and new.
  void CheckId(const std::string& path, const std::string& id,
               std::set<std::string>& ids);
  void CheckBasis(const std::string& path, sluice::v1::Basis basis);
  // A code that one of `codes`, the articles', explains; null: unknown.
  void CheckCode(const std::string& path, const std::string& code,
                 const std::vector<std::string>* codes);
  // `path` is that of the message that has the mode.
  void CheckMode(const std::string& path, rules::v1::CheckMode mode,
                 const std::string& observe_until, sluice::v1::Basis basis,
                 absl::string_view code);
  // Ids of domain lists of rules.yaml; `seen` grows by them, and none may be in
  // it already. `path` is that of the field.
  void CheckDomainLists(
      const Pack& pack, const std::string& path,
      const google::protobuf::RepeatedPtrField<std::string>& ids,
      std::set<std::string>& seen);
  // Empty is good.
  void CheckDate(const std::string& path, const std::string& date);

 private:
  const PackFile& file_;
  Faults& faults_;
};

// What policy.yaml and rules.yaml must hold; pack_check.cc has the smaller
// files. `codes` are those that articles explain; null: they cannot be read.
void CheckPolicy(const Pack& pack, const std::vector<std::string>* codes,
                 Faults& faults);
// As CheckPack, which see for `stop`.
void CheckRules(const Pack& pack, const std::vector<std::string>* codes,
                Faults& faults, const StopAsked& stop);

}  // namespace sluice::rules
