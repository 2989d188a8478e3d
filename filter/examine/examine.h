#pragma once

// Everything that can be said about a message without looking at its
// recipient's state: who, class, text, words, wording, hours. Pure: message and
// snapshot in, facts out; no I/O, no lock, no clock. Runs on the thread that
// received the batch.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "filter/examine/snapshot.h"
#include "filter/policy/ids.h"
#include "filter/policy/reason.h"
#include "filter/templates/template_text.h"
#include "rules/base/phone.h"

namespace sluice::filter {

// A message as submitted. Borrowed from the request.
struct Message {
  absl::string_view key;
  absl::string_view recipient;
  absl::string_view sender;
  absl::string_view text;
  MessageClass message_class = MessageClass::kUnspecified;
  absl::string_view template_id;
  absl::Span<const VariableValue> variables;
  absl::string_view signature_id;
  absl::string_view on_behalf_of;
  absl::string_view campaign_id;
  absl::string_view category;
  absl::string_view client_ref;
  absl::string_view extension;
  // Sluice made the text, of a template, when it was submitted; see
  // MessageFacts::made_text.
  bool made = false;
  // Milliseconds since the epoch; 0: not given.
  int64_t send_after_ms = 0;
  int64_t expire_at_ms = 0;
};

// Digits that the recipient sees as sender; at most 21, no allocation.
class AccessNumber {
 public:
  static constexpr size_t kSizeMax = 21;
  // Returns false, unchanged, when it would not fit.
  bool Append(absl::string_view digits);
  absl::string_view view() const { return {digits_, size_}; }
  void Clear() { size_ = 0; }

 private:
  char digits_[kSizeMax] = {};
  uint8_t size_ = 0;
};

// What Examine found out. Reused from batch to batch: Examine sets every field.
struct MessageFacts {
  Phone recipient;  // Invalid when it could not be read.
  Carrier carrier = Carrier::kUnknown;
  MessageClass message_class = MessageClass::kUnspecified;
  LicenseeId licensee;
  AccountId account;
  ContentProviderId content_provider;
  SignatureId signature;
  PortId port;
  AccessNumber access_number;
  uint8_t parts = 0;
  // Hashes with a fixed seed, the same on every machine and run.
  uint64_t content = 0;  // Of the folded text.
  uint64_t key = 0;      // See KeyHash; 0: no key.
  // LikenessHash of the folded text, where campaigns or requests for consent
  // are compared by it; else 0.
  uint64_t likeness = 0;
  // Free text of a class whose campaigns the pack counts.
  bool counts_for_campaigns = false;
  // Of the campaign that the message belongs to, when that campaign is held or
  // stopped; set by the code that counts campaigns.
  std::string campaign;
  uint32_t template_hash = 0;
  uint16_t campaign_hash = 0;
  uint32_t category_hash = 0;
  // The earliest time it may go: now, send_after, or the next opening of the
  // send hours. With `deferred_by_hours` it is the opening, spread.
  int64_t not_before_ms = 0;
  bool deferred_by_hours = false;
  // Not handed over at or after this time.
  int64_t expire_at_ms = 0;
  // The rule of a finding that says which content providers were possible. Copy
  // the facts only without findings: these look into it.
  std::string possible;
  // The text made of template and variables, when none was submitted; else
  // empty. All places count in it.
  std::string made_text;
  // What goes out, when it is not the text as submitted or made; else empty.
  std::string sent_text;
  // Why the message must not go, in no order; observed ones too.
  std::vector<Finding> findings;
};

// Who calls.
struct Caller {
  AccountId account;
};

struct ExamineState;

// What one thread needs to examine; reuse it.
class ExamineScratch {
 public:
  ExamineScratch();
  ~ExamineScratch();
  ExamineScratch(const ExamineScratch&) = delete;
  ExamineScratch& operator=(const ExamineScratch&) = delete;

  // The effect of each hit of content rules in the last message.
  absl::Span<const JudgedHit> judged() const;

 private:
  friend void Examine(const Snapshot&, const Caller&, const Message&,
                      int64_t now_ms, ExamineScratch&, MessageFacts&);
  std::unique_ptr<ExamineState> state_;
};

// `now_ms` is the partition clock as last seen. Never fails: what is malformed
// is a finding that names its field.
void Examine(const Snapshot& snapshot, const Caller& caller,
             const Message& message, int64_t now_ms, ExamineScratch& scratch,
             MessageFacts& facts);

}  // namespace sluice::filter
