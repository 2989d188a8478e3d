#pragma once

// What a Registry holds inside: tables of its parties, and what its lookups go
// through. For registry.cc, which reads it, and registry_build.cc, which fills
// it.

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "filter/policy/ids.h"
#include "filter/registry/registry.h"
#include "sluice/store/v1/party.pb.h"

namespace sluice::filter {

// No entry: the end of a chain of ports, or nothing to choose.
inline constexpr uint32_t kNone = UINT32_MAX;

// All parties of one kind. Entries never move once the registry is built.
template <typename Entry>
struct Table {
  std::vector<Entry> entries;
  std::vector<uint32_t> parties;  // By entry: index into the parties.
  absl::flat_hash_map<absl::string_view, uint32_t> by_id;
  absl::flat_hash_map<uint32_t, uint32_t> by_number;

  void Reserve(size_t size) {
    entries.reserve(size);
    parties.reserve(size);
    by_id.reserve(size);
    by_number.reserve(size);
  }
  Entry* ById(absl::string_view id) {
    const auto found = by_id.find(id);
    return found == by_id.end() ? nullptr : &entries[found->second];
  }
  const Entry* ById(absl::string_view id) const {
    return const_cast<Table*>(this)->ById(id);
  }
  const Entry* ByNumber(uint32_t number) const {
    const auto found = by_number.find(number);
    return found == by_number.end() ? nullptr : &entries[found->second];
  }
};

// `status` as an error of Registry::Build() about `party`.
absl::Status FaultOf(const store::v1::Party& party, absl::Status status);

// A port's digits in sorted order, and the next shorter port that they begin
// with.
struct PortDigits {
  absl::string_view digits;
  uint32_t port = 0;
  uint32_t shorter = kNone;
};

// What ChoosePort answers, worked out once per content provider that has ports.
struct Choices {
  std::array<std::array<uint32_t, kMessageClasses>, kCarriers> ports;
  std::array<uint32_t, kMessageClasses> any_carrier;
  uint32_t any = kNone;

  Choices() {
    for (auto& by_class : ports) by_class.fill(kNone);
    any_carrier.fill(kNone);
  }
};

struct Registry::State {
  std::vector<store::v1::Party> parties;
  Table<Licensee> licensees;
  Table<Account> accounts;
  Table<ContentProvider> content_providers;
  Table<Signature> signatures;
  Table<Port> ports;
  Table<Template> templates;
  absl::flat_hash_map<std::pair<uint32_t, absl::string_view>, uint32_t>
      signature_by_name;
  // The last signature of each name; by signature the one before it, or kNone.
  absl::flat_hash_map<absl::string_view, uint32_t> signature_names;
  std::vector<uint32_t> signatures_of_name;
  std::vector<PortDigits> port_digits;
  absl::flat_hash_map<absl::string_view, uint32_t> port_by_alias;
  absl::flat_hash_map<uint32_t, Choices> choices;  // By content provider.
  // Numbers of a content provider and one of its signatures; 0: any.
  using ShelfKey = std::pair<uint32_t, uint32_t>;
  absl::flat_hash_map<ShelfKey, TemplateShelf> shelves;
};

}  // namespace sluice::filter
