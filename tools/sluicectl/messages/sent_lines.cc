#include "tools/sluicectl/messages/sent_lines.h"

#include <xxhash.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "rules/base/phone.h"

namespace sluice::ctl {
namespace {

// The same number is written in several ways; what is no number stays.
std::string Canonical(const std::string& recipient) {
  const auto phone = ParsePhone(recipient);
  return phone.ok() ? ToE164(*phone) : recipient;
}

// Equal messages have equal octets, also those with a map.
std::string Octets(const v1::OutgoingMessage& message) {
  std::string octets;
  google::protobuf::io::StringOutputStream stream(&octets);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return octets;
}

}  // namespace

SentLines::Digest SentLines::DigestOf(
    const v1::OutgoingMessage& message) const {
  std::string octets = absl::StrCat(options_.file, std::string(1, '\0'),
                                    options_.again, std::string(1, '\0'));
  v1::OutgoingMessage plain = message;
  plain.set_recipient(Canonical(message.recipient()));
  absl::StrAppend(&octets, Octets(plain));
  const XXH128_hash_t hash = XXH3_128bits(octets.data(), octets.size());
  return {hash.high64, hash.low64};
}

void SentLines::NoteNumber(uint64_t line, const std::string& number) {
  Number& known = numbers_[number];
  if (known.line == 0) {
    known.line = line;
    return;
  }
  if (known.repeated) return;
  known.repeated = true;
  if (++numbers_repeated_ == 1) example_ = {known.line, line};
}

uint64_t SentLines::Add(uint64_t line, v1::OutgoingMessage& message) {
  const Digest digest = DigestOf(message);
  Seen& seen = messages_[digest];
  ++seen.count;
  if (seen.count == 1) {
    seen.line = line;
    NoteNumber(line, Canonical(message.recipient()));
  } else if (!options_.send_repeats) {
    return seen.line;
  }
  if (options_.make_keys && message.key().empty()) {
    message.set_key(absl::StrFormat("%016x%016x", digest.first, digest.second));
    if (seen.count > 1) {
      message.set_key(absl::StrCat(message.key(), "-", seen.count));
    }
  }
  return 0;
}

}  // namespace sluice::ctl
