#include "gateway/admin/reply_search.h"

#include <algorithm>
#include <utility>

#include "gateway/admin/admin_context.h"
#include "gateway/admin/looked_up_number.h"
#include "gateway/admin/opt_out_entry.h"
#include "gateway/wire/time_range.h"
#include "gateway/wire/timestamp.h"
#include "gateway/wire/token.h"
#include "gateway/wire/utf8.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

// Most replies of a partition that a call reads.
constexpr size_t kRepliesACall = 20'000;
// Records of a number in which the last part of a reply is looked for.
constexpr size_t kRecordsAfterPart = 256;

struct Found {
  int64_t at_ms = 0;
  store::MessageId id;
  store::v1::Record record;
};

// What a call read of a partition.
struct Share {
  std::vector<Found> found;  // At most a page and one more.
  // There may be more before this record; invalid: all was read.
  store::RecordRef stopped_at;
};

// Whether a later part completed the reply that this one is of.
absl::StatusOr<bool> IsJoined(const store::Store& store, store::RecordRef part,
                              const store::v1::Record& record,
                              const StopAsked& stop) {
  const store::v1::ReplyReceived& reply = record.reply();
  const bool is_part = reply.parts() > 1 && reply.joined().empty();
  if (!is_part || record.recipient() == 0) return false;
  bool joined = false;
  size_t looked = 0;
  SLUICE_RETURN_IF_ERROR(store.VisitOldestFirst(
      Phone{record.recipient()}, store::RecordRef::FromValue(part.value() + 1),
      MaskOf(store::RecordKind::kFirst),
      [&](store::RecordRef, const store::v1::Record& later) {
        const auto& others = later.reply().joined();
        joined = std::find(others.begin(), others.end(), part.value()) !=
                 others.end();
        return !joined && ++looked < kRecordsAfterPart;
      },
      stop));
  return joined;
}

bool Matches(const ReplySearch& search, const store::v1::Record& record) {
  if (!record.has_reply()) return false;
  if (search.unclaimed && !store::IsUnclaimed(record.reply())) return false;
  return !search.review || record.reply().review();
}

store::ReplyList ListOf(const ReplySearch& search) {
  if (search.unclaimed) return store::ReplyList::kUnclaimed;
  return search.review ? store::ReplyList::kReview : store::ReplyList::kAll;
}

absl::StatusOr<Share> SearchPartition(const store::Store& store,
                                      const ReplySearch& search, int partition,
                                      const StopAsked& stop) {
  Share share;
  size_t read = 0;
  absl::Status failed;
  const auto visit = [&](store::RecordRef ref,
                         const store::v1::Record& record) {
    const int64_t at_ms = store.CountedMs(partition, ref, record.at_ms());
    if (at_ms < search.from_ms) return false;
    if (++read == kRepliesACall) share.stopped_at = ref;
    const bool more = read < kRepliesACall;
    if (at_ms >= search.until_ms || !Matches(search, record)) return more;
    const absl::StatusOr<bool> joined = IsJoined(store, ref, record, stop);
    failed = joined.status();
    if (!failed.ok()) return false;
    if (*joined) return more;
    share.found.push_back(
        {at_ms, {static_cast<uint16_t>(partition), ref}, record});
    return more && share.found.size() <= search.page_size;
  };
  const store::RecordRef before = search.before[partition];
  SLUICE_RETURN_IF_ERROR(
      search.sender
          ? store.VisitNewestFirst(search.sender, before,
                                   MaskOf(store::RecordKind::kFirst), visit,
                                   stop)
          : store.VisitReplies(partition, ListOf(search), before, visit, stop));
  SLUICE_RETURN_IF_ERROR(failed);
  return share;
}

