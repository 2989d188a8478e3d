#include "store/views/facet.h"

#include <xxhash.h>

namespace sluice::store {
namespace {

constexpr int kValueBits = 56;
constexpr uint64_t kValueMask = (uint64_t{1} << kValueBits) - 1;

void AddReason(const store::v1::RecordedReason& reason, RecordRef ref,
               std::vector<Facet>& facets) {
  facets.push_back({FacetKey(FacetKind::kReason, reason.code()), ref.value()});
  if (reason.rule().empty()) return;
  facets.push_back({FacetKey(FacetKind::kRule, reason.rule()), ref.value()});
}

}  // namespace

uint64_t FacetKey(FacetKind kind, uint64_t value) {
  return uint64_t{static_cast<uint8_t>(kind)} << kValueBits |
         (value & kValueMask);
}

uint64_t FacetKey(FacetKind kind, absl::string_view name) {
  return FacetKey(kind, uint64_t{XXH3_64bits(name.data(), name.size())});
}

void AddFacets(const store::v1::Record& record, RecordRef ref,
               std::vector<Facet>& facets) {
  const auto add = [&](FacetKind kind, uint64_t value) {
    facets.push_back({FacetKey(kind, value), ref.value()});
  };
  if (record.has_decided()) {
    const store::v1::Decided& decided = record.decided();
    add(FacetKind::kTime, static_cast<uint64_t>(record.at_ms()));
    add(FacetKind::kDecision, decided.decision());
    add(FacetKind::kAccount, decided.account());
    if (decided.content_provider() != 0) {
      add(FacetKind::kContentProvider, decided.content_provider());
    }
    if (decided.port() != 0) add(FacetKind::kPort, decided.port());
    for (const store::v1::RecordedReason& reason : decided.reasons()) {
      AddReason(reason, ref, facets);
    }
  } else if (record.has_refusals_counted()) {
    const store::v1::RefusalsCounted& counted = record.refusals_counted();
    add(FacetKind::kTime, static_cast<uint64_t>(record.at_ms()));
    add(FacetKind::kDecision, sluice::v1::DECISION_REJECTED);
    add(FacetKind::kAccount, counted.account());
    AddReason(counted.reason(), ref, facets);
  } else if (record.has_opt_out_added()) {
    add(FacetKind::kTime, static_cast<uint64_t>(record.at_ms()));
    add(FacetKind::kOptOut, 0);
    const uint32_t provider = record.opt_out_added().content_provider();
    if (provider != 0) add(FacetKind::kOptOut, provider);
  }
}

}  // namespace sluice::store
