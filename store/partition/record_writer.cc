#include "store/partition/record_writer.h"

#include "store/views/record_index.h"

namespace sluice::store {

store::v1::Record& RecordWriter::New(Phone recipient, int64_t now_ms) {
  any_.Clear();
  return Begin(any_, recipient, now_ms);
}

store::v1::Record& RecordWriter::NewHandedOver(Phone recipient,
                                               int64_t now_ms) {
  return Begin(handed_over_, recipient, now_ms);
}

store::v1::Record& RecordWriter::NewAnswered(Phone recipient, int64_t now_ms) {
  return Begin(answered_, recipient, now_ms);
}

store::v1::Record& RecordWriter::NewReported(Phone recipient, int64_t now_ms) {
  return Begin(reported_, recipient, now_ms);
}

store::v1::Record& RecordWriter::Begin(store::v1::Record& form, Phone recipient,
                                       int64_t now_ms) {
  const absl::string_view salt = salts_.Next();
  form.set_salt(salt.data(), salt.size());
  form.set_at_ms(now_ms);
  form.set_recipient(recipient.e164);
  return form;
}

RecordRef RecordWriter::Append(const store::v1::Record& record) {
  const size_t size = record.ByteSizeLong();
  const RecordRef ref = NextRef(size);
  group_->builder.AddWith(size, [&record](char* out) {
    record.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(out));
  });
  AddEntries(record, ref, group_->index);
  ++count_;
  return ref;
}

RecordRef RecordWriter::AppendDecided(const filter::Message& message,
                                      const filter::MessageFacts& facts,
                                      const filter::Admission& admission,
                                      absl::string_view rule_set,
                                      uint64_t retry_of, int64_t now_ms) {
  const size_t size = decided_.Fill(message, facts, admission, rule_set,
                                    salts_.Next(), retry_of, now_ms);
  const RecordRef ref = NextRef(size);
  group_->builder.AddWith(size, [this](char* out) { decided_.Write(out); });
  AddEntries(decided_.record(), ref, group_->index);
  ++count_;
  return ref;
}

void RecordWriter::AfterDurable(
    absl::AnyInvocable<void(const absl::Status&)> completion) {
  group_->completions.push_back(std::move(completion));
}

RecordRef RecordWriter::NextRef(size_t record_size) {
  if (!group_->builder.Fits(record_size)) full_();
  return RecordRef(group_->position, group_->builder.count());
}

}  // namespace sluice::store
