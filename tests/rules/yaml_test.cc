#include "rules/pack/yaml.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/timestamp.pb.h>
#include <gtest/gtest.h>

#include <ctime>
#include <memory>
#include <random>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "rules/pack/yaml_tree.h"
#include "tests/fakes/effort.h"

namespace sluice::rules {

void PrintTo(const Position& position, std::ostream* out) {
  *out << position.line << ":" << position.column;
}

namespace {

// A field of every kind, made at run time, so that no real schema needs fields
// for this test.
constexpr char kSchema[] = R"(
  name: "thing.proto" syntax: "proto3"
  dependency: "google/protobuf/duration.proto"
  dependency: "google/protobuf/timestamp.proto"
  enum_type {
    name: "TestColor"
    value { name: "TEST_COLOR_UNSPECIFIED" number: 0 }
    value { name: "TEST_COLOR_RED" number: 1 }
    value { name: "TEST_COLOR_DARK_BLUE" number: 2 }
  }
  message_type {
    name: "Thing"
    field { name: "text" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
    field { name: "texts" number: 2 type: TYPE_STRING label: LABEL_REPEATED }
    field { name: "flag" number: 3 type: TYPE_BOOL label: LABEL_OPTIONAL }
    field { name: "color" number: 4 type: TYPE_ENUM type_name: ".TestColor"
            label: LABEL_OPTIONAL }
    field { name: "colors" number: 5 type: TYPE_ENUM type_name: ".TestColor"
            label: LABEL_REPEATED }
    field { name: "small" number: 6 type: TYPE_INT32 label: LABEL_OPTIONAL }
    field { name: "count" number: 7 type: TYPE_UINT32 label: LABEL_OPTIONAL }
    field { name: "big" number: 8 type: TYPE_INT64 label: LABEL_OPTIONAL }
    field { name: "huge" number: 9 type: TYPE_UINT64 label: LABEL_OPTIONAL }
    field { name: "counts" number: 10 type: TYPE_UINT32 label: LABEL_REPEATED }
    field { name: "real" number: 11 type: TYPE_DOUBLE label: LABEL_OPTIONAL }
    field { name: "wait" number: 12 type: TYPE_MESSAGE
            type_name: ".google.protobuf.Duration" label: LABEL_OPTIONAL }
    field { name: "since" number: 13 type: TYPE_MESSAGE
            type_name: ".google.protobuf.Timestamp" label: LABEL_OPTIONAL }
    field { name: "inner" number: 14 type: TYPE_MESSAGE type_name: ".Thing"
            label: LABEL_OPTIONAL }
    field { name: "inners" number: 15 type: TYPE_MESSAGE type_name: ".Thing"
            label: LABEL_REPEATED }
    field { name: "this" number: 16 type: TYPE_STRING label: LABEL_OPTIONAL
            oneof_index: 0 }
    field { name: "that" number: 17 type: TYPE_STRING label: LABEL_OPTIONAL
            oneof_index: 0 }
    field { name: "numbers" number: 18 type: TYPE_MESSAGE
            type_name: ".Thing.NumbersEntry" label: LABEL_REPEATED }
    oneof_decl { name: "either" }
    nested_type {
      name: "NumbersEntry" options { map_entry: true }
      field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
      field { name: "value" number: 2 type: TYPE_INT32 label: LABEL_OPTIONAL }
    }
  })";

class Yaml : public testing::Test {
 protected:
  Yaml() : pool_(google::protobuf::DescriptorPool::generated_pool()) {
    // Links these messages into the generated pool.
    google::protobuf::Duration::descriptor();
    google::protobuf::Timestamp::descriptor();
    google::protobuf::FileDescriptorProto file;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(kSchema, &file));
    type_ = pool_.BuildFile(file)->FindMessageTypeByName("Thing");
    thing_.reset(factory_.GetPrototype(type_)->New());
  }

  // "" when all is well.
  std::string Load(absl::string_view content) {
    return std::string(LoadYaml("f.yaml", content, thing_.get()).message());
  }

  std::string Thing() const { return thing_->ShortDebugString(); }

