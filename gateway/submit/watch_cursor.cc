#include "gateway/submit/watch_cursor.h"

#include "gateway/wire/journal_place.h"
#include "gateway/wire/timestamp.h"
#include "gateway/wire/token.h"
#include "rules/base/error_reason.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

WatchCursor Now(const store::Store& store) {
  WatchCursor cursor;
  for (int p = 0; p < store.partitions(); ++p) {
    cursor.push_back(store.DurableEnd(p));
  }
  return cursor;
}

absl::StatusOr<WatchCursor> At(const store::Store& store,
                               const google::protobuf::Timestamp& time) {
  const std::optional<int64_t> ms = TryMillisOf(time);
  if (!ms) return InvalidField("time", "not a time");
  WatchCursor cursor;
  for (int p = 0; p < store.partitions(); ++p) {
    SLUICE_ASSIGN_OR_RETURN(const store::RecordRef ref, store.Seek(p, *ms));
    cursor.push_back(ref);
  }
  return cursor;
}

}  // namespace

std::string EncodeCursor(const WatchCursor& cursor) {
  std::vector<uint64_t> values;
  for (const store::RecordRef ref : cursor) values.push_back(ref.value());
  return EncodeToken(TokenKind::kWatch, values);
}

absl::StatusOr<WatchCursor> DecodeCursor(const store::Store& store,
                                         absl::string_view text) {
  const absl::StatusOr<std::vector<uint64_t>> values =
      DecodeToken(TokenKind::kWatch, text);
  if (!values.ok() ||
      values->size() != static_cast<size_t>(store.partitions())) {
    return InvalidField("cursor", "not one that Watch has given out");
  }
  WatchCursor cursor;
  for (const uint64_t value : *values) {
    const auto partition = static_cast<int>(cursor.size());
    cursor.push_back(store::RecordRef::FromValue(value));
    SLUICE_RETURN_IF_ERROR(
        CheckPlace(store, partition, cursor.back(), "cursor"));
  }
  return cursor;
}

absl::StatusOr<WatchCursor> BeginningOf(const store::Store& store,
                                        const v1::WatchRequest& request) {
  switch (request.from_case()) {
    case v1::WatchRequest::kBeginning:
      if (!request.beginning())
        return InvalidField("beginning", "must be true");
      return WatchCursor(static_cast<size_t>(store.partitions()));
    case v1::WatchRequest::kCursor:
      return DecodeCursor(store, request.cursor());
    case v1::WatchRequest::kTime:
      return At(store, request.time());
    case v1::WatchRequest::kNow:
      if (!request.now()) return InvalidField("now", "must be true");
      return Now(store);
    default:
      return Now(store);
  }
}

}  // namespace sluice::gateway
