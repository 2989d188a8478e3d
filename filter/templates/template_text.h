#pragma once

// The text of a template: fixed text with variables in it,
//
//   您的验证码是{code}，{minutes}分钟内有效。
//
// and the text that one message makes of it. {{ and }} stand for braces.
// TemplateSet finds which template a whole text was made from.

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "filter/templates/variable.h"
#include "rules/fold/fold.h"

namespace sluice::filter {

// A value as the caller gives it. Borrowed from the request.
struct VariableValue {
  absl::string_view name;
  absl::string_view value;
};

// Immutable; any thread.
class TemplateText {
 public:
  static constexpr size_t kCharactersMax = 1000;  // Of the text, and a value.
  static constexpr size_t kVariablesMax = 32;

  // `declared` are the variables of `text`, in any order; each stands in it
  // once. Names are letters, digits and _, begin with a letter and have at most
  // 32 characters.
  //
  // Between two variables there is fixed text, unless no character may stand in
  // both: else nobody could tell where one ends. A space between them is
  // enough, unless both may hold spaces and some other character as well.
  //
  // Errors: kInvalidArgument, "character 8: variable minutes is not declared",
  // counted from 1, or "variable code: what is wrong".
  static absl::StatusOr<TemplateText> Parse(absl::string_view text,
                                            std::vector<Variable> declared);

  // In the order of the text.
  absl::Span<const Variable> variables() const { return variables_; }

  // The fixed text before variable `i`, and after the last one, folded and
  // without the spaces at both ends: folding takes those beside a Chinese
  // character away, and what stands beside a variable is not known yet. Digits
  // are fixed text like any other: 五折 and 5折 are the same here.
  absl::string_view folded(size_t i) const { return fixed_[i].folded; }
  // The same as it was registered, with its spaces.
  absl::string_view submitted(size_t i) const { return fixed_[i].submitted; }
  // Nothing but spaces stands between variables `i` - 1 and `i`.
  bool spaced(size_t i) const { return fixed_[i].spaced; }
  // Characters of all folded(): the more there are, the more a template says.
  size_t fixed_characters() const { return fixed_characters_; }

  struct Fault {
    const Variable* variable = nullptr;  // Null for kUnknown.
    VariableFault fault = VariableFault::kNone;
    bool ok() const { return fault == VariableFault::kNone; }
  };

  // Puts the text together in `text`, replacing what it held. The values stand
  // in it as they were given. Returns the first variable, in the order of the
  // text, that has no good value; `text` is then of no use. `folding` is
  // scratch. No allocation once both are grown, but for values with more than a
  // few Chinese digits.
  Fault Render(absl::Span<const VariableValue> values,
               rules::FoldedText& folding, std::string& text) const;

 private:
  friend class TemplateParser;

  struct Fixed {
    std::string submitted;
    std::string folded;
    bool spaced = false;
  };

  TemplateText() = default;

  std::vector<Variable> variables_;
  std::vector<Fixed> fixed_;  // One more than variables.
  size_t fixed_characters_ = 0;
};

}  // namespace sluice::filter