  google::protobuf::DescriptorPool pool_;
  google::protobuf::DynamicMessageFactory factory_;
  const google::protobuf::Descriptor* type_ = nullptr;
  std::unique_ptr<google::protobuf::Message> thing_;
};

TEST_F(Yaml, ReadsEveryKind) {
  EXPECT_EQ(Load(R"(
# A comment.
text: 1.0
texts: ["86", no, '', 08:00, 'null']
flag: true
color: dark_blue
colors:
  - red
  - dark_blue
small: -5
count: 4294967295
big: -9223372036854775808
huge: 18446744073709551615
counts: [0, 1]
real: 1.5e3
wait: 1m30s
since: 2026-05-01T08:00:00+08:00
inner:
  text: 拒收请回复R
inners:
  - text: a
  - inners: [{text: b}]
that: x
numbers: {one: 1}
)"),
            "");
  google::protobuf::FileDescriptorProto unused;
  std::unique_ptr<google::protobuf::Message> expected(thing_->New());
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"(text: "1.0" texts: "86" texts: "no" texts: "" texts: "08:00"
         texts: "null" flag: true color: TEST_COLOR_DARK_BLUE
         colors: TEST_COLOR_RED colors: TEST_COLOR_DARK_BLUE small: -5
         count: 4294967295 big: -9223372036854775808
         huge: 18446744073709551615 counts: 0 counts: 1 real: 1500
         wait { seconds: 90 } since { seconds: 1777593600 }
         inner { text: "拒收请回复R" }
         inners { text: "a" } inners { inners { text: "b" } }
         that: "x" numbers { key: "one" value: 1 })",
      expected.get()));
  EXPECT_EQ(Thing(), expected->ShortDebugString());
}

TEST_F(Yaml, ReplacesWhatWasThere) {
  EXPECT_EQ(Load("text: a"), "");
  EXPECT_EQ(Load("flag: true"), "");
  EXPECT_EQ(Thing(), "flag: true");
  EXPECT_EQ(Load(""), "");
  EXPECT_EQ(Thing(), "");
  EXPECT_EQ(Load("# Only a comment.\n"), "");
  EXPECT_EQ(Load("\xef\xbb\xbftext: a\r\nflag: true\r\n"), "");
  EXPECT_EQ(Thing(), "text: \"a\" flag: true");
}

