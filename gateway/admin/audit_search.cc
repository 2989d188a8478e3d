#include "gateway/admin/audit_search.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "gateway/admin/number_search.h"
#include "gateway/wire/journal_place.h"
#include "gateway/wire/message_events.h"
#include "gateway/wire/record_view.h"
#include "gateway/wire/timestamp.h"
#include "gateway/wire/token.h"
#include "rules/base/status_macros.h"
#include "store/views/facet.h"

namespace sluice::gateway {
namespace {

// Most records that a call reads, and that it reads at a time in each
// partition.
constexpr size_t kRecordsACall = 200'000;
constexpr size_t kRecordsAtOnce = 8192;
constexpr size_t kFoundAtOnce = 128;
// Most records of events that a call reads to know states and carriers' codes,
// one message's beyond it.
constexpr size_t kEventsACall = 50'000;
constexpr int64_t kEnd = std::numeric_limits<int64_t>::max();

// One partition's records in a round: the matches, and time and position of
// all.
struct Stretch {
  std::vector<Match> matches;
  std::vector<std::pair<int64_t, store::RecordRef>> places;
  store::RecordRef next;   // Where the records after this stretch begin.
  int64_t next_ms = kEnd;  // Their earliest time; kEnd: there are none.
};

// What the index by time can find of a search: what matches has all of these.
std::vector<uint64_t> FacetsOf(const Search& search) {
  using store::FacetKey;
  using store::FacetKind;
  std::vector<uint64_t> facets;
  if (search.decision != v1::DECISION_UNSPECIFIED) {
    facets.push_back(FacetKey(FacetKind::kDecision, search.decision));
  }
  if (search.content_provider != 0) {
    facets.push_back(
        FacetKey(FacetKind::kContentProvider, search.content_provider));
  }
  if (search.account != 0) {
    facets.push_back(FacetKey(FacetKind::kAccount, search.account));
  }
  if (search.port != 0) {
    facets.push_back(FacetKey(FacetKind::kPort, search.port));
  }
  if (!search.reason.empty()) {
    facets.push_back(FacetKey(FacetKind::kReason, search.reason));
  }
  if (!search.rule.empty()) {
    facets.push_back(FacetKey(FacetKind::kRule, search.rule));
  }
  return facets;
}

absl::StatusOr<Stretch> ReadStretch(const store::Store& store, int partition,
                                    store::RecordRef from, size_t at_once,
                                    const Search& search,
                                    const StopAsked& stop) {
  Stretch stretch;
  store::v1::Record record;
  absl::Status fault;
  bool past = false;
  size_t read = 0;
  const auto visit = [&](store::RecordRef ref, absl::string_view bytes) {
    if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      fault = absl::DataLossError("a journal record does not parse");
      return false;
    }
    const int64_t at_ms = store.CountedMs(partition, ref, record.at_ms());
    if (at_ms >= search.until_ms) {
      past = true;
      return false;
    }
    ++read;
    stretch.places.emplace_back(at_ms, ref);
    if (at_ms >= search.from_ms && Matches(search, record)) {
      stretch.matches.push_back(
          {at_ms, {static_cast<uint16_t>(partition), ref}, record});
    }
    return read < at_once;
  };
  const std::vector<uint64_t> facets = FacetsOf(search);
  const absl::StatusOr<store::RecordRef> next =
      facets.empty() ? store.Scan(partition, from, visit, stop)
                     : store.ScanFacets(partition, facets, from, visit, stop);
  SLUICE_RETURN_IF_ERROR(fault);
  if (!next.ok()) return next.status();
  stretch.next = *next;
  // The next record is no older than the last one read.
  if (read == at_once && !past) {
    stretch.next_ms = stretch.places.back().first;
  }
  return stretch;
}

// Where to continue in each partition; `done`: it has no more records before
// `until_ms`.
struct Cursor {
  std::vector<store::RecordRef> next;
  std::vector<bool> done;
  // No earlier record is left; 0: not known.
  int64_t reached_ms = 0;