void Show(const store::Store& store, const Found& found,
          admin::v1::Reply& reply) {
  const store::v1::ReplyReceived& received = found.record.reply();
  const store::SnapshotPtr snapshot = store.snapshot();
  reply.set_id(store::ToString(found.id));
  SetTimestamp(found.record.at_ms(), *reply.mutable_received_time());
  const Phone sender{found.record.recipient()};
  reply.set_sender_known(static_cast<bool>(sender));
  reply.set_sender(sender ? ToE164(sender) : ToUtf8(received.sender()));
  reply.set_access_number(ToUtf8(received.access_number()));
  reply.set_text(ToUtf8(received.text()));
  reply.set_raw(received.raw());
  reply.set_coding(received.coding());
  reply.set_link(received.link());
  reply.set_reading(received.reading());
  reply.set_complaint(received.complaint());
  reply.set_review(received.review());
  reply.set_word(ToUtf8(received.word()));
  reply.set_opted_out(received.opted_out());
  std::vector<uint32_t> owners(received.refused().begin(),
                               received.refused().end());
  if (owners.empty() && received.content_provider() != 0) {
    owners.push_back(received.content_provider());
  }
  for (const uint32_t owner : owners) {
    const store::v1::Party* const party = snapshot->registry->FindParty(
        store::v1::PARTY_KIND_CONTENT_PROVIDER, owner);
    if (party != nullptr) reply.add_content_provider_ids(party->id());
  }
  if (received.message() != 0) {
    reply.set_message_id(store::ToString(
        {found.id.partition, store::RecordRef::FromValue(received.message())}));
  }
}

}  // namespace

absl::StatusOr<ReplySearch> ReadReplySearch(
    const admin::v1::ListRepliesRequest& request, int partitions,
    int64_t now_ms) {
  const admin::v1::ReplyFilter& filter = request.filter();
  ReplySearch search;
  search.unclaimed = filter.unclaimed();
  search.review = filter.review();
  if (!filter.sender().empty()) {
    SLUICE_ASSIGN_OR_RETURN(
        search.sender,
        ReadLookedUp("filter.sender", filter.sender(), Elsewhere::kReplies));
  }
  TimeFields fields = {.start_name = "filter.from_time",
                       .end_name = "filter.until_time"};
  if (filter.has_from_time()) fields.start = filter.from_time();
  if (filter.has_until_time()) fields.end = filter.until_time();
  SLUICE_ASSIGN_OR_RETURN(const TimeRange range, ReadTimeRange(fields, now_ms));
  search.from_ms = range.from_ms;
  search.until_ms = range.until_ms;
  if (request.page_size() < 0) {
    return InvalidField("page_size",
                        SayBoth("须为 1 至 1,000", "1 to 1,000 are allowed"));
  }
  SLUICE_ASSIGN_OR_RETURN(
      search.page_size,
      PageSize(static_cast<uint32_t>(request.page_size()), kPageSizeDefault));
  search.scope = filter.SerializeAsString();
  search.before.resize(static_cast<size_t>(partitions));
  if (request.page_token().empty()) return search;
  SLUICE_ASSIGN_OR_RETURN(
      const std::vector<uint64_t> values,
      DecodePageToken(TokenKind::kReplies, request.page_token(),
                      search.before.size(), search.scope));
  for (size_t p = 0; p < values.size(); ++p) {
    search.before[p] = store::RecordRef::FromValue(values[p]);
  }
  return search;
}

absl::StatusOr<admin::v1::ListRepliesResponse> SearchReplies(
    const store::Store& store, const ReplySearch& search,
    const StopAsked& stop) {
  std::vector<Found> all;
  // Where the next page begins in each partition, if this one has no more.
  std::vector<store::RecordRef> before = search.before;
  std::vector<store::RecordRef> stopped(before.size());
  bool more = false;
  for (int p = 0; p < store.partitions(); ++p) {
    if (search.sender && store.PartitionOf(search.sender) != p) continue;
    SLUICE_ASSIGN_OR_RETURN(Share share,
                            SearchPartition(store, search, p, stop));
    std::move(share.found.begin(), share.found.end(), std::back_inserter(all));
    stopped[p] = share.stopped_at;
    more = more || share.stopped_at != store::RecordRef();
  }
  // Those of one partition are in order already.
  std::stable_sort(all.begin(), all.end(), [](const Found& a, const Found& b) {
    return a.at_ms > b.at_ms;
  });
  const bool full = all.size() > search.page_size;
  if (full) all.resize(search.page_size);
  admin::v1::ListRepliesResponse response;
  for (const Found& found : all) {
    before[found.id.partition] = found.id.record;
    Show(store, found, *response.add_replies());
  }
  if (!full && !more) return response;
  std::vector<uint64_t> values;
  for (size_t p = 0; p < before.size(); ++p) {
    const bool past = !full && stopped[p] != store::RecordRef();
    values.push_back((past ? stopped[p] : before[p]).value());
  }
  response.set_next_page_token(
      EncodeToken(TokenKind::kReplies, values, search.scope));
  return response;
}

}  // namespace sluice::gateway