// A file and its faults.
const struct {
  absl::string_view content;
  std::string fault;
} kFaults[] = {
    {"texx: a", "f.yaml:1:1: unknown key 'texx', did you mean 'text'?"},
    {"inner: {zzzzzzz: a}",
     "f.yaml:1:9: unknown key 'zzzzzzz', allowed: text, texts, flag, color, "
     "colors, small, count, big, huge, counts, real, wait, since, inner, "
     "inners, this, that, numbers"},
    {"text: a\nflag: true\ntext: b", "f.yaml:3:1: duplicate key 'text'"},
    {"numbers: {a: 1, a: 2}", "f.yaml:1:17: duplicate key 'a'"},
    {"this: a\nthat: b", "f.yaml:2:1: 'that' excludes another key above"},
    {"text:",
     "f.yaml:1:1: 'text' has no value; write '' for an empty text, "
     "quote 'null'"},
    {"text: [a]", "f.yaml:1:7: 'text' is a single value, not a list"},
    {"text: {a: b}", "f.yaml:1:7: 'text' is a single value, not a map"},
    {"texts: a", "f.yaml:1:8: 'texts' is a list: [a, b], or lines of '- a'"},
    {"texts: [a, [b]]", "f.yaml:1:12: 'texts' is a single value, not a list"},
    {"flag: yes", "f.yaml:1:7: 'flag' must be true or false: write true"},
    {"flag: 'true'",
     "f.yaml:1:7: 'flag' must be true or false: write true without quotes"},
    {"flag:", "f.yaml:1:1: 'flag' has no value"},
    {"color: rad",
     "f.yaml:1:8: 'color' cannot be 'rad', did you mean 'red'? "
     "Allowed: red, dark_blue"},
    {"color: RED",
     "f.yaml:1:8: 'color' cannot be 'RED', did you mean 'red'? "
     "Allowed: red, dark_blue"},
    {"color: TEST_COLOR_RED",
     "f.yaml:1:8: 'color' cannot be "
     "'TEST_COLOR_RED', allowed: red, dark_blue"},
    {"color: unspecified",
     "f.yaml:1:8: 'color' cannot be 'unspecified', "
     "allowed: red, dark_blue"},
    {"color: 1",
     "f.yaml:1:8: 'color' cannot be '1', allowed: red, "
     "dark_blue"},
    {"small: 2147483648",
     "f.yaml:1:8: 'small' must be a whole number, "
     "-2147483648 to 2147483647"},
    {"count: -1",
     "f.yaml:1:8: 'count' must be a whole number, 0 to 4294967295"},
    {"count: 4294967296",
     "f.yaml:1:8: 'count' must be a whole number, 0 to 4294967295"},
    {"count: '1'",
     "f.yaml:1:8: 'count' must be a whole number, 0 to 4294967295"},
    {"count: 010",
     "f.yaml:1:8: 'count' must be a whole number, 0 to 4294967295"},
    {"count: 0x10",
     "f.yaml:1:8: 'count' must be a whole number, 0 to 4294967295"},
    {"count: 1.0",
     "f.yaml:1:8: 'count' must be a whole number, 0 to 4294967295"},
    {"big: 9223372036854775808",
     "f.yaml:1:6: 'big' must be a whole number, -9223372036854775808 to "
     "9223372036854775807"},
    {"real: .nan", "f.yaml:1:7: 'real' must be a number"},
    {"wait: 60",
     "f.yaml:1:7: 'wait' must be a duration: 500ms, 60s, 5m, "
     "1h30m"},
    {"wait: -1s",
     "f.yaml:1:7: 'wait' must be a duration: 500ms, 60s, 5m, "
     "1h30m"},
    {"wait: inf",
     "f.yaml:1:7: 'wait' must be a duration: 500ms, 60s, 5m, "
     "1h30m"},
    {"since: 2026-05-01",
     "f.yaml:1:8: 'since' must be a time: 2026-01-31T08:00:00+08:00"},
    {"inner: a", "f.yaml:1:8: must be a map: key: value"},
    {"inner:", "f.yaml:1:1: must be a map: key: value"},
    {"- a", "f.yaml:1:1: must be a map: key: value"},
    {"a", "f.yaml:1:1: must be a map: key: value"},
    {"numbers: [1]", "f.yaml:1:10: 'numbers' is a map: key: value"},
    {"? [a]\n: b", "f.yaml:1:3: a key must be a plain word"},
    {"text: &x a\nthis: b", "f.yaml:1:7: anchors (&name) are not allowed"},
    {"text: &x a\nthis: *x",
     "f.yaml:1:7: anchors (&name) are not allowed\n"
     "f.yaml:2:7: aliases (*name) are not allowed, write it out"},
    {"text: !!str a",
     "f.yaml:1:7: tags are not allowed: tag:yaml.org,2002:str"},
    {"text: a\n---\ntext: b", "f.yaml:3:1: a second document, one is allowed"},
    {"text: 发票\nflag: 票\xff", "f.yaml:2:8: not UTF-8"},
    {absl::string_view("text: a\0", 8), "f.yaml:1:8: a NUL byte"},
    // Columns are characters, not bytes.
    {"{text: 发票, falg: true}",
     "f.yaml:1:12: unknown key 'falg', did you mean 'flag'?"},
    // All faults at once, in the order of the file.
    {"flag: 1\ninners:\n  - count: x\n  - tixt: a\ncolor: blue",
     "f.yaml:1:7: 'flag' must be true or false: write true\n"
     "f.yaml:3:12: 'count' must be a whole number, 0 to 4294967295\n"
     "f.yaml:4:5: unknown key 'tixt', did you mean 'text'?\n"
     "f.yaml:5:8: 'color' cannot be 'blue', allowed: red, dark_blue"},
};

TEST_F(Yaml, SaysWhereAndWhat) {
  for (const auto& c : kFaults)
    EXPECT_EQ(Load(c.content), c.fault) << c.content;
}

TEST_F(Yaml, RefusesBrokenYaml) {
  for (const absl::string_view content :
       {"text: [a", "text: 'a", "text: a\n\tflag: true", "a: b: c", "%YAML 9.9",
        "text: @a", "]", "text: \"\\q\""}) {
    EXPECT_EQ(Load(content).rfind("f.yaml:", 0), 0u)
        << content << " gave " << Load(content);
  }
}

