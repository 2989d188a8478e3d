#pragma once

// OptOutsService.StreamOptOuts: the opt-outs of a time, page after page.

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "filter/registry/registry.h"
#include "rules/base/language.h"
#include "sluice/admin/v1/opt_outs.pb.h"
#include "store/store.h"

namespace sluice::gateway {

// A StreamOptOutsRequest, read and checked, and how far it has come.
struct OptOutExport {
  int64_t from_ms = 0;
  int64_t until_ms = 0;
  uint32_t content_provider = 0;    // 0: all.
  std::string content_provider_id;  // As asked for.
  bool in_force = false;
  size_t page_size = 0;
  // Where the next page begins; not `begun`: at from_ms.
  int partition = 0;
  store::RecordRef next;
  bool begun = false;
  std::string scope;  // Of the page tokens.
};

// Errors: kInvalidArgument, naming the field.
absl::StatusOr<OptOutExport> ReadOptOutExport(
    const admin::v1::StreamOptOutsRequest& request, const store::Store& store,
    const filter::Registry& registry);

// Reads a page and moves the export past it. The page has no token when it is
// the last. Errors: those of the store; kCancelled (`stop`).
absl::StatusOr<admin::v1::StreamOptOutsResponse> NextPage(
    const store::Store& store, OptOutExport& from, filter::Language language,
    const StopAsked& stop);

// What is read, for the operator log.
std::string SubjectOf(const OptOutExport& from);

}  // namespace sluice::gateway
