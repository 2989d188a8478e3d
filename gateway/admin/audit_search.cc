#include "gateway/admin/audit_search.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "gateway/admin/admin_context.h"
#include "gateway/admin/no_such_party.h"
#include "gateway/admin/number_search.h"
#include "gateway/wire/journal_place.h"
#include "gateway/wire/message_events.h"
#include "gateway/wire/record_view.h"
#include "gateway/wire/timestamp.h"
#include "gateway/wire/token.h"
#include "rules/base/both_error.h"
#include "rules/base/faults.h"
#include "rules/base/language.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

constexpr size_t kRuleSizeMax = 256;
// Most records that a call reads, and that it reads at a time in each
// partition.
constexpr size_t kRecordsACall = 200'000;
constexpr size_t kRecordsAtOnce = 8192;
// Most records of events that a call reads to find a carrier's code, one
// message's beyond it.
constexpr size_t kEventsACall = 50'000;
constexpr size_t kCarrierCodeSizeMax = 64;
constexpr int64_t kEnd = std::numeric_limits<int64_t>::max();

// One partition's records in a round: the matches, and time and position of
// all.
struct Stretch {
  std::vector<Match> matches;
  std::vector<std::pair<int64_t, store::RecordRef>> places;
  store::RecordRef next;   // Where the records after this stretch begin.
  int64_t next_ms = kEnd;  // Their earliest time; kEnd: there are none.
};

