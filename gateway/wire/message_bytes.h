#pragma once

// Parses and serialises protobuf messages in gRPC's buffers, for methods that
// take and return bytes. gRPC's own parsing would end the stream at a message
// that does not parse; here that message gets an answer.

#include <google/protobuf/message_lite.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

namespace sluice::gateway {

// Returns false when `bytes` do not parse; `message` then has the fields before
// the fault.
inline bool ParseBytes(const grpc::ByteBuffer& bytes,
                       google::protobuf::MessageLite& message) {
  grpc::Slice slice;
  if (bytes.TrySingleSlice(&slice).ok()) {
    return message.ParseFromArray(slice.begin(),
                                  static_cast<int>(slice.size()));
  }
  grpc::ByteBuffer copy = bytes;  // Counts a reference; copies no bytes.
  grpc::ProtoBufferReader reader(&copy);
  return reader.status().ok() && message.ParseFromZeroCopyStream(&reader);
}

inline void SerializeBytes(const google::protobuf::MessageLite& message,
                           grpc::ByteBuffer& out) {
  const size_t size = message.ByteSizeLong();
  grpc_slice raw = grpc_slice_malloc(size);
  message.SerializeWithCachedSizesToArray(GRPC_SLICE_START_PTR(raw));
  const grpc::Slice slice(raw, grpc::Slice::STEAL_REF);
  out = grpc::ByteBuffer(&slice, 1);
}

}  // namespace sluice::gateway
