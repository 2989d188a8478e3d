#include "gateway/control/block_book.h"

#include <cstdint>

#include "absl/time/time.h"
#include "filter/policy/blocks.h"
#include "gateway/wire/duration.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"
#include "rules/pack/word_list.h"

namespace sluice::gateway {
namespace {

constexpr uint32_t kBlockMinutesMax = 7 * 24 * 60;

absl::Status CheckProvider(const std::string& id, const PartyBook& parties) {
  if (id.empty() ||
      parties.Find(store::v1::PARTY_KIND_CONTENT_PROVIDER, id) != nullptr) {
    return absl::OkStatus();
  }
  return ErrorOf(
      absl::StatusCode::kNotFound, "content_provider_id",
      SayBoth("没有内容提供者 $0", "no content provider $0", Quoted(id)));
}

bool CoverTheSame(const admin::v1::Block& a, const admin::v1::Block& b) {
  return rules::FoldWord(a.phrase()) == rules::FoldWord(b.phrase()) &&
         a.domain() == b.domain() &&
         a.content_provider_id() == b.content_provider_id();
}

}  // namespace

// Errors: kAlreadyExists, kFailedPrecondition.
absl::Status BlockBook::CheckOthers(const admin::v1::Block& made) const {
  const std::vector<admin::v1::Block> in_force = InForce();
  for (const admin::v1::Block& one : in_force) {
    if (!CoverTheSame(one, made)) continue;
    return ErrorOf(absl::StatusCode::kAlreadyExists,
                   SayBoth("拦截 $0 已生效，内容相同",
                           "block $0 already covers the same and is in force",
                           one.number()));
  }
  if (in_force.size() < kInForceMax) return absl::OkStatus();
  return ErrorOf(
      absl::StatusCode::kFailedPrecondition,
      SayBoth("生效的拦截已达上限 $0 项：请把其内容写进规则并发布，再结束它们",
              "$0 blocks are in force, the maximum: publish a version with "
              "rules for what they cover, and end them",
              kInForceMax));
}

absl::StatusOr<admin::v1::Block> BlockBook::Create(
    const admin::v1::CreateBlockRequest& request, const PartyBook& parties,
    const Actor& actor) {
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  if (!WholeUnits(request.duration(), absl::Minutes(1), kBlockMinutesMax)) {
    return InvalidField(
        "duration",
        SayBoth("须为整分钟数，1 至 $0 分钟",
                "whole minutes, 1 to $0, are allowed", kBlockMinutesMax));
  }
  SLUICE_RETURN_IF_ERROR(CheckProvider(request.content_provider_id(), parties));
  admin::v1::Block made;
  made.set_phrase(request.phrase());
  made.set_domain(request.domain());
  made.set_content_provider_id(request.content_provider_id());
  SLUICE_RETURN_IF_ERROR(filter::CheckBlock(made));
  SLUICE_RETURN_IF_ERROR(CheckOthers(made));
  Begin(request.duration().seconds() * 1'000, actor, made);
  return Put(made, actor);
}

}  // namespace sluice::gateway