absl::StatusOr<Stretch> ReadStretch(const store::Store& store, int partition,
                                    store::RecordRef from, const Search& search,
                                    const StopAsked& stop) {
  Stretch stretch;
  store::v1::Record record;
  absl::Status fault;
  bool past = false;
  size_t read = 0;
  absl::StatusOr<store::RecordRef> next = store.Scan(
      partition, from,
      [&](store::RecordRef ref, absl::string_view bytes) {
        if (!record.ParseFromArray(bytes.data(),
                                   static_cast<int>(bytes.size()))) {
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
        return read < kRecordsAtOnce;
      },
      stop);
  SLUICE_RETURN_IF_ERROR(fault);
  if (!next.ok()) return next.status();
  stretch.next = *next;
  // The next record is no older than the last one read.
  if (read == kRecordsAtOnce && !past) {
    stretch.next_ms = stretch.places.back().first;
  }
  return stretch;
}

// Where to continue in each partition; `done`: it has no more records before
// `until_ms`.
struct Cursor {
  std::vector<store::RecordRef> next;
  std::vector<bool> done;

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

// Tells whether the carrier gave the code of the search for a message.
class CodeFinder {
 public:
  CodeFinder(const store::Store& store, const Search& search,
             const StopAsked& stop)
      : store_(store), search_(search), stop_(stop) {}

  // False: no more messages in this call.
  bool has_budget() const { return read_ < kEventsACall; }

  absl::StatusOr<bool> Has(const Match& match) {
    if (search_.carrier_code.empty()) return true;
    // The index has no message without a valid recipient.
    if (match.record.recipient() == 0) return false;
    bool found = false;
    v1::MessageState state =
        match.record.decided().decision() == v1::DECISION_REJECTED
            ? v1::MESSAGE_STATE_REJECTED
            : v1::MESSAGE_STATE_UNSPECIFIED;
    int64_t since_ms = match.at_ms;
    ++read_;
    SLUICE_RETURN_IF_ERROR(store_.VisitOldestFirst(
        Phone{match.record.recipient()},
        store::RecordRef::FromValue(match.id.record.value() + 1),
        MaskOf(store::RecordKind::kEvent),
        [&](store::RecordRef, const store::v1::Record& record) {
          ++read_;
          if (IsSettled(state, since_ms, record.at_ms())) return false;
          if (MessageOf(record) != match.id.record.value()) return true;
          state = StateAfter(state, record);
          since_ms = record.at_ms();
          found = absl::EqualsIgnoreCase(CarrierCodeOf(record),
                                         search_.carrier_code);
          return !found;
        },
        stop_));
    return found;
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
                   CodeFinder& codes, Cursor& cursor, std::vector<Match>& out,
                   size_t& records_read, const StopAsked& stop) {
  std::vector<Stretch> stretches(cursor.next.size());
  int64_t horizon = kEnd;
  for (size_t p = 0; p < stretches.size(); ++p) {
    if (cursor.done[p]) continue;
    SLUICE_ASSIGN_OR_RETURN(
        stretches[p],
        ReadStretch(store, static_cast<int>(p), cursor.next[p], search, stop));
    records_read += stretches[p].places.size();
    horizon = std::min(horizon, stretches[p].next_ms);
  }
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
    if (!codes.has_budget()) break;
    Match& match = matches[looked_at];
    SLUICE_ASSIGN_OR_RETURN(const bool has_code, codes.Has(match));
    if (!has_code) continue;
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

absl::StatusOr<std::vector<Match>> SearchAll(const store::Store& store,
                                             const Search& search,
                                             std::string& next_page_token,
                                             const StopAsked& stop) {
  SLUICE_ASSIGN_OR_RETURN(Cursor cursor, Decode(store, search, stop));
  std::vector<Match> matches;
  size_t records_read = 0;
  CodeFinder codes(store, search, stop);
  while (!cursor.all_done() && matches.size() < search.page_size &&
         records_read < kRecordsACall && codes.has_budget()) {
    SLUICE_RETURN_IF_ERROR(Round(store, search,
                                 search.page_size - matches.size(), codes,
                                 cursor, matches, records_read, stop));
  }
  next_page_token = Encode(search, cursor);
  return matches;
}

// Whether the search finds refusals that were counted, not recorded singly.
bool MatchesCounted(const Search& search,
                    const store::v1::RefusalsCounted& counted) {
  const bool other_decision = search.decision != v1::DECISION_UNSPECIFIED &&
                              search.decision != v1::DECISION_REJECTED;
  // Their content providers and observed reasons are not counted, and no
  // carrier got them.
  if (other_decision || search.content_provider != 0 || search.observed ||
      !search.carrier_code.empty()) {
    return false;
  }
  return (search.account == 0 || counted.account() == search.account) &&
         (search.reason.empty() || counted.reason().code() == search.reason) &&
         (search.rule.empty() || counted.reason().rule() == search.rule);
}

absl::StatusOr<uint32_t> NumberOf(const filter::Registry& registry,
                                  store::v1::PartyKind kind,
                                  const std::string& id,
                                  absl::string_view field) {
  if (id.empty()) return 0;
  const store::v1::Party* party = registry.FindParty(kind, id);
  if (party != nullptr) return party->number();
  return NoSuchParty(registry, kind, id, field);
}

absl::Status ReadTimes(const admin::v1::SearchMessagesRequest& request,
                       Search& search) {
  if (!request.has_start_time()) {
    return InvalidField("start_time", SayBoth("须给出", "is required"));
  }
  const auto from = TryMillisOf(request.start_time());
  if (!from)
    return InvalidField("start_time", SayBoth("不是时间", "not a time"));
  search.from_ms = *from;
  search.until_ms = kEnd;
  if (!request.has_end_time()) return absl::OkStatus();
  const auto until = TryMillisOf(request.end_time());
  if (!until)
    return InvalidField("end_time", SayBoth("不是时间", "not a time"));
  if (*until <= *from)
    return InvalidField("end_time",
                        SayBoth("不晚于起始时间", "not after start_time"));
  search.until_ms = *until;
  return absl::OkStatus();
}

std::vector<std::string> ReasonNames() {
  std::vector<std::string> names;
  for (int i = 0; i < filter::kReasonCodes; ++i) {
    names.emplace_back(filter::Name(static_cast<filter::ReasonCode>(i)));
  }
  return names;
}

// Removes the messages whose events do not have the code of the search.
void KeepWithCode(
    const Search& search,
    google::protobuf::RepeatedPtrField<admin::v1::MessageRecord>& messages) {
  if (search.carrier_code.empty()) return;
  const auto has_code = [&search](const admin::v1::MessageRecord& message) {
    return absl::c_any_of(message.events(), [&search](const auto& event) {
      return absl::EqualsIgnoreCase(event.carrier_code(), search.carrier_code);
    });
  };
  messages.erase(
      std::remove_if(messages.begin(), messages.end(), std::not_fn(has_code)),
      messages.end());
}

// Two calls have the same one exactly if they have the same filters. The times
// may differ: people give them as "24h ago".
std::string ScopeOf(admin::v1::SearchMessagesRequest request) {
  request.clear_start_time();
  request.clear_end_time();
  request.clear_page_size();
  request.clear_page_token();
  request.set_carrier_code(absl::AsciiStrToUpper(request.carrier_code()));
  return request.SerializeAsString();
}

}  // namespace

absl::StatusOr<Search> ReadSearch(
    const admin::v1::SearchMessagesRequest& request,
    const filter::Registry& registry) {
  Search search;
  SLUICE_RETURN_IF_ERROR(ReadTimes(request, search));
  SLUICE_ASSIGN_OR_RETURN(search.account,
                          NumberOf(registry, store::v1::PARTY_KIND_ACCOUNT,
                                   request.account_id(), "account_id"));
  SLUICE_ASSIGN_OR_RETURN(
      search.content_provider,
      NumberOf(registry, store::v1::PARTY_KIND_CONTENT_PROVIDER,
               request.content_provider_id(), "content_provider_id"));
  if (!request.recipient().empty()) {
    const absl::StatusOr<Phone> phone = ParsePhone(request.recipient());
    if (!phone.ok()) {
      return InvalidField("recipient", BothOf(phone.status()));
    }
    search.recipient = *phone;
  }
  if (!request.reason().empty() && !filter::ParseReasonCode(request.reason())) {
    const std::string near = rules::NearestOf(request.reason(), ReasonNames());
    return InvalidField(
        "reason",
        near.empty()
            ? SayBoth("没有这个原因代码", "not a known reason code")
            : SayBoth("没有这个原因代码，是否应为“$0”？",
                      "not a known reason code, did you mean '$0'?", near));
  }
  if (!v1::Decision_IsValid(request.decision())) {
    return InvalidField("decision",
                        SayBoth("没有这个判定", "not a known decision"));
  }
  if (request.rule().size() > kRuleSizeMax) {
    return InvalidField(
        "rule", SayBoth("过长，不是规则编号", "too long for a rule's id"));
  }
  search.decision = request.decision();
  search.reason = request.reason();
  search.rule = request.rule();
  search.observed = request.observed();
  if (request.carrier_code().size() > kCarrierCodeSizeMax) {
    return InvalidField(
        "carrier_code",
        SayBoth("过长，不是运营商代码", "too long for a carrier's code"));
  }
  search.carrier_code = request.carrier_code();
  search.scope = ScopeOf(request);
  SLUICE_ASSIGN_OR_RETURN(search.page_size, PageSize(request.page_size()));
  search.page_token = request.page_token();
  return search;
}

bool Matches(const Search& search, const store::v1::Record& record) {
  if (record.has_refusals_counted()) {
    return MatchesCounted(search, record.refusals_counted());
  }
  if (!record.has_decided()) return false;
  const store::v1::Decided& decided = record.decided();
  if (search.account != 0 && decided.account() != search.account) return false;
  if (search.content_provider != 0 &&
      decided.content_provider() != search.content_provider) {
    return false;
  }
  if (search.decision != v1::DECISION_UNSPECIFIED &&
      decided.decision() != search.decision) {
    return false;
  }
  if (search.reason.empty() && search.rule.empty() && !search.observed) {
    return true;
  }
  return std::any_of(
      decided.reasons().begin(), decided.reasons().end(),
      [&](const store::v1::RecordedReason& reason) {
        return reason.observed() == search.observed &&
               (search.reason.empty() || reason.code() == search.reason) &&
               (search.rule.empty() || reason.rule() == search.rule);
      });
}

absl::StatusOr<admin::v1::SearchMessagesResponse> RunSearch(
    const store::Store& store, const Search& search, filter::Language language,
    const StopAsked& stop) {
  admin::v1::SearchMessagesResponse response;
  std::string* next = response.mutable_next_page_token();
  SLUICE_ASSIGN_OR_RETURN(const std::vector<Match> matches,
                          search.recipient
                              ? SearchNumber(store, search, *next, stop)
                              : SearchAll(store, search, *next, stop));
  const store::SnapshotPtr snapshot = store.snapshot();
  const RecordView view(*snapshot->registry, language);
  // The events of all messages to a number are read together.
  std::map<uint64_t, MessageEvents> events;
  for (const Match& match : matches) {
    if (match.record.has_refusals_counted()) {
      *response.add_refusals_counted() = view.Refusals(match.record);
      continue;
    }
    admin::v1::MessageRecord& message = *response.add_messages();
    message = view.Message(match.id, match.record);
    // The index has no message without a valid recipient.
    if (match.record.recipient() == 0) continue;
    events.try_emplace(match.record.recipient(), view)
        .first->second.Add(match.id.record, match.at_ms, message);
  }
  for (auto& [recipient, of_number] : events) {
    SLUICE_RETURN_IF_ERROR(of_number.Read(store, Phone{recipient}, stop));
  }
  if (search.recipient) KeepWithCode(search, *response.mutable_messages());
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
  if (record.recipient() == 0) return message;
  MessageEvents events(view);
  events.Add(id.record, record.at_ms(), message);
  SLUICE_RETURN_IF_ERROR(events.Read(store, Phone{record.recipient()}, stop));
  return message;
}

}  // namespace sluice::gateway