// A file and a part of its only fault.
const struct {
  absl::string_view content;
  absl::string_view fault;  // A part of the only line.
} kSlips[] = {
    // Behind a key, alone and where YAML itself stops lines later.
    {"text：a", "f.yaml:1:5: '：' is a full-width colon (U+FF1A): type :"},
    {"count: 1\ntext：a\nflag: true\n", "f.yaml:2:5: '：' is a full-width"},
    {"inners:\n  - text：a\n    flag: true\n", "f.yaml:2:9: '：' is a"},
    {"inner: {text：a, flag: true}", "f.yaml:1:13: '：' is a full-width"},
    {"inner: {flag: true, text：a}", "f.yaml:1:25: '：' is a full-width"},
    {"text:a\nflag: true", "f.yaml:1:6: a blank is missing behind 'text:'"},
    {"text:　a\nflag: true", "f.yaml:1:6: there is a full-width space"},
    {"ｔext: a", "f.yaml:1:1: unknown key 'ｔext'"},
    // Blanks.
    {"inner:\n\u00a0 text: a\n",
     "f.yaml:2:1: there is a no-break space "
     "(U+00A0): type the space bar"},
    {"inner:\n　　text: a\n", "f.yaml:2:1: there is a full-width space"},
    {"inner:\n  flag: true\n\u00a0\u00a0text: a\n", "f.yaml:3:1: there is a"},
    {"inner:\n\ttext: a\n", "f.yaml:2:1: there is a tab"},
    {"texts:\n  -　a\n", "f.yaml:2:4: there is a full-width space"},
    // Dashes, comments.
    {"inners:\n  － text: a\n", "f.yaml:2:3: '－' is a full-width hyphen"},
    {"texts:\n  — a\n", "f.yaml:2:3: '—' is a dash (U+2014): type -"},
    {"＃ A comment.\ntext: a\n",
     "f.yaml:1:1: '＃' is a full-width number "
     "sign (U+FF03): type #"},
    {"text: a\n＃ A comment.\nflag: true\n", "f.yaml:2:1: '＃' is a"},
    // Quotes, brackets, separators.
    {"text: \"a”\nflag: true\n",
     "f.yaml:1:9: '”' is a curly quote (U+201D): "
     "type \""},
    {"text: 'a’\n", "f.yaml:1:9: '’' is a curly quote"},
    {"flag: “true”", "f.yaml:1:7: 'flag' must be true or false: '“' is a"},
    {"color: ‘red’", "f.yaml:1:8: 'color' cannot be '‘red’'"},
    {"texts: ［a, b]", "f.yaml:1:8: '［' is a full-width bracket"},
    {"texts: [a, b］\nflag: true\n", "f.yaml:1:13: '］' is a full-width"},
    {"texts: 【a，b】",
     "f.yaml:1:8: 'texts' is a list: [a, b], or lines of "
     "'- a': '【' is a Chinese bracket (U+3010): type ["},
    {"colors: [red、dark_blue]",
     "f.yaml:1:13: 'colors' cannot be "
     "'red、dark_blue', allowed: red, dark_blue: '、' is a Chinese "
     "enumeration "
     "comma (U+3001): type ,"},
    {"colors: [red，dark_blue]", "f.yaml:1:13: "},
    {"inner: ｛text: a｝", "f.yaml:1:8: '｛' is a full-width brace"},
    // Values.
    {"count: １２",
     "f.yaml:1:8: 'count' must be a whole number, 0 to "
     "4294967295: '１' is a full-width digit (U+FF11): type 1"},
    {"flag: ｔｒｕｅ",
     "f.yaml:1:7: 'flag' must be true or false: 'ｔ' is a "
     "full-width letter (U+FF54): type t"},
    {"small: －5", "f.yaml:1:8: 'small' must be"},
    {"wait: 1．5s", "f.yaml:1:8: 'wait' must be a duration"},
};

// What a Chinese keyboard types instead of YAML's own characters is named, at
// its place, and nothing else is.
TEST_F(Yaml, NamesWhatAChineseKeyboardTyped) {
  for (const auto& c : kSlips) {
    const std::string fault = Load(c.content);
    EXPECT_TRUE(absl::StrContains(fault, c.fault))
        << c.content << " gave " << fault;
    EXPECT_EQ(fault.find('\n'), std::string::npos)
        << c.content << " gave " << fault;
  }
}

// Texts may have all these characters, and an error elsewhere blames none.
TEST_F(Yaml, LetsTextsHaveChinesePunctuation) {
  const std::string texts =
      "texts: [ID：1，２, “词”、‘词’, 【店】, '＃－', vx：abc]\n"
      "text: |\n  　　第十八条：text，或者 text 。\n"
      "inner: {text: 他说“好”}\n";
  EXPECT_EQ(Load(texts), "");
  EXPECT_EQ(Load(texts + "flog: true"),
            "f.yaml:5:1: unknown key 'flog', did you mean 'flag'?");
  EXPECT_EQ(Load(texts + "flag: a: b").rfind("f.yaml:5:8: ", 0), 0u)
      << Load(texts + "flag: a: b");
}

