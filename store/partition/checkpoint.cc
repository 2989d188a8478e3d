#include "store/partition/checkpoint.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "rules/base/bytes.h"
#include "rules/base/status_macros.h"
#include "sluice/store/v1/record.pb.h"
#include "store/views/plain.h"

namespace sluice::store {

using filter::RecipientState;
using filter::Send;
using filter::StandingFact;

namespace {

constexpr uint32_t kVersion = 0x534c4303;  // "SLC", 3.

uint64_t ChecksumOf(absl::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

void AppendMessage(const LiveMessage& live, absl::string_view link,
                   std::string& out) {
  store::v1::LiveCheckpoint saved;
  saved.set_message(live.message);
  saved.set_message_class(static_cast<uint32_t>(live.about.message_class));
  saved.set_licensee(live.about.licensee.value);
  saved.set_account(live.about.account.value);
  saved.set_content_provider(live.about.content_provider.value);
  saved.set_signature(live.about.signature.value);
  saved.set_port(live.about.port.value);
  saved.set_carrier(static_cast<uint32_t>(live.about.carrier));
  saved.set_expire_at_ms(live.about.expire_at_ms);
  saved.set_access_number(std::string(live.access_number.view()));
  saved.set_state(live.state);
  saved.set_parts(live.parts);
  saved.set_parts_reported(live.parts_reported);
  saved.set_part_failed(live.part_failed);
  saved.set_due_ms(live.due_ms);
  saved.set_since_ms(live.since_ms);
  saved.set_link(link.data(), link.size());
  for (const uint64_t key : live.report_keys) saved.add_report_keys(key);
  if (live.decision != live.message) saved.set_decision(live.decision);
  AppendBigEndian(static_cast<uint32_t>(saved.ByteSizeLong()), out);
  saved.AppendToString(&out);
}

absl::Status TakeMessage(Phone recipient, ByteReader& in,
                         SavedMessages& messages) {
  SLUICE_ASSIGN_OR_RETURN(const auto size, in.TakeBigEndian<uint32_t>());
  SLUICE_ASSIGN_OR_RETURN(const absl::string_view bytes, in.Take(size));
  store::v1::LiveCheckpoint saved;
  if (!saved.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("a message under way does not parse");
  }
  auto& [live, link] = messages[saved.message()];
  live.message = saved.message();
  live.decision = saved.decision() != 0 ? saved.decision() : saved.message();
  live.about = {
      .recipient = recipient,
      .message_class = static_cast<MessageClass>(saved.message_class()),
      .licensee = {saved.licensee()},
      .account = {saved.account()},
      .content_provider = {saved.content_provider()},
      .signature = {saved.signature()},
      .port = {saved.port()},
      .carrier = static_cast<Carrier>(saved.carrier()),
      .expire_at_ms = saved.expire_at_ms()};
  live.access_number.Append(saved.access_number());
  live.state = saved.state();
  live.parts = static_cast<uint8_t>(saved.parts());
  live.parts_reported = static_cast<uint8_t>(saved.parts_reported());
  live.part_failed = saved.part_failed();
  live.due_ms = saved.due_ms();
  live.since_ms = saved.since_ms();
  live.saved = true;
  live.report_keys.assign(saved.report_keys().begin(),
                          saved.report_keys().end());
  link = saved.link();
  return absl::OkStatus();
}

// Drops the number's state from earlier parts, which this part replaces.
void Forget(Phone recipient, PartitionState& state, SavedMessages& messages) {
  if (!state.recipients.Contains(recipient)) return;
  for (const Send& send : state.recipients.Find(recipient).sends) {
    messages.erase(send.message);
  }
  state.recipients.Remove(recipient);
}

absl::Status TakeNumber(ByteReader& in, PartitionState& state,
                        SavedMessages& messages) {
  SLUICE_ASSIGN_OR_RETURN(const auto e164, in.TakeBigEndian<uint64_t>());
  SLUICE_ASSIGN_OR_RETURN(const auto sends, in.TakeBigEndian<uint16_t>());
  SLUICE_ASSIGN_OR_RETURN(const auto facts, in.TakeBigEndian<uint16_t>());
  SLUICE_ASSIGN_OR_RETURN(const auto its_messages,
                          in.TakeBigEndian<uint16_t>());
  const Phone recipient{e164};
  SLUICE_ASSIGN_OR_RETURN(const auto its_sends, TakePlain<Send>(sends, in));
  SLUICE_ASSIGN_OR_RETURN(const auto its_facts,
                          TakePlain<StandingFact>(facts, in));
  Forget(recipient, state, messages);
  state.recipients.Put(recipient, {its_sends, its_facts});
  for (int i = 0; i < its_messages; ++i) {
    SLUICE_RETURN_IF_ERROR(TakeMessage(recipient, in, messages));
  }
  return absl::OkStatus();
}

absl::Status TakePart(uint32_t bucket, absl::string_view bytes,
                      PartitionState& state, SavedMessages& messages) {
  const size_t body_size = bytes.size() - std::min<size_t>(bytes.size(), 8);
  ByteReader tail(bytes.substr(body_size));
  SLUICE_ASSIGN_OR_RETURN(const auto checksum, tail.TakeBigEndian<uint64_t>());
  if (checksum != ChecksumOf(bytes.substr(0, body_size))) {
    return absl::DataLossError("checksum differs");
  }
  ByteReader in(bytes.substr(0, body_size));
  SLUICE_ASSIGN_OR_RETURN(const auto version, in.TakeBigEndian<uint32_t>());
  if (version != kVersion) return absl::DataLossError("unknown version");
  SLUICE_ASSIGN_OR_RETURN(const auto numbers, in.TakeBigEndian<uint32_t>());
  state.recipients.Reserve(bucket, numbers);
  for (uint32_t i = 0; i < numbers; ++i) {
    SLUICE_RETURN_IF_ERROR(TakeNumber(in, state, messages));
  }
  SLUICE_ASSIGN_OR_RETURN(const auto back, in.TakeBigEndian<uint32_t>());
  for (uint32_t i = 0; i < back; ++i) {
    SLUICE_ASSIGN_OR_RETURN(const auto fingerprint,
                            in.TakeBigEndian<uint32_t>());
    state.idle.RemoveFingerprint(bucket, fingerprint);
  }
  SLUICE_ASSIGN_OR_RETURN(const auto idle, in.TakeBigEndian<uint32_t>());
  for (uint32_t i = 0; i < idle; ++i) {
    SLUICE_ASSIGN_OR_RETURN(const auto fingerprint,
                            in.TakeBigEndian<uint32_t>());
    state.idle.AddFingerprint(bucket, fingerprint);
  }
  if (in.remaining() > 0) return absl::DataLossError("bytes left over");
  return absl::OkStatus();
}

void AppendNumber(Phone recipient, const RecipientState& known,
                  PartitionState& state, std::string& out) {
  AppendBigEndian(recipient.e164, out);
  AppendBigEndian(static_cast<uint16_t>(known.sends.size()), out);
  AppendBigEndian(static_cast<uint16_t>(known.facts.size()), out);
  const size_t count_at = out.size();
  AppendBigEndian(uint16_t{0}, out);
  AppendPlain(known.sends, out);
  AppendPlain(known.facts, out);
  // Every live message has an entry in the ledger.
  uint16_t count = 0;
  for (const Send& send : known.sends) {
    LiveMessage* const live = state.outbox.Find(send.message);
    if (live == nullptr) continue;
    live->saved = true;
    AppendMessage(*live, state.outbox.LinkName(live->link), out);
    ++count;
  }
  out[count_at] = static_cast<char>(count >> 8);
  out[count_at + 1] = static_cast<char>(count);
}

template <typename Fingerprints>
void AppendFingerprints(const Fingerprints& fingerprints, std::string& out) {
  AppendBigEndian(static_cast<uint32_t>(fingerprints.size()), out);
  for (const uint32_t fingerprint : fingerprints)
    AppendBigEndian(fingerprint, out);
}

}  // namespace

std::string EncodePart(const BucketSave& save, PartitionState& state) {
  std::string out;
  // An estimate of the bytes for each send or live message.
  out.reserve(160 * (save.whole ? state.recipients.recipients(save.bucket)
                                : save.changed.size()));
  AppendBigEndian(kVersion, out);
  if (save.whole) {
    AppendBigEndian(
        static_cast<uint32_t>(state.recipients.recipients(save.bucket)), out);
    state.recipients.ForEach(save.bucket,
                             [&](Phone recipient, const RecipientState& known) {
                               AppendNumber(recipient, known, state, out);
                             });
    AppendFingerprints(std::vector<uint32_t>(), out);
    AppendFingerprints(state.idle.Fingerprints(save.bucket), out);
  } else {
    AppendBigEndian(static_cast<uint32_t>(save.changed.size()), out);
    for (const Phone recipient : save.changed) {
      AppendNumber(recipient, state.recipients.Find(recipient), state, out);
    }
    std::vector<uint32_t> fingerprints;
    for (const Phone recipient : save.returned) {
      fingerprints.push_back(IdleNumbers::FingerprintOf(recipient));
    }
    AppendFingerprints(fingerprints, out);
    fingerprints.clear();
    for (const BucketSave::Idle& idle : save.evicted) {
      fingerprints.push_back(IdleNumbers::FingerprintOf(idle.recipient));
    }
    AppendFingerprints(fingerprints, out);
  }
  AppendBigEndian(ChecksumOf(out), out);
  return out;
}

absl::Status DecodePart(uint32_t bucket, absl::string_view bytes,
                        PartitionState& state, SavedMessages& messages) {
  const absl::Status status = TakePart(bucket, bytes, state, messages);
  if (status.ok()) return status;
  return absl::DataLossError(absl::StrCat("checkpoint: ", status.message()));
}

void PutMessages(SavedMessages messages, PartitionState& state) {
  for (auto& [message, saved] : messages) {
    LiveMessage& live = saved.live;
    live.link = state.outbox.LinkNumber(saved.link);
    const std::vector<uint64_t> keys = std::exchange(live.report_keys, {});
    const int64_t since_ms = live.since_ms;
    state.outbox.Add(std::move(live), since_ms);
    state.outbox.AddReportKeys(*state.outbox.Find(message), keys);
  }
}

std::string BucketPartKey(uint32_t bucket, uint32_t part) {
  std::string key;
  AppendBigEndian(bucket, key);
  AppendBigEndian(part, key);
  return key;
}

absl::StatusOr<std::pair<uint32_t, uint32_t>> DecodeBucketPartKey(
    absl::string_view key) {
  ByteReader in(key);
  SLUICE_ASSIGN_OR_RETURN(const auto bucket, in.TakeBigEndian<uint32_t>());
  SLUICE_ASSIGN_OR_RETURN(const auto part, in.TakeBigEndian<uint32_t>());
  if (bucket >= kBuckets || in.remaining() > 0) {
    return absl::DataLossError("checkpoint: not the key of a part");
  }
  return std::make_pair(bucket, part);
}

std::string BucketPointKey(uint32_t bucket) {
  std::string key = "bucket.";
  AppendBigEndian(bucket, key);
  return key;
}

namespace {

// Positions of the buckets' points; of a bucket that was never saved, the
// beginning.
absl::StatusOr<std::vector<Position>> SavedPoints(const Views& views) {
  std::vector<Position> points(kBuckets);
  for (uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
    SLUICE_ASSIGN_OR_RETURN(const auto saved,
                            views.Get(View::kMeta, BucketPointKey(bucket)));
    if (!saved.has_value()) continue;
    SLUICE_ASSIGN_OR_RETURN(const JournalPoint point, DecodePoint(*saved));
    points[bucket] = point.position;
  }
  return points;
}

}  // namespace

absl::StatusOr<Position> NewestPoint(const Views& views) {
  SLUICE_ASSIGN_OR_RETURN(const auto points, SavedPoints(views));
  return *std::max_element(points.begin(), points.end());
}

absl::StatusOr<Position> OldestPoint(const Views& views) {
  SLUICE_ASSIGN_OR_RETURN(const auto points, SavedPoints(views));
  return *std::min_element(points.begin(), points.end());
}

std::string EncodePoint(const JournalPoint& point) {
  std::string out;
  AppendBigEndian(point.position.value(), out);
  out.append(reinterpret_cast<const char*>(point.root.data()),
             point.root.size());
  return out;
}

absl::StatusOr<JournalPoint> DecodePoint(absl::string_view bytes) {
  ByteReader in(bytes);
  JournalPoint point;
  SLUICE_ASSIGN_OR_RETURN(const auto position, in.TakeBigEndian<uint64_t>());
  point.position = Position::FromValue(position);
  SLUICE_ASSIGN_OR_RETURN(const auto root, in.Take(point.root.size()));
  std::memcpy(point.root.data(), root.data(), root.size());
  if (in.remaining() > 0) return absl::DataLossError("bytes left over");
  return point;
}

}  // namespace sluice::store
