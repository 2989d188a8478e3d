#include "tools/demo_run/compare.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/audit.grpc.pb.h"
#include "tools/lib/json_line.h"
#include "tools/lib/words.h"

namespace sluice::demo {
namespace {

constexpr uint32_t kPageSize = 1000;

// Identifies a message both in the journal and in the simulator's log.
using Content = std::pair<std::string, std::string>;  // Recipient, text.

Content ContentOf(const Answered& answered,
                  const admin::v1::MessageRecord* record) {
  const bool changed = record != nullptr && !record->sent_text().empty();
  return {NationalDigits(answered.message.recipient()),
          changed ? record->sent_text() : answered.message.text()};
}

bool TakenByCarrier(v1::MessageState state) {
  return state == v1::MESSAGE_STATE_TAKEN ||
         state == v1::MESSAGE_STATE_DELIVERED ||
         state == v1::MESSAGE_STATE_UNDELIVERED ||
         state == v1::MESSAGE_STATE_NO_REPORT;
}

void CountVerdict(v1::Decision decision, Comparison& out) {
  ++out.submitted;
  switch (decision) {
    case v1::DECISION_ACCEPTED:
      ++out.accepted;
      return;
    case v1::DECISION_DEFERRED:
      ++out.deferred;
      return;
    case v1::DECISION_HELD:
      ++out.held;
      return;
    case v1::DECISION_REJECTED:
      ++out.rejected;
      return;
    default:
      ++out.undecided;
      return;
  }
}

void CountState(v1::MessageState state, Comparison& out) {
  if (state == v1::MESSAGE_STATE_DELIVERED) ++out.delivered;
  if (state == v1::MESSAGE_STATE_DELIVERED ||
      state == v1::MESSAGE_STATE_UNDELIVERED) {
    ++out.reported;
  }
  if (state == v1::MESSAGE_STATE_UNKNOWN) ++out.unknown;
}

}  // namespace

absl::StatusOr<Journal> ReadJournal(const tools::Connection& auditor,
                                    absl::Time from) {
  const auto stub = admin::v1::AuditService::NewStub(auditor.channel());
  admin::v1::SearchMessagesRequest request;
  *request.mutable_start_time() = tools::ToTimestamp(from);
  request.set_page_size(kPageSize);
  Journal journal;
  admin::v1::SearchMessagesResponse page;
  do {
    SLUICE_RETURN_IF_ERROR(auditor.Call(
        *stub, &admin::v1::AuditService::Stub::SearchMessages, request, page));
    for (admin::v1::MessageRecord& record : *page.mutable_messages()) {
      std::string id = record.message_id();
      journal[std::move(id)] = std::move(record);
    }
    request.set_page_token(page.next_page_token());
  } while (!page.next_page_token().empty());
  return journal;
}

bool Comparison::Clean() const {
  return lost == 0 && doubled == 0 && contradictions == 0 && unknown == 0 &&
         accepted == sent && sent == reported;
}

std::string Comparison::Json() const {
  return tools::JsonLine()
      .Count("submitted", submitted)
      .Count("accepted", accepted)
      .Count("deferred", deferred)
      .Count("held", held)
      .Count("rejected", rejected)
      .Count("undecided", undecided)
      .Count("sent", sent)
      .Count("delivered", delivered)
      .Count("unknown", unknown)
      .Count("lost", lost)
      .Count("doubled", doubled)
      .End();
}

Comparison Compare(const std::vector<Answered>& answered,
                   const Journal& journal,
                   const std::vector<Arrived>& arrived) {
  Comparison out;
  std::map<Content, uint64_t> copies;
  for (const Arrived& one : arrived) {
    ++copies[{NationalDigits(one.recipient), one.text}];
  }
  for (const Answered& one : answered) {
    const v1::Verdict& verdict = one.verdict;
    CountVerdict(verdict.decision(), out);
    // UNDECIDED, not acknowledged; or REJECTED and only counted.
    if (verdict.message_id().empty()) continue;
    const auto found = journal.find(verdict.message_id());
    const admin::v1::MessageRecord* record =
        found == journal.end() ? nullptr : &found->second;
    if (record == nullptr || record->state() == v1::MESSAGE_STATE_UNSPECIFIED) {
      ++out.lost;
      continue;
    }
    if (record->decision() != verdict.decision()) ++out.contradictions;
    if (verdict.decision() != v1::DECISION_ACCEPTED) continue;
    CountState(record->state(), out);
    uint64_t& left = copies[ContentOf(one, record)];
    if (left > 0) {
      --left;
      ++out.sent;
    } else if (TakenByCarrier(record->state())) {
      ++out.lost;
    }
  }
  for (const auto& [content, left] : copies) out.doubled += left;
  return out;
}

std::string NationalDigits(const std::string& number) {
  std::string digits;
  for (const char c : number) {
    if (absl::ascii_isdigit(static_cast<unsigned char>(c))) digits.push_back(c);
  }
  return digits.size() <= 11 ? digits : digits.substr(digits.size() - 11);
}

}  // namespace sluice::demo
