#include "filter/templates/template_set.h"

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "rules/base/characters.h"
#include "rules/fold/fold.h"

namespace sluice::filter {
namespace {

using enum VariableType;
using enum VariableFault;

const std::vector<Variable> kVariables = {
    {"code", kDigits, 4, 6},    {"minutes", kDigits, 1, 2},
    {"name", kName, 1, 6},      {"order", kCode, 1, 20},
    {"note", kText, 1, 20},     {"other", kText, 1, 20},
    {"day", kDate, 1, 11},      {"hour", kTime, 1, 11},
    {"amount", kAmount, 1, 12}, {"link", kLink, 4, 40},
};

// Declares the variables of kVariables that are in the text.
TemplateText Parse(absl::string_view text) {
  std::vector<Variable> declared;
  for (const Variable& variable : kVariables) {
    if (text.find(absl::StrCat("{", variable.name, "}")) != text.npos) {
      declared.push_back(variable);
    }
  }
  absl::StatusOr<TemplateText> parsed = TemplateText::Parse(text, declared);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return *std::move(parsed);
}

std::vector<const TemplateText*> Pointers(
    const std::vector<TemplateText>& texts) {
  std::vector<const TemplateText*> pointers;
  for (const TemplateText& text : texts) pointers.push_back(&text);
  return pointers;
}

std::u32string CodePoints(absl::string_view text) {
  std::u32string code_points;
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if ((byte & 0xc0) != 0x80) {
      code_points += byte < 0x80   ? byte
                     : byte < 0xe0 ? byte & 0x1f
                     : byte < 0xf0 ? byte & 0x0f
                                   : byte & 0x07;
    } else {
      code_points.back() = code_points.back() << 6 | (byte & 0x3f);
    }
  }
  return code_points;
}

std::string Utf8(std::u32string_view code_points) {
  std::string text;
  for (const char32_t c : code_points) AppendUtf8(c, text);
  return text;
}

// The template and its values as "index: value|value", with ! after a value of
// another type and # after one of another length; "-" for no template.
std::string Ask(const TemplateSet& set, absl::string_view text, bool explain,
                uint32_t which = kAnyTemplate) {
  rules::FoldedText folded;
  EXPECT_TRUE(rules::FoldTable::Shared().Fold(text, folded));
  TemplateScratch scratch;
  TemplateMatch match;
  const TemplateQuery query = {folded, text, 0, folded.bytes.size(), which};
  const bool found = explain ? set.Explain(query, scratch, match)
                             : set.Match(query, scratch, match);
  if (!found) return match.gave_up ? "gave up" : "-";
  std::string answer = absl::StrCat(match.index, ":");
  const std::u32string submitted = CodePoints(text);
  for (const TemplateMatch::Value& value : match.values) {
    absl::StrAppend(&answer, &value == match.values.data() ? " " : "|",
                    Utf8(submitted.substr(value.span.begin,
                                          value.span.end - value.span.begin)),
                    value.fault == kType     ? "!"
                    : value.fault == kLength ? "#"
                                             : "");
  }
  return answer;
}

// A text and the template that it matches, with the values of its variables, in
// the form of Ask(). The numbers are the indexes of the templates in the test
// below.
const struct {
  absl::string_view name;
  absl::string_view text;
  absl::string_view match;
  absl::string_view explained;  // Only without a match.
} kMatches[] = {
    {"all", "您的验证码是123456，5分钟内有效。", "0: 123456|5", ""},
    {"the shorter one", "您的验证码是123456。", "1: 123456", ""},
    {"the less specific one", "您的提取码是123456。", "2: 提取码|123456", ""},
    {"full width and traditional", "您的驗證碼是１２３４，５分鐘内有效。",
     "0: １２３４|５", ""},
    {"hidden characters", "您的验\u200b证码是12\u200b34。", "1: 12\u200b34",
     ""},
    {"spaces beside variables", " 您的验证码是 1234 ， 5 分钟内有效。 ",
     "0: 1234|5", ""},
    {"spaces in fixed text", "您 的 验 证 码是1234。", "1: 1234", ""},
    {"names", "尊敬的张三，您的订单A1已签收。", "4: 张三|A1", ""},
    {"a space folding took", "张三您好，11月2日 上午10点开会",
     "5: 张三|11月2日|上午10点", ""},
    {"a space folding kept", "Li Lei 您好，2026-11-02 10:00开会",
     "5: Li Lei|2026-11-02|10:00", ""},
    {"a space that is missing", "张三您好，2026-11-0210:00开会", "-", "-"},
    {"no variables, the first of equal ones", "会议已取消", "6:", ""},
    {"amount and link", "余额1,234.50元，详见https://t.cn/aB3。",
     "7: 1,234.50|https://t.cn/aB3", ""},
    {"shortest first", "一，二，三！", "8: 一|二，三", ""},
    {"a Chinese digit in a name", "尊敬的王五，您的订单A1已签收。",
     "4: 王五|A1", ""},
    {"nothing else in a name", "尊敬的九一，您的订单A1已签收。", "4: 九一|A1",
     ""},
    {"an ASCII digit in a name", "尊敬的王5，您的订单A1已签收。", "-",
     "4: 王5!|A1"},
    {"another digit in a name", "尊敬的王❺，您的订单A1已签收。", "-",
     "4: 王❺!|A1"},
    {"a Chinese digit for a number", "您的验证码是123四，5分钟内有效。", "-",
     "0: 123四!|5"},
    {"a Chinese digit in an order", "尊敬的王五，您的订单A一已签收。", "-",
     "4: 王五|A一!"},
    {"a Chinese digit for an amount", "余额五元，详见https://t.cn/aB3。", "-",
     "7: 五!|https://t.cn/aB3"},
    {"a Chinese digit in a link", "余额5元，详见https://t一.cn。", "-",
     "7: 5|https://t一.cn!"},
    {"Chinese dates and times", "王五您好，十一月二日 十点三十分开会",
     "5: 王五|十一月二日|十点三十分", ""},
    {"the same with a gap", "王五 您好，一月二日 三点开会",
     "5: 王五|一月二日|三点", ""},
    {"a digit of the fixed text beside one of a name",
     "王五 三等奖，奖金1，000元", "10: 王五|1，000", ""},
    {"the same in other digits", "王五3等奖，奖金1000元", "10: 王五|1000", ""},
    {"ASCII digits there", "王53等奖，奖金1000元", "-", "10: 王5!|1000"},
    {"digits of fixed text on both sides", "第三5一号", "11: 5", ""},
    {"the same, folded already", "第3 5 1号", "11: 5", ""},
    {"and Chinese ones between", "第三五一号", "-", "11: 五!"},
    {"a number beside a name", "A1 王五到", "12: A1|王五", ""},
    {"a number beside a name that is a digit", "1 五到", "12: 1|五", ""},
    {"a gap that must be there", "1五到", "-", "-"},
    {"a Chinese digit with gaps in fixed text", "第三期：一月二日 三点截止",
     "13: 一月二日|三点", ""},
    {"an ASCII digit without", "第3期：一月二日三点截止", "13: 一月二日|三点",
     ""},
    {"an ASCII digit with gaps", "第 3 期：一月二日三点截止", "-", "-"},
    {"hidden characters around it",
     "尊敬的\u200b王\u200b五\u200b，您的订单①已签收。", "-",
     "4: 王\u200b五|①!"},
    {"behind characters that fold to more", "您的㎏⑫㈠是1234。",
     "2: ㎏⑫㈠|1234", ""},
    {"too long", "您的验证码是1234567，5分钟内有效。", "-", "0: 1234567#|5"},
    {"too long in the other", "您的验证码是123456，500分钟内有效。", "-",
     "0: 123456|500#"},
    {"both", "您的验证码是12，500分钟内有效。", "-", "0: 12#|500#"},
    {"of another type", "您的验证码是12a456，5分钟内有效。", "-",
     "0: 12a456!|5"},
    {"the fewest at fault", "尊敬的张3，您的订单1，您的订单2已发货。", "-",
     "3: 张3，您的订单1!|2"},
    {"a link in a text", "见t.cn/a，谢谢！", "-", "8: 见t.cn/a!|谢谢"},
    {"no value", "您的验证码是，5分钟内有效。", "-", "1: ，5分钟内有效!"},
    {"other fixed text", "你的验证码是1234。", "-", "-"},
    {"more behind it", "会议已取消了", "-", "-"},
    {"less", "会议已取", "-", "-"},
    {"nothing", "", "-", "-"},
};

TEST(TemplateSet, Table) {
  const std::vector<TemplateText> texts = {
      Parse("您的验证码是{code}，{minutes}分钟内有效。"),  // 0
      Parse("您的验证码是{code}。"),
      Parse("您的{note}是{code}。"),  // 2
      Parse("尊敬的{name}，您的订单{order}已发货。"),
      Parse("尊敬的{name}，您的订单{order}已签收。"),  // 4
      Parse("{name} 您好，{day} {hour}开会"),
      Parse("会议已取消"),  // 6
      Parse("余额{amount}元，详见 {link} 。"),
      Parse("{note}，{other}！"),  // 8
      Parse("会议已取消"),
      Parse("{name} 三等奖，奖金{amount}元"),  // 10
      Parse("第三{minutes}一号"),
      Parse("{order} {name}到"),  // 12
      Parse("第 三 期：{day} {hour}截止"),
  };
  const TemplateSet set(Pointers(texts));
  for (const auto& c : kMatches) {
    EXPECT_EQ(Ask(set, c.text, false), c.match) << c.name;
    if (c.match != "-") continue;
    EXPECT_EQ(Ask(set, c.text, true), c.explained) << c.name;
  }
}

TEST(TemplateSet, OnlyTheTemplateThatIsAskedFor) {
  const std::vector<TemplateText> texts = {Parse("您的{note}是{code}。"),
                                           Parse("您的验证码是{code}。"),
                                           Parse("您的验证码是{code}。")};
  const TemplateSet set(Pointers(texts));
  EXPECT_EQ(Ask(set, "您的验证码是1234。", false), "1: 1234");
  EXPECT_EQ(Ask(set, "您的验证码是1234。", false, 0), "0: 验证码|1234");
  EXPECT_EQ(Ask(set, "您的验证码是1234。", false, 1), "1: 1234");
  EXPECT_EQ(Ask(set, "您的验证码是1234。", false, 2), "2: 1234");
  EXPECT_EQ(Ask(set, "您的验证码是1234。", false, 3), "-");
  EXPECT_EQ(Ask(set, "您的提取码是1234。", false, 1), "-");
  EXPECT_EQ(Ask(set, "您的提取码是1234。", true, 1), "-");
  EXPECT_EQ(Ask(set, "您的验证码是12。", true, 0), "0: 验证码|12#");
  EXPECT_EQ(Ask(set, "您的验证码是12。", true, 2), "2: 12#");
}

TEST(TemplateSet, ATemplateThatBeginsLikeAnother) {
  const std::vector<TemplateText> texts = {Parse("会议"), Parse("会议已取消"),
                                           Parse("会议{note}")};
  const TemplateSet set(Pointers(texts));
  EXPECT_EQ(Ask(set, "会议", false), "0:");
  EXPECT_EQ(Ask(set, "会议", false, 1), "-");
  EXPECT_EQ(Ask(set, "会议", false, 2), "-");
  EXPECT_EQ(Ask(set, "会议已取消", false), "1:");
  EXPECT_EQ(Ask(set, "会议已取消", false, 0), "-");
  EXPECT_EQ(Ask(set, "会议已取消", false, 2), "2: 已取消");
}

TEST(TemplateSet, APartOfTheText) {
  const std::vector<TemplateText> texts = {Parse("验证码{code}。"),
                                           Parse("{name}您好")};
  const TemplateSet set(Pointers(texts));
  rules::FoldedText folded;
  const absl::string_view text = "【小店】 验证码１２３４。 拒收请回复R";
  ASSERT_TRUE(rules::FoldTable::Shared().Fold(text, folded));
  TemplateScratch scratch;
  TemplateMatch match;
  const size_t begin = folded.bytes.find("】") + 3;
  const size_t end = folded.bytes.find("拒");
  EXPECT_FALSE(
      set.Match({folded, text, 0, folded.bytes.size()}, scratch, match));
  ASSERT_TRUE(set.Match({folded, text, begin, end}, scratch, match));
  ASSERT_EQ(match.values.size(), 1u);
  EXPECT_EQ(match.values[0].span, (TextSpan{8, 12}));
  // Positions beyond the text, or crossed ones, match nothing and do no harm.
  EXPECT_FALSE(set.Match({folded, text, end, begin}, scratch, match));
  EXPECT_FALSE(set.Match({folded, text, 9'999, 99'999}, scratch, match));
  EXPECT_FALSE(set.Match({folded, text, begin + 2, end}, scratch, match));
}

TEST(TemplateSet, SpacesAtBothEndsOfATemplateCountForNothing) {
  const std::vector<TemplateText> texts = {Parse(" {code} 是您的验证码 ")};
  const TemplateSet set(Pointers(texts));
  EXPECT_EQ(Ask(set, "1234是您的验证码", false), "0: 1234");
}

TEST(TemplateSet, EmptySet) {
  const TemplateSet set({});
  EXPECT_EQ(set.size(), 0u);
  EXPECT_EQ(Ask(set, "验证码", false), "-");
  EXPECT_EQ(Ask(set, "", true, 0), "-");
}

// A folded text with the origin of each character.
struct Text {
  explicit Text(absl::string_view text) : submitted(CodePoints(text)) {
    EXPECT_TRUE(rules::FoldTable::Shared().Fold(text, folded));
    folded.Origins(origins);
  }

