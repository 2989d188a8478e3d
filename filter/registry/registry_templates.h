#pragma once

// How a Registry's templates are made of its parties, and which of them are
// shared with the registry before. Apart from registry_build.cc, which does all
// other kinds, because of what they cost.

#include "absl/status/status.h"
#include "filter/registry/registry.h"
#include "filter/registry/registry_state.h"

namespace sluice::filter {

class RegistryTemplates {
 public:
  // `before` may be null.
  RegistryTemplates(Registry::State& state, const Registry::State* before)
      : s_(state), before_(before) {}

  // Errors: kInvalidArgument, "field: what is wrong", without the party.
  absl::Status Resolve(const store::v1::Party& party, Template& out);

  // After all are resolved: sets by content provider and signature. Errors:
  // kInvalidArgument, "template otp: text: ...".
  absl::Status FillShelves();

 private:
  absl::Status FillShelf(const Registry::State::ShelfKey& key,
                         std::vector<uint32_t> entries);
  absl::Status CheckUnique(const TemplateShelf& shelf) const;
  const store::v1::Party& PartyOf(const Template& one) const;

  Registry::State& s_;
  const Registry::State* const before_;
};

}  // namespace sluice::filter
