#pragma once

// Which way a figure, flag or list of a pack is weaker, as a table, and what a
// pack's message has that is weaker by it.

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "google/protobuf/message.h"
#include "rules/base/language.h"
#include "rules/compare/weaker.h"

namespace sluice::rules {

enum class WeakerWhen : uint8_t {
  kLess,        // A flag that is off; a mode, action or folding that does less.
  kMore,        // A flag that is on.
  kMoreOrZero,  // 0 is no limit.
  kOther,       // Any other value.
  kLacks,       // A list without some of the values.
  kHasMore,     // A list with further values.
  kHasAny,      // A list for which empty means all, that lacks some.
};

struct Figure {
  const char* field;
  WeakerWhen weaker;
  Words why;  // What it gives up.
};

// Calls `visit` for each figure by which `own`, the message at `path` of its
// file, is weaker than `shipped`, with the path and what to say of it.
void ForEachWeaker(
    const google::protobuf::Message& shipped,
    const google::protobuf::Message& own, const std::string& path,
    absl::Span<const Figure> figures,
    absl::FunctionRef<void(const std::string& path, Both what)> visit);

// How much of a check's effect a mode has: off 0, enforce 3.
int EffectOf(rules::v1::CheckMode mode);

// "observe" of CHECK_MODE_OBSERVE; of any enum of a pack, as it is written.
std::string WrittenName(const google::protobuf::EnumDescriptor& of, int value);

}  // namespace sluice::rules