  // The submitted text of bytes [begin, end) of the folded text.
  std::string Submitted(size_t begin, size_t end) const {
    return Utf8(std::u32string_view(submitted).substr(
        origins[begin], origins[end - 1] + 1 - origins[begin]));
  }

  std::u32string submitted;
  rules::FoldedText folded;
  std::vector<uint32_t> origins;
};

VariableFault CheckAlone(const Variable& variable, absl::string_view value) {
  const Text text(value);
  DigitOrigins digits(text.folded, value);
  return Check(variable, digits);
}

// Matches one template after the other by trying every end of every variable,
// shortest first. Knows only the header: it looks at each value apart from the
// text, as it was submitted.
class NaiveMatcher {
 public:
  NaiveMatcher(const TemplateText& text, const Text& whole, int faults)
      : text_(text),
        whole_(whole),
        folded_(whole.folded.bytes),
        faults_(faults) {}

  // The values as submitted.
  std::optional<std::vector<std::string>> Run() {
    if (Try(0, 0)) return values_;
    return std::nullopt;
  }

 private:
  size_t AfterSpaces(size_t at) const {
    while (at < folded_.size() && folded_[at] == ' ') ++at;
    return at;
  }

  bool Try(size_t i, size_t at) {
    at = AfterSpaces(at);
    const absl::string_view fixed = text_.folded(i);
    if (folded_.substr(at, fixed.size()) != fixed) return false;
    at = AfterSpaces(at + fixed.size());
    if (i == text_.variables().size()) return at == folded_.size();
    if (text_.spaced(i) && !IsParted(at)) return false;
    for (size_t end = at + 1; end <= folded_.size(); ++end) {
      const bool inside = end < folded_.size() && (folded_[end] & 0xc0) == 0x80;
      if (inside || folded_[end - 1] == ' ') continue;
      const std::string value = whole_.Submitted(at, end);
      const bool bad = CheckAlone(text_.variables()[i], value) != kNone;
      if (bad && faults_ == 0) continue;
      faults_ -= bad;
      values_.push_back(value);
      if (Try(i + 1, end)) return true;
      values_.pop_back();
      faults_ += bad;
    }
    return false;
  }

