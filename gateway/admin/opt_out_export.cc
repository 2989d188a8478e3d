#include "gateway/admin/opt_out_export.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/admin/admin_context.h"
#include "gateway/admin/named_party.h"
#include "gateway/admin/number_opt_outs.h"
#include "gateway/wire/journal_place.h"
#include "gateway/wire/time_range.h"
#include "gateway/wire/token.h"
#include "rules/base/both_error.h"
#include "rules/base/status_macros.h"
#include "store/views/facet.h"

namespace sluice::gateway {
namespace {

// An opt-out that the index found.
struct Place {
  store::RecordRef ref;
  Phone recipient;
};

absl::Status ReadExportToken(const std::string& token,
                             const store::Store& store, OptOutExport& from) {
  if (token.empty()) return absl::OkStatus();
  SLUICE_ASSIGN_OR_RETURN(
      const std::vector<uint64_t> values,
      DecodePageToken(TokenKind::kOptOutExport, token, 2, from.scope));
  if (values[0] >= static_cast<uint64_t>(store.partitions())) {
    return InvalidField("page_token",
                        SayBoth("不是本存储的", "not of this store"));
  }
  from.partition = static_cast<int>(values[0]);
  from.next = store::RecordRef::FromValue(values[1]);
  from.begun = from.next != store::RecordRef();
  if (!from.begun) return absl::OkStatus();
  return CheckPlace(store, from.partition, from.next, "page_token");
}

// Reads at most `room` opt-outs of the export's partition and moves past them,
// at its end to the next partition.
absl::StatusOr<std::vector<Place>> NextPlaces(const store::Store& store,
                                              OptOutExport& from, size_t room,
                                              const StopAsked& stop) {
  if (!from.begun) {
    SLUICE_ASSIGN_OR_RETURN(from.next,
                            store.Seek(from.partition, from.from_ms, stop));
    from.begun = true;
  }
  std::vector<Place> places;
  store::v1::Record record;
  absl::Status fault;
  bool past = false;
  const auto visit = [&](store::RecordRef ref, absl::string_view bytes) {
    if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      fault = absl::DataLossError("a journal record does not parse");
      return false;
    }
    const int64_t at_ms = store.CountedMs(from.partition, ref, record.at_ms());
    past = at_ms >= from.until_ms;
    if (past) return false;
    if (at_ms >= from.from_ms && record.has_opt_out_added()) {
      places.push_back({ref, Phone{record.recipient()}});
    }
    return places.size() < room;
  };
  const uint64_t facet =
      store::FacetKey(store::FacetKind::kOptOut, from.content_provider);
  const absl::StatusOr<store::RecordRef> next =
      store.ScanFacets(from.partition, {facet}, from.next, visit, stop);
  SLUICE_RETURN_IF_ERROR(fault);
  if (!next.ok()) return next.status();
  from.next = *next;
  if (past || places.size() < room) {
    ++from.partition;
    from.next = store::RecordRef();
    from.begun = false;
  }
  return places;
}

bool AtEnd(const store::Store& store, const OptOutExport& from) {
  return from.partition == store.partitions();
}

}  // namespace

absl::StatusOr<OptOutExport> ReadOptOutExport(
    const admin::v1::StreamOptOutsRequest& request, const store::Store& store,
    const filter::Registry& registry) {
  OptOutExport from;
  SLUICE_ASSIGN_OR_RETURN(const TimeRange times,
                          BegunTimeRangeOf(request, store.NowMs()));
  from.from_ms = times.from_ms;
  // What is recorded meanwhile would never end.
  from.until_ms = std::min(times.until_ms, store.NowMs() + 1);
  SLUICE_ASSIGN_OR_RETURN(
      from.content_provider,
      NumberOfNamed(registry, store::v1::PARTY_KIND_CONTENT_PROVIDER,
                    request.content_provider_id(), "content_provider_id"));
  from.content_provider_id = request.content_provider_id();
  from.in_force = request.in_force();
  SLUICE_ASSIGN_OR_RETURN(from.page_size,
                          PageSize(request.page_size(), kPageSizeMax));
  from.scope = absl::StrCat(from.content_provider, " ", from.in_force);
  SLUICE_RETURN_IF_ERROR(ReadExportToken(request.page_token(), store, from));
  return from;
}

absl::StatusOr<admin::v1::StreamOptOutsResponse> NextPage(
    const store::Store& store, OptOutExport& from, filter::Language language,
    const StopAsked& stop) {
  admin::v1::StreamOptOutsResponse page;
  while (!AtEnd(store, from) &&
         page.opt_outs_size() < static_cast<int>(from.page_size)) {
    SLUICE_ASSIGN_OR_RETURN(
        const std::vector<Place> places,
        NextPlaces(store, from,
                   from.page_size - static_cast<size_t>(page.opt_outs_size()),
                   stop));
    for (const Place& place : places) {
      // With its removal, which is a later record of the number.
      SLUICE_ASSIGN_OR_RETURN(
          auto opt_outs, OptOutsOf(store, place.recipient,
                                   place.ref.value() - 1, 1, language, stop));
      const auto opt_out = opt_outs.find(place.ref.value());
      if (opt_out == opt_outs.end()) continue;
      if (from.in_force && opt_out->second.has_remove_time()) continue;
      *page.add_opt_outs() = std::move(opt_out->second);
    }
  }
  if (!AtEnd(store, from)) {
    page.set_next_page_token(
        EncodeToken(TokenKind::kOptOutExport,
                    {static_cast<uint64_t>(from.partition), from.next.value()},
                    from.scope));
  }
  return page;
}

std::string SubjectOf(const OptOutExport& from) {
  return absl::StrCat(
      "opt-outs from ", MarketTimeText(from.from_ms), " until ",
      MarketTimeText(from.until_ms), from.in_force ? " in force" : "",
      from.content_provider_id.empty()
          ? ""
          : absl::StrCat(" content provider ", from.content_provider_id));
}

}  // namespace sluice::gateway
