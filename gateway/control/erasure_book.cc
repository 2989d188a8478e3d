#include "gateway/control/erasure_book.h"

#include <algorithm>

#include "gateway/wire/timestamp.h"
#include "rules/base/status_macros.h"

namespace sluice::gateway {

void ErasureBook::Apply(const store::v1::Record& record) {
  const store::v1::ErasureRequested& request = record.erasure_requested();
  admin::v1::Erasure erasure;
  erasure.set_number(request.number());
  erasure.set_recipient(ToE164(Phone{record.recipient()}));
  erasure.set_reason(request.reason());
  erasure.set_author(request.actor());
  SetTimestamp(request.requested_ms(), *erasure.mutable_create_time());
  erasures_.push_back(std::move(erasure));
}

absl::StatusOr<admin::v1::Erasure> ErasureBook::Create(Phone recipient,
                                                       const Actor& actor) {
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  store::v1::Record record;
  record.set_recipient(recipient.e164);
  store::v1::ErasureRequested& request = *record.mutable_erasure_requested();
  request.set_number(static_cast<uint32_t>(erasures_.size() + 1));
  request.set_requested_ms(store_.NowMs());
  request.set_actor(actor.key_id);
  request.set_reason(actor.reason);
  SLUICE_RETURN_IF_ERROR(store_.AppendControl(record));
  Apply(record);
  return erasures_.back();
}

std::vector<admin::v1::Erasure> ErasureBook::List(uint32_t before,
                                                  size_t limit) const {
  size_t at = before == 0
                  ? erasures_.size()
                  : std::min<size_t>(erasures_.size(), before - size_t{1});
  std::vector<admin::v1::Erasure> found;
  while (at > 0 && found.size() < limit) found.push_back(erasures_[--at]);
  return found;
}

}  // namespace sluice::gateway
