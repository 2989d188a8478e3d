#pragma once

// How an opt-out came, as 32 bits: two opt-outs of the same scope and origin
// are the same one said twice. One of another origin stands beside it, so that
// the correction of a mistake leaves the subscriber's own opt-out in force.
//
// Each reply is an opt-out of its own, even in the same words: a later one may
// answer another message. (Repeats by a carrier never come so far.)

#include <cstdint>

#include "absl/strings/string_view.h"
#include "filter/recipient_state.h"
#include "sluice/admin/v1/opt_outs.pb.h"
#include "sluice/store/v1/record.pb.h"

namespace sluice::store {

// The id that Sluice makes for an import without one begins so; a caller's id
// cannot have the colon. Such an import cannot be told from a repeat of another
// one, and a repeat must change nothing: its opt-outs count by their evidence.
inline constexpr absl::string_view kUnnamedImport = "unnamed:";

// What tells the ways apart; the views are of the caller's.
struct OptOutWay {
  admin::v1::OptOutSource source = admin::v1::OPT_OUT_SOURCE_UNSPECIFIED;
  absl::string_view import_id;
  absl::string_view evidence;
  absl::string_view actor;
  absl::string_view raw_reply;
};

// Equals no other: the origin of a reply, and of an opt-out that an older
// version saved.
inline constexpr uint32_t kOwnOrigin = 0;

// kOwnOrigin for a reply; else of the source and, whichever is the first to be
// given, the import, the evidence, the actor. A collision (1 in 4 billion)
// makes the second opt-out the first one said again.
uint32_t OptOutOrigin(const OptOutWay& way);

// The same of a record, so that a replay ends with the same facts.
uint32_t OriginOf(const store::v1::OptOutAdded& added);

// Whether an opt-out in force came with this origin.
inline bool CameWith(const filter::StandingFact& opt_out, uint32_t origin) {
  return origin != kOwnOrigin && filter::OriginOf(opt_out) == origin;
}

}  // namespace sluice::store
