#include "gateway/admin/number_search.h"

#include "gateway/wire/token.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {
namespace {

// Most decisions about one number that a call reads.
constexpr size_t kDecisionsACall = 20'000;

// The number's first decision at or after search.from_ms. Searches by halves:
// the records of a journal are in the order of their times.
absl::StatusOr<store::RecordRef> SeekNumber(const store::Store& store,
                                            int partition, const Search& search,
                                            const StopAsked& stop) {
  uint64_t low = 0;
  uint64_t high = store.DurableEnd(partition).value();
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    uint64_t earlier = 0;  // The first record from `middle` on, if too old.
    SLUICE_RETURN_IF_ERROR(store.VisitOldestFirst(
        search.recipient, store::RecordRef::FromValue(middle),
        MaskOf(store::RecordKind::kFirst),
        [&](store::RecordRef ref, const store::v1::Record& record) {
          if (store.CountedMs(partition, ref, record.at_ms()) <
              search.from_ms) {
            earlier = ref.value();
          }
          return false;
        },
        stop));
    if (earlier == 0) {
      high = middle;
    } else {
      low = earlier + 1;
    }
  }
  return store::RecordRef::FromValue(low);
}

// The first record that the page may have.
absl::StatusOr<store::RecordRef> BeginOf(const store::Store& store,
                                         int partition, const Search& search,
                                         const StopAsked& stop) {
  if (search.page_token.empty()) {
    return SeekNumber(store, partition, search, stop);
  }
  SLUICE_ASSIGN_OR_RETURN(const std::vector<uint64_t> values,
                          DecodePageToken(TokenKind::kSearchRecipient,
                                          search.page_token, 1, search.scope));
  return store::RecordRef::FromValue(values.front() + 1);
}

}  // namespace

absl::StatusOr<std::vector<Match>> SearchNumber(const store::Store& store,
                                                const Search& search,
                                                std::string& next_page_token,
                                                const StopAsked& stop) {
  const int partition = store.PartitionOf(search.recipient);
  SLUICE_ASSIGN_OR_RETURN(const store::RecordRef from,
                          BeginOf(store, partition, search, stop));
  std::vector<Match> matches;
  store::RecordRef last;
  size_t read = 0;
  SLUICE_RETURN_IF_ERROR(store.VisitOldestFirst(
      search.recipient, from, MaskOf(store::RecordKind::kFirst),
      [&](store::RecordRef ref, const store::v1::Record& record) {
        const int64_t at_ms = store.CountedMs(partition, ref, record.at_ms());
        if (at_ms >= search.until_ms) return false;
        if (matches.size() == search.page_size || read++ == kDecisionsACall) {
          next_page_token = EncodeToken(TokenKind::kSearchRecipient,
                                        {last.value()}, search.scope);
          return false;
        }
        last = ref;
        if (at_ms >= search.from_ms && Matches(search, record)) {
          matches.push_back(
              {at_ms, {static_cast<uint16_t>(partition), ref}, record});
        }
        return true;
      },
      stop));
  return matches;
}

}  // namespace sluice::gateway
