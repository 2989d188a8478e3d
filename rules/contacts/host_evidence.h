#pragma once

// Whether labels that stand side by side in a text are a host name or just
// words, numbers and file names with dots between. Apart from reading them
// (links.cc) because this is judgement, and the place to tune it.

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sluice::rules {

// The separator between the labels.
enum class LabelJoint : uint8_t {
  kDot,        // '.' alone.
  kDisguised,  // 。 点 dot [.] and their like.
  kDotSpaced,  // '.' with blanks beside it.
  kComma,
  kBlank,
};

// Whether labels so joined are a host only if the first is www.
constexpr bool NeedsWeb(LabelJoint joint) {
  return joint == LabelJoint::kComma || joint == LabelJoint::kBlank;
}

struct HostContext {
  LabelJoint joint = LabelJoint::kDot;
  bool after_scheme = false;  // http:// or alike is before it.
  bool before_path = false;   // A path or a port is after it.
  bool after_at = false;      // It is an e-mail address's.
  bool among_latin = false;   // English words are beside it.
};

// Whether `labels`, lower case, as written or in ASCII form, may be a host. The
// last must be a known top-level domain, and:
// - One that is an English word as well ("so", "vip") counts after a scheme,
//   www or @, with a path, or away from English words ("ok.so thanks"); one
//   that is a file's extension ("md"), and xxx, only by the first four.
// - Labels of digits alone ("3.5", "1.vip") count before the best known ones,
//   and from three digits on before any that is no word.
// - With labels that are not ASCII, it is a well known one or one of a few
//   Chinese ones, or there is a scheme, www, @ or path.
// - What `context.joint` asks for: see links.h.
bool IsHost(absl::Span<const absl::string_view> labels,
            const HostContext& context);

// Whether what is beside the labels, or www before them, says that they are a
// host.
bool IsEvident(absl::Span<const absl::string_view> labels,
               const HostContext& context);

// Whether labels that IsHost() takes, and nothing beside them says so, are
// another abbreviation: a name with a title or initials (mr.li, j.li), co.ltd,
// a product (asp.net).
bool IsAbbreviation(absl::Span<const absl::string_view> labels);

// Whether `top` is one of the top-level domains that are only written to name a
// host: cn, com, top, ...
bool IsWellKnownTop(absl::string_view top);
// Whether `top` is a surname, too; "Tony.Hu".
bool IsSurname(absl::string_view top);
// Whether each of the words of `written` begins with a capital and goes on in
// small letters: "Tony.Hu". Domains are hardly written so.
bool IsTitleCase(absl::string_view written);

// Whether `label` is one of the few top-level domains after which a sentence
// may go on with another dot: "www.example.com.Call now".
bool EndsHostEarly(absl::string_view label);

}  // namespace sluice::rules
