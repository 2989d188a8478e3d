#pragma once

// Which carrier serves a mainland number: by the longest prefix of a table that
// is shipped as data, overridden number by number by portability.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "filter/policy/ids.h"
#include "rules/base/phone.h"

namespace sluice::filter {

// A file of ported numbers; `name` is for error messages.
struct NumberFile {
  std::string name;
  std::string content;
};

// Immutable once built; any thread.
class NumberTable {
 public:
  // The longest prefix that counts, without 86.
  static constexpr size_t kPrefixMax = 7;

  // `prefixes` has lines "prefix carrier", `#` begins a comment: see
  // filter/data/carrier_prefixes.txt. Files of `portability` have lines
  // "number,carrier" and may begin with the line "number,carrier". Carriers are
  // mobile, unicom, telecom, broadnet and, in prefixes, unknown.
  // Errors: kInvalidArgument, "name:line: what is wrong"; never with a number.
  static absl::StatusOr<std::shared_ptr<const NumberTable>> Build(
      absl::string_view prefixes, absl::Span<const NumberFile> portability);

  // From the prefix table that is built in.
  static absl::StatusOr<std::shared_ptr<const NumberTable>> BuildDefault(
      absl::Span<const NumberFile> portability = {});

  // kUnknown for an unknown prefix and for numbers outside the mainland; such a
  // number is still valid. O(1), no allocation.
  Carrier CarrierOf(Phone phone) const;

  size_t ported() const { return ported_.size(); }

 private:
  NumberTable() = default;
  absl::Status ReadPrefixes(absl::string_view text);
  absl::Status ReadPortability(absl::string_view text);

  // By the first `width_` digits after 86: the width of the longest prefix.
  std::vector<Carrier> by_prefix_;
  size_t width_ = 1;
  absl::flat_hash_map<uint64_t, Carrier> ported_;  // By E.164.
};

// "mobile", "unicom", "telecom", "broadnet"; empty for kUnknown.
absl::string_view Name(Carrier carrier);
// Errors: kInvalidArgument, saying what is allowed.
absl::StatusOr<Carrier> ParseCarrier(absl::string_view name);

}  // namespace sluice::filter
