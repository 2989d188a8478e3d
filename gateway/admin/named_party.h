#pragma once

// The party that a person means: by its id, or by the name that people know it
// by. Ids come first, so that a name never hides one.

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "filter/registry/registry.h"

namespace sluice::gateway {

// The party of this kind with this id; else the one with this name, then the
// one whose name is the same in another case, width or Chinese script. The name
// of a port is its number (alone or with its sub-port) or its alias; that of a
// signature may stand in its brackets; templates have none. Closed parties too:
// old records name them. The pointer is into `registry`. By a name it takes 1
// us for each party of the kind. Errors: kInvalidArgument, about the request's
// field: of several with the name their ids; of none what was probably meant,
// or how to see them all.
absl::StatusOr<const store::v1::Party*> FindNamed(
    const filter::Registry& registry, store::v1::PartyKind kind,
    absl::string_view id_or_name, absl::string_view field);

// Its number; 0 for an empty `id_or_name`.
absl::StatusOr<uint32_t> NumberOfNamed(const filter::Registry& registry,
                                       store::v1::PartyKind kind,
                                       absl::string_view id_or_name,
                                       absl::string_view field);

}  // namespace sluice::gateway