  bool all_done() const {
    return std::all_of(done.begin(), done.end(), [](bool d) { return d; });
  }
};

std::string Encode(const Search& search, const Cursor& cursor) {
  if (cursor.all_done()) return "";
  std::vector<uint64_t> values;
  for (size_t p = 0; p < cursor.next.size(); ++p) {
    // References have 62 bits.
    values.push_back(cursor.next[p].value() << 1 | (cursor.done[p] ? 1 : 0));
  }
  return EncodeToken(TokenKind::kSearch, values, search.scope);
}

absl::StatusOr<Cursor> Decode(const store::Store& store, const Search& search,
                              const StopAsked& stop) {
  Cursor cursor;
  const auto partitions = static_cast<size_t>(store.partitions());
  if (search.page_token.empty()) {
    for (size_t p = 0; p < partitions; ++p) {
      SLUICE_ASSIGN_OR_RETURN(
          const store::RecordRef first,
          store.Seek(static_cast<int>(p), search.from_ms, stop));
      cursor.next.push_back(first);
      cursor.done.push_back(false);
    }
    return cursor;
  }
  SLUICE_ASSIGN_OR_RETURN(const std::vector<uint64_t> values,
                          DecodePageToken(TokenKind::kSearch, search.page_token,
                                          partitions, search.scope));
  for (const uint64_t value : values) {
    const auto partition = static_cast<int>(cursor.next.size());
    cursor.next.push_back(store::RecordRef::FromValue(value >> 1));
    cursor.done.push_back((value & 1) != 0);
    if (cursor.done.back()) continue;
    SLUICE_RETURN_IF_ERROR(
        CheckPlace(store, partition, cursor.next.back(), "page_token"));
  }
  return cursor;
}

// The code that the carrier gave with an event; empty: the event has none.
absl::string_view CarrierCodeOf(const store::v1::Record& record) {
  if (record.has_given_back()) return record.given_back().carrier_code();
  if (record.has_answered()) return record.answered().carrier_code();
  if (record.has_reported()) return record.reported().carrier_code();
  return {};
}

// Tells whether the events of a message match the search.
class EventFinder {
 public:
  EventFinder(const store::Store& store, const Search& search,
              const StopAsked& stop)
      : store_(store), search_(search), stop_(stop) {}

  // False: no more messages in this call.
  bool has_budget() const { return read_ < kEventsACall; }

  absl::StatusOr<bool> Match(const gateway::Match& match) {
    if (!search_.NeedsEvents()) return true;
    if (match.record.has_refusals_counted()) return false;
    v1::MessageState state = StateOf(match.record.decided().decision());
    bool has_code = search_.carrier_code.empty();
    const auto fits = [&] {
      return has_code && (search_.state == v1::MESSAGE_STATE_UNSPECIFIED ||
                          search_.state == state);
    };
    // A later event may change the state, but takes no code back.
    const bool to_the_end = search_.state != v1::MESSAGE_STATE_UNSPECIFIED;
    ++read_;
    SLUICE_RETURN_IF_ERROR(store_.VisitEvents(
        match.id.partition, {match.id.record},
        [&](store::RecordRef, const store::v1::Record& record) {
          ++read_;
          state = StateAfter(state, record);
          has_code = has_code || absl::EqualsIgnoreCase(CarrierCodeOf(record),
                                                        search_.carrier_code);
          return to_the_end || !has_code;
        },
        stop_));
    return fits();
  }

