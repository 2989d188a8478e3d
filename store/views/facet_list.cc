#include "store/views/facet_list.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>

#include "rules/base/bytes.h"
#include "rules/base/status_macros.h"

namespace sluice::store {
namespace {

using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

constexpr size_t kVarintMax = 10;

absl::StatusOr<uint64_t> FacetOf(absl::string_view key) {
  return ByteReader(key).TakeBigEndian<uint64_t>();
}

}  // namespace

std::string RunKey(uint64_t facet, uint64_t record) {
  std::string key;
  AppendBigEndian(facet, key);
  AppendBigEndian(record, key);
  return key;
}

std::string EncodeRun(absl::Span<const uint64_t> records) {
  std::string value(records.size() * kVarintMax, '\0');
  auto* const begin = reinterpret_cast<uint8_t*>(value.data());
  uint8_t* out = begin;
  for (size_t i = 1; i < records.size(); ++i) {
    out = CodedOutputStream::WriteVarint64ToArray(records[i] - records[i - 1],
                                                  out);
  }
  value.resize(static_cast<size_t>(out - begin));
  return value;
}

absl::Status DecodeRun(absl::string_view key, absl::string_view value,
                       std::vector<uint64_t>& records) {
  records.clear();
  ByteReader in(key);
  SLUICE_RETURN_IF_ERROR(in.TakeBigEndian<uint64_t>().status());
  SLUICE_ASSIGN_OR_RETURN(uint64_t record, in.TakeBigEndian<uint64_t>());
  records.push_back(record);
  CodedInputStream deltas(reinterpret_cast<const uint8_t*>(value.data()),
                          static_cast<int>(value.size()));
  while (deltas.CurrentPosition() < static_cast<int>(value.size())) {
    uint64_t delta = 0;
    if (!deltas.ReadVarint64(&delta) || delta == 0) {
      return absl::DataLossError("views: a run of records does not parse");
    }
    records.push_back(record += delta);
  }
  return absl::OkStatus();
}

// Reads the run at the cursor, or leaves the views.
absl::Status FacetList::ReadRun() {
  run_.clear();
  next_ = 0;
  if (!cursor_.valid()) {
    in_memory_ = true;
    return cursor_.status();
  }
  SLUICE_ASSIGN_OR_RETURN(const uint64_t facet, FacetOf(cursor_.key()));
  if (facet != facet_) {
    in_memory_ = true;
    return absl::OkStatus();
  }
  return DecodeRun(cursor_.key(), cursor_.value(), run_);
}

absl::StatusOr<uint64_t> FacetList::AtOrAfter(uint64_t record) {
  if (!begun_) {
    begun_ = true;
    cursor_.SeekBack(RunKey(facet_, record));
    // The run before that of another facet, or before none, is not of this one.
    const bool before = !cursor_.valid() || cursor_.key() < RunKey(facet_, 0);
    if (before) cursor_.Seek(RunKey(facet_, record));
    SLUICE_RETURN_IF_ERROR(ReadRun());
  }
  while (!in_memory_) {
    if (!run_.empty() && run_.back() >= record) {
      next_ = static_cast<size_t>(
          std::lower_bound(run_.begin() + static_cast<ptrdiff_t>(next_),
                           run_.end(), record) -
          run_.begin());
      // What is still in memory is read there.
      if (run_[next_] < fresh_from_) return run_[next_];
      in_memory_ = true;
      next_ = 0;
      break;
    }
    // A few runs further on it is cheaper to search.
    cursor_.Next();
    if (cursor_.valid() && cursor_.key() < RunKey(facet_, record)) {
      cursor_.SeekBack(RunKey(facet_, record));
    }
    SLUICE_RETURN_IF_ERROR(ReadRun());
  }
  while (next_ < fresh_.size() && fresh_[next_] < record) ++next_;
  return next_ < fresh_.size() ? fresh_[next_] : kEnd;
}

}  // namespace sluice::store
