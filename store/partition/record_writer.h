#pragma once

// Writes records into the group that is being filled. Reuses one object for
// each frequent kind of record, so that a record allocates nothing once the
// object's strings have grown.

#include <cstdint>
#include <functional>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "filter/admit.h"
#include "filter/examine/examine.h"
#include "rules/base/phone.h"
#include "sluice/store/v1/record.pb.h"
#include "store/journal/position.h"
#include "store/journal/salt.h"
#include "store/partition/decided_record.h"
#include "store/partition/group_commit.h"

namespace sluice::store {

// One thread, the partition's writer.
class RecordWriter {
 public:
  // `full` is called when the next record does not fit into the open group: it
  // must commit the group and call Fill() with an empty one.
  explicit RecordWriter(std::function<void()> full) : full_(std::move(full)) {}

  // Records go to `group` from now on; it must stay valid until the next
  // Fill().
  void Fill(OpenGroup& group) { group_ = &group; }
  OpenGroup& group() { return *group_; }

  // Starts a record about `recipient`, for Append(). The result is valid until
  // the next record of its kind is started.
  store::v1::Record& New(Phone recipient, int64_t now_ms);
  // The body has the fields of the previous record: set every field.
  store::v1::Record& NewHandedOver(Phone recipient, int64_t now_ms);
  store::v1::Record& NewAnswered(Phone recipient, int64_t now_ms);
  store::v1::Record& NewReported(Phone recipient, int64_t now_ms);

  // Returns the reference that the record has once its group is durable.
  RecordRef Append(const store::v1::Record& record);
  // Appends a decision: see DecidedEncoder::Fill().
  RecordRef AppendDecided(const filter::Message& message,
                          const filter::MessageFacts& facts,
                          const filter::Admission& admission,
                          absl::string_view rule_set, uint64_t retry_of,
                          int64_t now_ms);

  // Calls `completion` on the journal thread once everything appended so far is
  // durable or has failed.
  void AfterDurable(absl::AnyInvocable<void(const absl::Status&)> completion);

  // Records written since the start.
  uint64_t count() const { return count_; }

 private:
  store::v1::Record& Begin(store::v1::Record& form, Phone recipient,
                           int64_t now_ms);
  RecordRef NextRef(size_t record_size);

  const std::function<void()> full_;
  OpenGroup* group_ = nullptr;
  SaltSource salts_;
  DecidedEncoder decided_;
  store::v1::Record any_;
  // Clearing a record would free its body: these records are never cleared.
  store::v1::Record handed_over_;
  store::v1::Record answered_;
  store::v1::Record reported_;
  uint64_t count_ = 0;
};

}  // namespace sluice::store
