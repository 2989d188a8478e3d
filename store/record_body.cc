#include "store/record_body.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <cstdint>

#include "sluice/store/v1/record.pb.h"

namespace sluice::store {

int BodyOf(absl::string_view record) {
  using google::protobuf::internal::WireFormatLite;
  google::protobuf::io::CodedInputStream in(
      reinterpret_cast<const uint8_t*>(record.data()),
      static_cast<int>(record.size()));
  int body = 0;
  while (const uint32_t tag = in.ReadTag()) {
    const int field = WireFormatLite::GetTagFieldNumber(tag);
    if (field > v1::Record::kRecipientFieldNumber) body = field;
    if (!WireFormatLite::SkipField(&in, tag)) return 0;
  }
  return in.ConsumedEntireMessage() ? body : 0;
}

}  // namespace sluice::store