TEST_F(Yaml, NamesTheEncoding) {
  // "text: 发票" as GBK; "text: a" as UTF-16 with and without its mark.
  EXPECT_EQ(Load("flag: true\ntext: \xb7\xa2\xc6\xb1\n"),
            "f.yaml:2:7: not UTF-8: it looks like GBK, which Notepad and WPS "
            "call ANSI: save it as UTF-8, or give sluicectl --encoding gbk");
  const absl::string_view utf16("\xff\xfet\0e\0x\0t\0:\0 \0a\0", 16);
  for (const absl::string_view content : {utf16, utf16.substr(2)}) {
    EXPECT_NE(Load(content).find("it looks like UTF-16"), std::string::npos)
        << Load(content);
  }
}

// The end of a file closes no quote, also behind the end of a line.
TEST_F(Yaml, RefusesQuotesThatAreNeverClosed) {
  for (const absl::string_view content :
       {"text: \"a\nflag: true\n", "text: 'a\nflag: true\n",
        "text: \"a\\\"\nflag: true\n", "text: 'a''\nflag: true\n",
        "texts: [a, \"b]\n\n"}) {
    EXPECT_NE(Load(content).find("the quote that opens here is never closed"),
              std::string::npos)
        << content << " gave " << Load(content);
  }
  EXPECT_EQ(Load("text: \"a\\\"\"\nthis: 'it''s'\n"), "");
  EXPECT_EQ(Load("text: \"a\n  b\"\n"), "");
  // In the last line nothing is lost: packs in force may have one.
  EXPECT_EQ(Load("flag: true\ntext: \"a\n"), "");
}

