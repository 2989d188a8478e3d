#include "rules/compare/figures.h"

#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "rules/base/enum_names.h"
#include "rules/base/grouped.h"
#include "rules/pack/word_list.h"

namespace sluice::rules {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// How strict an enum's value is, as a number.
int64_t StrictnessOf(const google::protobuf::EnumDescriptor& of, int value) {
  if (&of == rules::v1::CheckMode_descriptor()) {
    return EffectOf(static_cast<rules::v1::CheckMode>(value));
  }
  // From reject to tag.
  return &of == rules::v1::RuleAction_descriptor() ? -value : value;
}

// A scalar as a number to compare.
int64_t ValueOf(const Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? 1 : 0;
    case FieldDescriptor::CPPTYPE_ENUM:
      return StrictnessOf(*field.enum_type(),
                          reflection.GetEnumValue(message, &field));
    default:
      return reflection.GetUInt32(message, &field);
  }
}

// The values of a field as a person writes them.
std::vector<std::string> WrittenValues(const Message& message,
                                       const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  if (!field.is_repeated()) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_BOOL:
        return {reflection.GetBool(message, &field) ? "true" : "false"};
      case FieldDescriptor::CPPTYPE_ENUM:
        return {WrittenName(*field.enum_type(),
                            reflection.GetEnumValue(message, &field))};
      case FieldDescriptor::CPPTYPE_STRING:
        return {reflection.GetString(message, &field)};
      default:
        return {Grouped(reflection.GetUInt32(message, &field))};
    }
  }
  std::vector<std::string> values;
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_ENUM:
        values.push_back(
            WrittenName(*field.enum_type(),
                        reflection.GetRepeatedEnumValue(message, &field, i)));
        break;
      case FieldDescriptor::CPPTYPE_STRING:
        values.push_back(reflection.GetRepeatedString(message, &field, i));
        break;
      default:
        values.push_back(
            absl::StrCat(reflection.GetRepeatedUInt32(message, &field, i)));
    }
  }
  return values;
}

// The indexes of the values of `all` that `of` does not have, however written.
std::vector<size_t> NotIn(const std::vector<std::string>& of,
                          const std::vector<std::string>& all) {
  std::set<std::string> known;
  for (const std::string& one : of) known.insert(FoldWord(one));
  std::vector<size_t> missing;
  for (size_t i = 0; i < all.size(); ++i) {
    if (!known.contains(FoldWord(all[i]))) missing.push_back(i);
  }
  return missing;
}

bool IsWeaker(WeakerWhen when, int64_t shipped, int64_t own) {
  switch (when) {
    case WeakerWhen::kLess:
      return own < shipped;
    case WeakerWhen::kMore:
      return own > shipped;
    case WeakerWhen::kMoreOrZero:
      return shipped != 0 && (own == 0 || own > shipped);
    default:
      return own != shipped;
  }
}

// One field of two messages.
class FieldPair {
 public:
  FieldPair(const Message& shipped, const Message& own, const Figure& figure)
      : figure_(figure),
        field_(*own.GetDescriptor()->FindFieldByName(figure.field)),
        shipped_(shipped),
        own_(own),
        shipped_values_(WrittenValues(shipped, field_)),
        own_values_(WrittenValues(own, field_)) {}

  void Compare(
      const std::string& path,
      absl::FunctionRef<void(const std::string& path, Both what)> visit) const {
    const std::string at =
        absl::StrCat(path, path.empty() ? "" : ".", figure_.field);
    switch (figure_.weaker) {
      case WeakerWhen::kLacks:
        return CompareLack(at, visit);
      case WeakerWhen::kHasMore:
        return CompareMore(at, visit);
      case WeakerWhen::kHasAny:
        if (own_values_.empty()) return;
        if (!shipped_values_.empty()) return CompareLack(at, visit);
        return visit(at, Only());
      default:
        break;
    }
    const bool text = field_.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    const bool weaker =
        text ? shipped_values_ != own_values_
             : IsWeaker(figure_.weaker, ValueOf(shipped_, field_),
                        ValueOf(own_, field_));
    if (weaker) visit(at, Changed());
  }

 private:
  Both Changed() const {
    return SayBoth("$0 为 $1，随附为 $2：$3", "$0 is $1, shipped $2: $4",
                   figure_.field, own_values_[0], shipped_values_[0],
                   figure_.why.chinese, figure_.why.english);
  }

  Both Only() const {
    const Both values = FirstOf(own_values_);
    return SayBoth("$0 只有 $1，随附不限：$3", "$0: only $2, shipped all: $4",
                   figure_.field, values.chinese, values.english,
                   figure_.why.chinese, figure_.why.english);
  }

  void CompareLack(
      const std::string& at,
      absl::FunctionRef<void(const std::string& path, Both what)> visit) const {
    std::vector<std::string> missing;
    for (const size_t i : NotIn(own_values_, shipped_values_)) {
      missing.push_back(shipped_values_[i]);
    }
    if (missing.empty()) return;
    const Both values = FirstOf(missing);
    visit(at, SayBoth("$0 缺少随附的 $1：$3", "$0: without $2: $4",
                      figure_.field, values.chinese, values.english,
                      figure_.why.chinese, figure_.why.english));
  }

  void CompareMore(
      const std::string& at,
      absl::FunctionRef<void(const std::string& path, Both what)> visit) const {
    const std::vector<size_t> added = NotIn(shipped_values_, own_values_);
    if (added.empty()) return;
    std::vector<std::string> names;
    for (const size_t i : added) names.push_back(own_values_[i]);
    const Both values = FirstOf(names);
    visit(absl::StrCat(at, "[", added[0], "]"),
          SayBoth("$0 比随附多出 $1：$3", "$0: new $2: $4", figure_.field,
                  values.chinese, values.english, figure_.why.chinese,
                  figure_.why.english));
  }

  const Figure& figure_;
  const FieldDescriptor& field_;
  const Message& shipped_;
  const Message& own_;
  const std::vector<std::string> shipped_values_;
  const std::vector<std::string> own_values_;
};

}  // namespace

void ForEachWeaker(
    const Message& shipped, const Message& own, const std::string& path,
    absl::Span<const Figure> figures,
    absl::FunctionRef<void(const std::string& path, Both what)> visit) {
  for (const Figure& figure : figures) {
    FieldPair(shipped, own, figure).Compare(path, visit);
  }
}

int EffectOf(rules::v1::CheckMode mode) {
  switch (mode) {
    case rules::v1::CHECK_MODE_OFF:
      return 0;
    case rules::v1::CHECK_MODE_OBSERVE:
      return 1;
    case rules::v1::CHECK_MODE_SAMPLE:
      return 2;
    default:
      return 3;
  }
}

std::string WrittenName(const google::protobuf::EnumDescriptor& of, int value) {
  const auto* const found = of.FindValueByNumber(value);
  return found == nullptr ? absl::StrCat(value)
                          : absl::AsciiStrToLower(ShortName(*found));
}

}  // namespace sluice::rules