 private:
  const store::Store& store_;
  const Search& search_;
  const StopAsked& stop_;
  size_t read_ = 0;  // Records.
};

// Reads a stretch of every partition, takes at most `room` matches up to the
// time that all stretches have reached, and moves the cursor past these
// matches.
absl::Status Round(const store::Store& store, const Search& search, size_t room,
                   size_t at_once, EventFinder& events, Cursor& cursor,
                   std::vector<Match>& out, size_t& records_read,
                   const StopAsked& stop) {
  std::vector<Stretch> stretches(cursor.next.size());
  int64_t horizon = kEnd;
  for (size_t p = 0; p < stretches.size(); ++p) {
    if (cursor.done[p]) continue;
    SLUICE_ASSIGN_OR_RETURN(
        stretches[p], ReadStretch(store, static_cast<int>(p), cursor.next[p],
                                  at_once, search, stop));
    records_read += stretches[p].places.size();
    horizon = std::min(horizon, stretches[p].next_ms);
  }
  if (horizon != kEnd) cursor.reached_ms = horizon;
  std::vector<Match> matches;
  for (Stretch& stretch : stretches) {
    for (Match& match : stretch.matches) {
      if (match.at_ms <= horizon) matches.push_back(std::move(match));
    }
  }
  std::sort(matches.begin(), matches.end(), [](const auto& a, const auto& b) {
    return std::pair(a.at_ms, a.id) < std::pair(b.at_ms, b.id);
  });
  size_t looked_at = 0;
  for (size_t taken = 0; looked_at < matches.size() && taken < room;
       ++looked_at) {
    if (!events.has_budget()) break;
    Match& match = matches[looked_at];
    SLUICE_ASSIGN_OR_RETURN(const bool fits, events.Match(match));
    if (!fits) continue;
    ++taken;
    out.push_back(match);
  }
  const auto left = matches.begin() + static_cast<ptrdiff_t>(looked_at);
  for (size_t p = 0; p < stretches.size(); ++p) {
    if (cursor.done[p]) continue;
    Stretch& stretch = stretches[p];
    const auto first_left = std::find_if(
        left, matches.end(),
        [p](const Match& match) { return match.id.partition == p; });
    if (first_left != matches.end()) {
      cursor.next[p] = first_left->id.record;
      continue;
    }
    const auto late = std::find_if(
        stretch.places.begin(), stretch.places.end(),
        [horizon](const auto& place) { return place.first > horizon; });
    cursor.next[p] = late != stretch.places.end() ? late->second : stretch.next;
    cursor.done[p] = late == stretch.places.end() && stretch.next_ms == kEnd;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Match>> SearchAll(
    const store::Store& store, const Search& search,
    admin::v1::SearchMessagesResponse& response, const StopAsked& stop) {
  SLUICE_ASSIGN_OR_RETURN(Cursor cursor, Decode(store, search, stop));
  std::vector<Match> matches;
  size_t records_read = 0;
  EventFinder events(store, search, stop);
  // What the index by time finds is often shown.
  size_t at_once =
      FacetsOf(search).empty()
          ? kRecordsAtOnce
          : std::clamp(search.page_size, kFoundAtOnce, kRecordsAtOnce);
  while (!cursor.all_done() && matches.size() < search.page_size &&
         records_read < kRecordsACall && events.has_budget()) {
    SLUICE_RETURN_IF_ERROR(Round(store, search,
                                 search.page_size - matches.size(), at_once,
                                 events, cursor, matches, records_read, stop));
    at_once = std::min(2 * at_once, kRecordsAtOnce);
  }
  response.set_next_page_token(Encode(search, cursor));
  // Matches that did not fit into the page are left.
  if (matches.size() == search.page_size) {
    cursor.reached_ms = matches.back().at_ms;
  }
  if (!response.next_page_token().empty() && cursor.reached_ms != 0) {
    SetTimestamp(cursor.reached_ms, *response.mutable_reached_time());
  }
  return matches;
}

// Removes the messages whose events do not match the search.
void KeepMatching(
    const Search& search,
    google::protobuf::RepeatedPtrField<admin::v1::MessageRecord>& messages) {
  if (!search.NeedsEvents()) return;
  messages.erase(std::remove_if(messages.begin(), messages.end(),
                                [&search](const auto& message) {
                                  return !EventsMatch(search, message);
                                }),
                 messages.end());
}

}  // namespace

absl::StatusOr<admin::v1::SearchMessagesResponse> RunSearch(
    const store::Store& store, const Search& search, filter::Language language,
    const StopAsked& stop) {
  admin::v1::SearchMessagesResponse response;
  response.set_filters(search.filters);
  SLUICE_ASSIGN_OR_RETURN(
      const std::vector<Match> matches,
      search.recipient ? SearchNumber(store, search,
                                      *response.mutable_next_page_token(), stop)
                       : SearchAll(store, search, response, stop));
  const store::SnapshotPtr snapshot = store.snapshot();
  const RecordView view(*snapshot->registry, language);
  MessageEvents events(view);
  for (const Match& match : matches) {
    if (match.record.has_refusals_counted()) {
      *response.add_refusals_counted() = view.Refusals(match.record);
      continue;
    }
    admin::v1::MessageRecord& message = *response.add_messages();
    message = view.Message(match.id, match.record);
    events.Add(match.id, message);
  }
  SLUICE_RETURN_IF_ERROR(events.Read(store, stop));
  if (search.recipient) KeepMatching(search, *response.mutable_messages());
  return response;
}

absl::StatusOr<admin::v1::MessageRecord> Chain(const store::Store& store,
                                               const store::MessageId& id,
                                               const store::v1::Record& record,
                                               filter::Language language,
                                               const StopAsked& stop) {
  const store::SnapshotPtr snapshot = store.snapshot();
  const RecordView view(*snapshot->registry, language);
  admin::v1::MessageRecord message = view.Message(id, record);
  MessageEvents events(view);
  events.Add(id, message);
  SLUICE_RETURN_IF_ERROR(events.Read(store, stop));
  return message;
}

}  // namespace sluice::gateway
