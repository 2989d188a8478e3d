#include "filter/templates/template_text.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "filter/templates/digit_origins.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"

namespace sluice::filter {
namespace {

constexpr size_t kNameMax = 32;

size_t CharactersIn(absl::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

bool IsName(absl::string_view name) {
  const auto may_stand = [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
  };
  return !name.empty() && name.size() <= kNameMax &&
         absl::ascii_isalpha(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), may_stand);
}

absl::Status InVariables(const Both& what) {
  return WithField(ErrorOf(absl::StatusCode::kInvalidArgument, what),
                   "variables");
}

absl::Status CheckDeclaration(const Variable& variable) {
  if (!IsName(variable.name)) {
    return InVariables(
        SayBoth("变量的名称由字母、数字和 _ 组成，以字母开头，最多 32 个字符",
                "variable: a name is letters, digits and _, begins with a "
                "letter and has at most 32 characters"));
  }
  if (variable.characters_min == 0 ||
      variable.characters_min > variable.characters_max ||
      variable.characters_max > TemplateText::kCharactersMax) {
    return InVariables(
        SayBoth("变量 $0：长度为 1 至 1000 个字符，较小的数在前",
                "variable $0: a length is 1 to 1000 characters, the smaller "
                "number first",
                variable.name));
  }
  return absl::OkStatus();
}

// Whether nobody could tell where a value of `a` ends and one of `b` begins.
bool RunTogether(VariableType a, VariableType b, bool spaced) {
  if (spaced && (!MayHoldSpace(a) || !MayHoldSpace(b))) return false;
  return Overlap(a, b);
}

absl::string_view WithoutSpaces(absl::string_view text) {
  const size_t begin = text.find_first_not_of(' ');
  if (begin == absl::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

}  // namespace

class TemplateParser {
 public:
  TemplateParser(absl::string_view text, std::vector<Variable> declared)
      : text_(text), declared_(std::move(declared)) {}

  absl::StatusOr<TemplateText> Run() {
    SLUICE_RETURN_IF_ERROR(CheckDeclarations());
    if (CharactersIn(text_) > TemplateText::kCharactersMax) {
      return InvalidField("text", "more than 1000 characters");
    }
    while (at_ < text_.size()) SLUICE_RETURN_IF_ERROR(TakeNext());
    SLUICE_RETURN_IF_ERROR(EndFixed());
    SLUICE_RETURN_IF_ERROR(CheckWhole());
    return std::move(template_);
  }

 private:
  absl::Status AtCharacter(size_t byte, const Both& what) const {
    const size_t before = CharactersIn(text_.substr(0, byte));
    return WithField(ErrorOf(absl::StatusCode::kInvalidArgument,
                             SayBoth("第 $0 个字符：$1", "character $0: $2",
                                     before + 1, what.chinese, what.english)),
                     "text");
  }

  absl::Status CheckDeclarations() const {
    if (declared_.size() > TemplateText::kVariablesMax) {
      return InVariables(SayBoth("变量超过 32 个", "more than 32 variables"));
    }
    for (auto variable = declared_.begin(); variable != declared_.end();
         ++variable) {
      SLUICE_RETURN_IF_ERROR(CheckDeclaration(*variable));
      if (std::any_of(declared_.begin(), variable, [&](const Variable& other) {
            return other.name == variable->name;
          })) {
        return InVariables(SayBoth("变量 $0：声明了两次",
                                   "variable $0: declared twice",
                                   variable->name));
      }
    }
    return absl::OkStatus();
  }

  // Fixed text up to the next brace, and what the brace begins.
  absl::Status TakeNext() {
    const size_t brace = std::min(text_.find_first_of("{}", at_), text_.size());
    submitted_.append(text_.data() + at_, brace - at_);
    at_ = brace;
    if (at_ == text_.size()) return absl::OkStatus();
    if (text_.substr(at_ + 1, 1) == text_.substr(at_, 1)) {
      submitted_ += text_[at_];
      at_ += 2;
      return absl::OkStatus();
    }
    if (text_[at_] == '}') {
      return AtCharacter(at_, SayBoth("这个 } 没有对应的 {；}} 表示一个 }",
                                      "this } closes nothing; }} stands for "
                                      "one"));
    }
    return TakeVariable();
  }

  absl::Status TakeVariable() {
    const size_t open = at_;
    const size_t close = text_.find_first_of("{}", open + 1);
    if (close == absl::string_view::npos || text_[close] != '}') {
      return AtCharacter(open, SayBoth("这个 { 没有结束；{{ 表示一个 {",
                                       "this { is not closed; {{ stands for "
                                       "one"));
    }
    const absl::string_view name = text_.substr(open + 1, close - open - 1);
    if (!IsName(name))
      return AtCharacter(
          open, SayBoth("这里应为变量的名称", "a variable's name is expected"));
    const auto declared =
        std::find_if(declared_.begin(), declared_.end(),
                     [&](const Variable& v) { return v.name == name; });
    if (declared == declared_.end()) {
      return AtCharacter(open, SayBoth("变量 $0 没有声明",
                                       "variable $0 is not declared", name));
    }
    SLUICE_RETURN_IF_ERROR(EndFixed());
    SLUICE_RETURN_IF_ERROR(CheckNeighbours(open, *declared));
    template_.variables_.push_back(*declared);
    at_ = close + 1;
    return absl::OkStatus();
  }

  // Where variable `next`, which begins at `open`, follows another.
  absl::Status CheckNeighbours(size_t open, const Variable& next) const {
    const auto& variables = template_.variables_;
    for (const Variable& other : variables) {
      if (other.name != next.name) continue;
      return AtCharacter(
          open, SayBoth("变量 $0 在内容中出现两次",
                        "variable $0 stands in the text twice", next.name));
    }
    const TemplateText::Fixed& between = template_.fixed_.back();
    if (variables.empty() || !between.folded.empty() ||
        !RunTogether(variables.back().type, next.type, between.spaced)) {
      return absl::OkStatus();
    }
    return AtCharacter(open,
                       SayBoth("变量 $0 和 $1 之间须有固定文字，否则无法分清",
                               "fixed text is needed between variables $0 and "
                               "$1: nobody could tell where one ends",
                               variables.back().name, next.name));
  }

  absl::Status EndFixed() {
    TemplateText::Fixed& fixed = template_.fixed_.emplace_back();
    std::string folded;
    if (!rules::FoldTable::Shared().Fold(submitted_, folded)) {
      return InvalidField("text", "not UTF-8");
    }
    fixed.folded = std::string(WithoutSpaces(folded));
    fixed.spaced = !template_.variables_.empty() && fixed.folded.empty() &&
                   !folded.empty();
    fixed.submitted = std::exchange(submitted_, {});
    template_.fixed_characters_ += CharactersIn(fixed.folded);
    return absl::OkStatus();
  }

  absl::Status CheckWhole() const {
    for (const Variable& variable : declared_) {
      if (std::find(template_.variables_.begin(), template_.variables_.end(),
                    variable) == template_.variables_.end()) {
        return InVariables(SayBoth("变量 $0：已声明，但内容中没有",
                                   "variable $0: declared, but not in the text",
                                   variable.name));
      }
    }
    if (template_.fixed_characters_ == 0) {
      return InvalidField("text",
                          SayBoth("没有固定文字", "holds no fixed text"));
    }
    return absl::OkStatus();
  }

  const absl::string_view text_;
  const std::vector<Variable> declared_;
  size_t at_ = 0;
  std::string submitted_;  // Fixed text since the last variable.
  TemplateText template_;
};

absl::StatusOr<TemplateText> TemplateText::Parse(
    absl::string_view text, std::vector<Variable> declared) {
  return TemplateParser(text, std::move(declared)).Run();
}

TemplateText::Fault TemplateText::Render(absl::Span<const VariableValue> values,
                                         rules::FoldedText& folding,
                                         std::string& text) const {
  const rules::FoldTable& fold = rules::FoldTable::Shared();
  DigitOrigins digits;
  text = fixed_[0].submitted;
  for (size_t i = 0; i < variables_.size(); ++i) {
    const Variable& variable = variables_[i];
    const auto given = std::find_if(
        values.begin(), values.end(),
        [&](const VariableValue& v) { return v.name == variable.name; });
    if (given == values.end()) return {&variable, VariableFault::kMissing};
    // Hidden characters count here, so that what is looked at is bounded.
    if (given->value.size() > 4 * kCharactersMax) {
      return {&variable, VariableFault::kLength};
    }
    if (!fold.Fold(given->value, folding)) {
      return {&variable, VariableFault::kType};
    }
    digits.Reset(folding, given->value);
    const VariableFault fault = Check(variable, digits);
    if (fault != VariableFault::kNone) return {&variable, fault};
    text.append(given->value.data(), given->value.size());
    text += fixed_[i + 1].submitted;
  }
  if (values.size() > variables_.size())
    return {nullptr, VariableFault::kUnknown};
  return {};
}

}  // namespace sluice::filter
