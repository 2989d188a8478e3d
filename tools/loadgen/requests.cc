#include "tools/loadgen/requests.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"
#include "rules/base/check.h"
#include "tools/loadgen/texts.h"

namespace sluice::load {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::ArrayInputStream;
using google::protobuf::io::CodedInputStream;

constexpr char kKeyMark[] = "@@@@@@@@@@@@@@@@@@@@";  // 20 characters.
constexpr size_t kKeySize = sizeof(kKeyMark) - 1;
constexpr char kNumberMark[] = "@#@#@#@#@#@";
// So many different texts that no cache of the server sees a request again.
constexpr size_t kTemplates = 64;

void AppendVarint(uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) {
    out.push_back(static_cast<char>(value | 0x80));
  }
  out.push_back(static_cast<char>(value));
}

// 20 hexadecimal digits: 8 of the run, 12 of the message.
void WriteKey(uint64_t run, uint64_t number, char* out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (size_t at = kKeySize; at-- > 8; number >>= 4) {
    out[at] = kDigits[number & 15];
  }
  for (size_t at = 8; at-- > 0; run >>= 4) out[at] = kDigits[run & 15];
}

std::string WithoutSignature(const std::string& text) {
  const size_t end = text.find("】");
  return end == std::string::npos ? text : text.substr(end + 3);
}

// Reads one Verdict and counts its decision.
bool CountVerdict(CodedInputStream& in, DecisionCounts& counts) {
  uint64_t decision = 0;
  while (const uint32_t tag = in.ReadTag()) {
    if (tag == WireFormatLite::MakeTag(v1::Verdict::kDecisionFieldNumber,
                                       WireFormatLite::WIRETYPE_VARINT)) {
      if (!in.ReadVarint64(&decision)) return false;
    } else if (!WireFormatLite::SkipField(&in, tag)) {
      return false;
    }
  }
  if (decision >= std::size(counts.by_decision)) return false;
  ++counts.by_decision[decision];
  return true;
}

bool CountVerdicts(CodedInputStream& in, DecisionCounts& counts) {
  constexpr auto kBytes = WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
  while (const uint32_t tag = in.ReadTag()) {
    const bool verdict =
        tag == WireFormatLite::MakeTag(v1::SubmitResponse::kVerdictsFieldNumber,
                                       kBytes);
    const bool status =
        tag ==
        WireFormatLite::MakeTag(v1::SubmitResponse::kStatusFieldNumber, kBytes);
    if (!verdict && !status) {
      if (!WireFormatLite::SkipField(&in, tag)) return false;
      continue;
    }
    uint32_t size = 0;
    if (!in.ReadVarint32(&size)) return false;
    const auto limit = in.PushLimit(static_cast<int>(size));
    if (verdict) {
      if (!CountVerdict(in, counts)) return false;
    } else {
      google::rpc::Status parsed;
      if (!parsed.ParseFromCodedStream(&in)) return false;
      counts.status_code = parsed.code();
    }
    in.PopLimit(limit);
  }
  return in.ConsumedEntireMessage();
}

}  // namespace

Requests::Requests(const RequestOptions& options,
                   const std::vector<std::string>& texts)
    : options_(options), run_(std::random_device{}()) {
  std::mt19937_64 random(options.seed);
  size_t next_text = 0;
  for (size_t t = 0; t < kTemplates; ++t) {
    Template made;
    for (size_t i = 0; i < options.batch; ++i) {
      const std::string& text = texts[next_text++ % texts.size()];
      const bool rejected = static_cast<double>(random() % 1'000'000) <
                            options.rejected_share * 1'000'000;
      v1::OutgoingMessage message;
      if (options.keys) message.set_key(kKeyMark);
      message.set_recipient(kNumberMark);
      message.set_sender(options.sender);
      message.set_text(rejected ? WithoutSignature(text) : text);
      message.set_message_class(options.message_class);
      message.set_on_behalf_of(options.on_behalf_of);
      const std::string bytes = message.SerializeAsString();
      made.bytes.push_back('\x0a');  // SubmitRequest.messages.
      AppendVarint(bytes.size(), made.bytes);
      made.recipients_at.push_back(made.bytes.size() + bytes.find(kNumberMark));
      if (options.keys) {
        made.keys_at.push_back(made.bytes.size() + bytes.find(kKeyMark));
      }
      made.bytes += bytes;
    }
    templates_.push_back(std::move(made));
  }
}

size_t Requests::bytes() const {
  size_t all = 0;
  for (const Template& t : templates_) all += t.bytes.size();
  return all / templates_.size();
}

grpc::ByteBuffer Requests::Make(uint64_t n) const {
  const Template& from = templates_[n % templates_.size()];
  grpc_slice slice = grpc_slice_malloc(from.bytes.size());
  auto* bytes = reinterpret_cast<char*>(GRPC_SLICE_START_PTR(slice));
  std::copy(from.bytes.begin(), from.bytes.end(), bytes);
  const uint64_t first = n * options_.batch;
  for (size_t i = 0; i < from.recipients_at.size(); ++i) {
    WriteNumber((first + i) % options_.recipients, options_.seed,
                bytes + from.recipients_at[i]);
    if (options_.keys) WriteKey(run_, first + i, bytes + from.keys_at[i]);
  }
  const grpc::Slice owned(slice, grpc::Slice::STEAL_REF);
  return grpc::ByteBuffer(&owned, 1);
}

uint64_t DecisionCounts::total() const {
  return std::accumulate(std::begin(by_decision), std::end(by_decision),
                         uint64_t{0});
}

bool CountDecisions(const grpc::ByteBuffer& response, DecisionCounts& counts) {
  grpc::Slice slice;
  if (response.Length() == 0) return true;
  if (!response.DumpToSingleSlice(&slice).ok()) return false;
  CodedInputStream in(slice.begin(), static_cast<int>(slice.size()));
  return CountVerdicts(in, counts);
}

}  // namespace sluice::load