  bool IsParted(size_t at) const {
    return at == folded_.size() || folded_[at - 1] == ' ' ||
           (IsChinese(at - 1) && IsChinese(at));
  }

  // Whether a character is among the Chinese ones that Random uses.
  bool IsChinese(size_t at) const {
    const char32_t c = whole_.submitted[whole_.origins[at]];
    return c == U'张' || c == U'三';
  }

  const TemplateText& text_;
  const Text& whole_;
  const absl::string_view folded_;
  int faults_;
  std::vector<std::string> values_;
};

// "index: value|value" of the matching template with the most fixed characters;
// the first of equal ones.
std::string AskNaively(const std::vector<TemplateText>& texts, const Text& text,
                       int faults) {
  std::string best = "-";
  size_t most = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].fixed_characters() <= most) continue;
    const auto values = NaiveMatcher(texts[i], text, faults).Run();
    if (!values) continue;
    most = texts[i].fixed_characters();
    best = absl::StrCat(i, ":");
    for (size_t k = 0; k < values->size(); ++k) {
      absl::StrAppend(&best, k == 0 ? " " : "|", (*values)[k]);
    }
  }
  return best;
}

// Of that template, the reading with the fewest faulty values.
std::string ExplainNaively(const std::vector<TemplateText>& texts,
                           const Text& text) {
  const std::string some = AskNaively(texts, text, 1'000);
  if (some == "-") return some;
  const size_t index = std::strtoul(some.c_str(), nullptr, 10);
  for (int faults = 0;; ++faults) {
    const auto values = NaiveMatcher(texts[index], text, faults).Run();
    if (!values) continue;
    std::string answer = absl::StrCat(index, ":");
    for (size_t k = 0; k < values->size(); ++k) {
      const VariableFault fault =
          CheckAlone(texts[index].variables()[k], (*values)[k]);
      absl::StrAppend(&answer, k == 0 ? " " : "|", (*values)[k],
                      fault == kType     ? "!"
                      : fault == kLength ? "#"
                                         : "");
    }
    return answer;
  }
}

class Random {
 public:
  explicit Random(uint64_t seed) : random_(seed) {}
  size_t Below(size_t n) { return random_() % n; }
  std::string Word(size_t size_max) {
    static constexpr absl::string_view kLetters[] = {
        "a", "1", "张", " ", ",", "三", " ", "４", "⑤", "\u200b"};
    std::string word;
    for (size_t n = Below(size_max + 1); n > 0; --n) {
      absl::StrAppend(&word, kLetters[Below(10)]);
    }
    return word;
  }
  Variable NextVariable(size_t number) {
    constexpr VariableType kTypes[] = {kDigits, kCode, kName, kText, kAmount};
    Variable variable = {absl::StrCat("v", number), kTypes[Below(5)]};
    variable.characters_min = static_cast<uint16_t>(1 + Below(2));
    variable.characters_max =
        static_cast<uint16_t>(variable.characters_min + Below(4));
    return variable;
  }
  std::optional<TemplateText> NextTemplate() {
    std::string text = Word(2);
    std::vector<Variable> variables;
    for (size_t n = Below(4); n > 0; --n) {
      variables.push_back(NextVariable(n));
      absl::StrAppend(&text, "{", variables.back().name, "}", Word(2));
    }
    auto parsed = TemplateText::Parse(text, variables);
    if (!parsed.ok()) return std::nullopt;
    return *std::move(parsed);
  }

 private:
  std::mt19937_64 random_;
};

TEST(TemplateSet, AgreesWithTryingEachTemplate) {
  const char* seed_text = std::getenv("SLUICE_SEED");
  const uint64_t seed = seed_text ? std::strtoull(seed_text, nullptr, 10) : 1;
  SCOPED_TRACE(testing::Message() << "SLUICE_SEED=" << seed);
  Random random(seed);
  int matched = 0;
  int explained = 0;
  for (int round = 0; round < 600; ++round) {
    std::vector<TemplateText> texts;
    for (size_t n = 1 + random.Below(12); texts.size() < n;) {
      if (auto text = random.NextTemplate()) texts.push_back(*std::move(text));
    }
    const TemplateSet set(Pointers(texts));
    for (int i = 0; i < 60; ++i) {
      // Some texts are so long that the search notes which states it has tried.
      const std::string submitted = random.Word(i % 10 == 0 ? 60 : 9);
      const Text text(submitted);
      const std::string match = AskNaively(texts, text, 0);
      ASSERT_EQ(Ask(set, submitted, false), match) << "'" << submitted << "'";
      matched += match != "-";
      if (match != "-") continue;
      const std::string why = ExplainNaively(texts, text);
      ASSERT_EQ(Ask(set, submitted, true), why) << "'" << submitted << "'";
      explained += why != "-";
      const auto which = static_cast<uint32_t>(random.Below(texts.size()));
      const bool fits = NaiveMatcher(texts[which], text, 0).Run().has_value();
      ASSERT_EQ(Ask(set, submitted, false, which) != "-", fits);
    }
  }
  EXPECT_GT(matched, 1'000);
  EXPECT_GT(explained, 1'000);
}

// The set recognises every text that Render() makes of a template.
TEST(TemplateSet, KnowsWhatWasRendered) {
  Random random(7);
  const absl::string_view values[] = {"1",    "12",      "a1",    "张",
                                      "张 a", "1,234.5", "a 1",   "张张",
                                      "１２", "三",      "张 三", "三 a"};
  int rendered = 0;
  for (int round = 0; round < 30'000; ++round) {
    const auto text = random.NextTemplate();
    if (!text) continue;
    std::vector<VariableValue> given;
    for (const Variable& variable : text->variables()) {
      given.push_back({variable.name, values[random.Below(12)]});
    }
    rules::FoldedText folding;
    std::string out;
    if (!text->Render(given, folding, out).ok()) continue;
    const TemplateText* const pointers[] = {&*text};
    EXPECT_NE(Ask(TemplateSet(pointers), out, false), "-") << out;
    ++rendered;
  }
  EXPECT_GT(rendered, 1'000);
}

// Templates and texts with as many readings as possible: the search ends, and
// reports when it cannot decide.
TEST(TemplateSet, HostileTextsAndTemplatesAreBounded) {
  std::vector<TemplateText> texts;
  for (int n = 1; n <= 10; ++n) {
    for (uint16_t length = 1; length <= 30; ++length) {
      std::string text = "a";
      std::vector<Variable> variables;
      for (int i = 0; i < n; ++i) {
        variables.push_back({absl::StrCat("v", i), kText, length, 1000});
        absl::StrAppend(&text, "{v", i, "}a");
      }
      texts.push_back(*TemplateText::Parse(text, variables));
    }
  }
  const TemplateSet set(Pointers(texts));
  const std::string hostile(1'000, 'a');
  EXPECT_EQ(Ask(set, absl::StrCat(hostile, "b"), false), "gave up");
  EXPECT_EQ(Ask(set, absl::StrCat(hostile, "b"), true), "gave up");
  // With only one such template, the search decides.
  const TemplateText* const one[] = {&texts[299]};
  EXPECT_EQ(
      Ask(TemplateSet(one), absl::StrCat(std::string(100, 'a'), "b"), false),
      "-");
}

}  // namespace
}  // namespace sluice::filter