TEST_F(Yaml, RefusesDeepNesting) {
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "{inner: ";
  EXPECT_NE(Load(deep + std::string(40, '}')).find("nested deeper than 32"),
            std::string::npos);
  EXPECT_NE(Load(std::string(100'000, '[')), "");
}

struct OddShape {
  std::string content;
  std::string fault;  // It begins so; empty: there is none.
};

// Files of one line, and of other shapes that readers of YAML have trouble
// with, of about `size` bytes.
std::vector<OddShape> OddShapes(size_t size) {
  const auto repeated = [size](absl::string_view what) {
    std::string content;
    while (content.size() < size) absl::StrAppend(&content, what);
    return content;
  };
  const std::string name = repeated("a");
  return {
      {"texts: [" + repeated("a, ") + "]", ""},
      {"numbers: {" + repeated("a: 1, ") + "}",
       "f.yaml:1:17: duplicate key 'a'"},
      {"texts: [" + repeated("票, ") + "]", ""},
      {repeated("["), "f.yaml:1:17: nested deeper than 32"},
      {repeated("{a: "), "f.yaml:1:125: nested deeper than 32"},
      {repeated("- "), "f.yaml:1:65: nested deeper than 32"},
      {repeated("? "), "f.yaml:1:65: nested deeper than 32"},
      {"texts: [" + repeated("*x, ") + "]", "f.yaml:1:9: "},
      {"texts: [" + repeated("&x a, ") + "]", "f.yaml:1:9: anchors"},
      {"text: " + repeated("abcd"), ""},
      {"text: \"" + repeated("\\u4e00") + "\"", ""},
      {"text: |\n" + repeated("  abcd\n"), ""},
      {name + ": b",
       absl::StrCat("f.yaml:1:", name.size() + 1, ": illegal map value")},
      {repeated("text: b\n"), "f.yaml:2:1: duplicate key 'text'"},
      {"? " + name + "\n: b", "f.yaml:1:3: unknown key 'aaa"},
      {repeated("---\n"), "f.yaml:3:1: a second document"},
  };
}

// Four times the size takes about four times the processor time: sixteen times
// when places were found from the line's beginning. What takes a few
// milliseconds is not judged.
TEST_F(Yaml, TakesTimeInProportionToTheSize) {
  const auto seconds = [this](const OddShape& shape) {
    const std::clock_t begin = std::clock();
    const std::string fault = Load(shape.content);
    const std::clock_t end = std::clock();
    EXPECT_EQ(fault.substr(0, shape.fault.size()), shape.fault)
        << shape.content.substr(0, 20);
    EXPECT_EQ(fault.empty(), shape.fault.empty())
        << shape.content.substr(0, 20);
    EXPECT_LT(fault.size(), 4'000u);
    return static_cast<double>(end - begin) / CLOCKS_PER_SEC;
  };
  const auto small = OddShapes(Effort(250'000));
  const auto large = OddShapes(Effort(1'000'000));
  for (size_t i = 0; i < large.size(); ++i) {
    const double of_small = seconds(small[i]);
    const double of_large = seconds(large[i]);
    if (of_large < 0.05) continue;
    EXPECT_LT(of_large, 8 * of_small) << large[i].content.substr(0, 20);
  }
}

// Each of nine lists has the one before nine times: nothing is followed.
TEST_F(Yaml, RefusesAliasesUnfollowed) {
  std::string content = "texts: [&a0 x";
  for (int i = 1; i < 10; ++i) {
    absl::StrAppend(&content, ", &a", i, " [");
    for (int j = 0; j < 9; ++j) absl::StrAppend(&content, "*a", i - 1, ", ");
    absl::StrAppend(&content, "]");
  }
  EXPECT_EQ(Load(content + "]").rfind("f.yaml:1:9: anchors", 0), 0u)
      << Load(content + "]");
}

TEST_F(Yaml, IsBounded) {
  EXPECT_EQ(Load("text: " + std::string(kYamlBytesMax, 'a')),
            "f.yaml:1:1: 8388614 bytes, at most 8388608 are read: move long "
            "lists of words or domains into files of their own");
  std::string many = "texts: [";
  for (size_t i = 0; i < kYamlNodesMax; ++i) many += "a,";
  const std::string fault = Load(many + "]");
  EXPECT_EQ(fault.rfind("f.yaml:1:2000003: more than 1000000 values", 0), 0u)
      << fault;
}

TEST_F(Yaml, CountsColumnsInCharactersWhereverTheyAre) {
  std::string content = "texts: [";
  for (int i = 0; i < 500; ++i) content += "票据, a, ";
  for (int i = 0; i < 3; ++i) content += "&x a, ";
  // Before: the key, 8 characters and 500 times 7.
  EXPECT_EQ(Load(content + "]"),
            "f.yaml:1:3509: anchors (&name) are not allowed\n"
            "f.yaml:1:3515: anchors (&name) are not allowed\n"
            "f.yaml:1:3521: anchors (&name) are not allowed");
}

TEST_F(Yaml, ShowsTheFirstAndHowManyMore) {
  std::string content;
  for (int i = 0; i < 60; ++i) absl::StrAppend(&content, "zzzzzzz", i, ": 1\n");
  const std::vector<std::string> lines = absl::StrSplit(Load(content), '\n');
  ASSERT_GT(lines.size(), 2u);
  ASSERT_LE(lines.size(), Faults::kShownMax + 1);
  EXPECT_EQ(lines.back(), absl::StrCat("and ", 61 - lines.size(), " more"));
}

TEST_F(Yaml, KnowsWhereEverythingStood) {
  YamlPositions positions;
  Faults faults;
  LoadYaml("f.yaml", "text: a\ninners:\n  - texts: [x, 票, y]\n  - flag: true",
           thing_.get(), positions, faults);
  EXPECT_TRUE(faults.empty());
  EXPECT_EQ(positions.At("text"), (Position{1, 7}));
  EXPECT_EQ(positions.At("inners[0].texts[2]"), (Position{3, 19}));
  EXPECT_EQ(positions.At("inners[1]"), (Position{4, 5}));
  // A missing field has the position of its parent.
  EXPECT_EQ(positions.At("inners[1].text"), (Position{4, 5}));
  EXPECT_EQ(positions.At("inners[7].inner.text"), (Position{3, 3}));
  EXPECT_EQ(positions.At("color"), (Position{1, 1}));
}

// A good file with bytes changed, dropped or doubled: it must be rejected or
// read, without a crash.
TEST_F(Yaml, SurvivesDamage) {
  const std::string good =
      "text: 'a'\ninners:\n  - {texts: [x, \"票\"], wait: 5m}\n"
      "  - numbers: {a: 1}\n    since: 2026-05-01T08:00:00Z\n";
  ASSERT_EQ(Load(good), "");
  std::mt19937_64 random(1);
  int refused = 0;
  for (int i = 0; i < 3'000; ++i) {
    std::string bad = good;
    for (size_t n = 1 + random() % 3; n > 0; --n) {
      const size_t at = random() % bad.size();
      switch (random() % 3) {
        case 0:
          bad[at] = static_cast<char>(random());
          break;
        case 1:
          bad.erase(at, random() % 9);
          break;
        default:
          bad.insert(at, bad.substr(random() % bad.size(), random() % 9));
      }
      if (bad.empty()) bad = "a";
    }
    refused += !Load(bad).empty();
  }
  EXPECT_GT(refused, 1'000);
}

}  // namespace
}  // namespace sluice::rules
