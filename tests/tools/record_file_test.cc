// Files that are damaged, or written in other ways: every line is read or
// named.

#include "tools/lib/record_file.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tools/lib/json_source.h"
#include "tools/lib/message_file.h"
#include "tools/lib/opt_out_file.h"
#include "tools/sluicectl/text_file.h"

namespace sluice::tools {
namespace {

// Of each record: "line: recipient text" or "line:column: error".
std::vector<std::string> Messages(const std::string& content,
                                  std::optional<FileFormat> format = {}) {
  std::istringstream in(content);
  MessageReader reader(in, format);
  std::vector<std::string> records;
  while (const auto line = reader.Next()) {
    records.push_back(line->error.english.empty()
                          ? absl::StrCat(line->line, ": ",
                                         line->message.recipient(), " ",
                                         line->message.text())
                          : absl::StrCat(line->line, ":", line->column, ": ",
                                         line->error.english));
  }
  return records;
}

// Of each line of a file of opt-outs: "line: recipient evidence" or
// "line:column: error".
std::vector<std::string> OptOuts(const std::string& content) {
  std::istringstream in(content);
  OptOutReader reader(in, FileFormat::kCsv);
  std::vector<std::string> records;
  uint64_t lines = 0;
  while (const auto line = reader.Next()) {
    lines += line->lines;
    records.push_back(line->error.english.empty()
                          ? absl::StrCat(line->line, ": ",
                                         line->opt_out.recipient(), " ",
                                         line->opt_out.evidence())
                          : absl::StrCat(line->line, ":", line->column, ": ",
                                         line->error.english));
  }
  EXPECT_LE(lines, reader.lines());
  return records;
}

using Records = std::vector<std::string>;

constexpr char kOpen[] = "the quote that opens here is not closed in its line";

// The two quotes would enclose the line between them.
TEST(OptOutFile, AStrayQuoteHidesNoLine) {
  EXPECT_EQ(
      OptOuts("recipient,evidence\n"
              "13800311001,a\n"
              "13800311002,\"wants\n"
              "13800311003,b\n"
              "13800311004,no\"\n"
              "13800311005,c\n"),
      (Records{"2: 13800311001 a", absl::StrCat("3:13: ", kOpen),
               "4: 13800311003 b", "5: 13800311004 no\"", "6: 13800311005 c"}));
}

TEST(OptOutFile, EveryLineIsRecordedOrNamed) {
  // Every place of one or two quotes in every line.
  const Records rows = {"13800311001,a", "13800311002,b b", "13800311003,c",
                        "13800311004,"};
  for (size_t first = 0; first < rows.size(); ++first) {
    for (size_t second = first; second < rows.size(); ++second) {
      for (size_t i = 0; i <= rows[first].size(); ++i) {
        for (size_t j = 0; j <= rows[second].size(); ++j) {
          Records changed = rows;
          changed[first].insert(i, "\"");
          changed[second].insert(j, "\"");
          std::string file = "recipient,evidence\n";
          for (const std::string& row : changed) {
            absl::StrAppend(&file, row, "\n");
          }
          const Records records = OptOuts(file);
          ASSERT_EQ(records.size(), rows.size()) << file;
          for (size_t k = 0; k < records.size(); ++k) {
            ASSERT_EQ(records[k].substr(0, 2), absl::StrCat(k + 2, ":"))
                << file;
          }
        }
      }
    }
  }
}

TEST(OptOutFile, ACellOfTwoLinesIsNamedTwice) {
  const Records records =
      OptOuts("recipient,evidence\n13800311002,\"two\nlines\"\n");
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0], absl::StrCat("2:13: ", kOpen));
  EXPECT_EQ(records[1].substr(0, 4), "3:1:") << records[1];
}

TEST(OptOutFile, LinesOfAFileWithoutAHeaderThatCanBeReadAreCounted) {
  std::istringstream in("recipient,colour\n13800311002,red\n13800311003,x\n");
  OptOutReader reader(in, FileFormat::kCsv);
  const auto fault = reader.Next();
  ASSERT_TRUE(fault);
  EXPECT_TRUE(fault->ends_file);
  EXPECT_EQ(fault->lines, 3u);
  EXPECT_EQ(reader.lines(), 3u);
  EXPECT_FALSE(reader.Next());
}

TEST(MessageFile, AnOpenQuoteCostsItsLineAlone) {
  EXPECT_EQ(
      Messages("13800138000,notice,\"a\n"
               "13800138001,notice,b\n"
               "13800138002,notice,c\"\n",
               FileFormat::kCsv),
      (Records{"1:20: the quote that opens here is not closed before line 2, "
               "which begins another record",
               "2: 13800138001 b", "3: 13800138002 c\""}));
  EXPECT_EQ(Messages("13800138000,notice,\"a\"b\n13800138001,notice,\"never\n"
                     "closed",
                     FileFormat::kCsv),
            (Records{"1:23: a comma is expected after the closing quote",
                     "2:20: the quote that opens here is never closed",
                     "3:1: 1 column where 3 are expected (recipient, class, "
                     "text)"}));
  // The quote is closed in a line where it must not be.
  EXPECT_EQ(Messages("138,notice,\"a\nb\"c\n139,notice,d\n", FileFormat::kCsv),
            (Records{"1:12: the quote that opens here is closed in line 2, "
                     "where no comma follows",
                     "2:1: 1 column where 3 are expected (recipient, class, "
                     "text)",
                     "3: 139 d"}));
}

TEST(MessageFile, JsonMayBePrettyPrinted) {
  const std::string array =
      "[\n"
      "  {\n    \"recipient\": \"138\",\n    \"text\": \"a { \\\" [\",\n"
      "    \"variables\":\n    {\n      \"n\": \"1\"\n    }\n  },\n"
      "  {\"recipient\": \"139\", \"text\": \"b\"}, {\"recipient\": \"137\"}\n"
      "]\n";
  EXPECT_EQ(Messages(array),
            (Records{"2: 138 a { \" [", "10: 139 b", "10: 137 "}));
  EXPECT_EQ(Messages("[{\"recipient\":\"1\"},{\"recipient\":\"2\"}]"),
            (Records{"1: 1 ", "1: 2 "}));
  EXPECT_EQ(
      Messages("{\n \"recipient\": \"1\"\n}\n{\n \"recipient\": \"2\"\n}"),
      (Records{"1: 1 ", "4: 2 "}));
  EXPECT_EQ(Messages("[\n]\n"), Records{});
}

TEST(MessageFile, ABrokenObjectCostsItsLinesAlone) {
  const std::string two = "{\"recipient\":\"2\",\"text\":\"x\"}";
  const std::string rest = absl::StrCat("\n", two, "\n");
  const char* const kBroken[] = {
      "{\"recipient\":\"1\",\"text\":\"x\"",  // No end.
      "{\"recipient\":\"1\",\"text\":\"x}",   // No end of the text.
      "{\"recipient\":\"1\"}}",               // An end too many.
      "\"recipient\":\"1\"}",                 // No beginning.
      "{\"recipient\":\n\"1\",\n\"text\":\"x",
  };
  for (const std::string broken : kBroken) {
    const Records records = Messages(broken + rest, FileFormat::kJsonLines);
    ASSERT_EQ(records.size(), 2u) << broken;
    EXPECT_NE(records[0].find(": "), std::string::npos);
    EXPECT_EQ(records[0].find("1: 1 "), std::string::npos) << records[0];
    const auto line = std::count(broken.begin(), broken.end(), '\n') + 2;
    EXPECT_EQ(records[1], absl::StrCat(line, ": 2 x")) << broken;
  }
  EXPECT_EQ(Messages("[{\"recipient\":\"1\"},\n"),
            (Records{"1: 1 ",
                     "1:1: the array that begins here is never "
                     "closed"}));
}

// Every line of a damaged file belongs to an object, good or bad.
TEST(JsonFile, EveryLineIsReadOrNamed) {
  std::mt19937_64 random(7);
  const std::string marks = "{}[]\",:\\a\n";
  for (int round = 0; round < 20'000; ++round) {
    std::string file =
        "{\"a\":\"1\"}\n{\"a\":\n\"2\",\"b\":{\"c\":\"d\"}\n}\n"
        "{\"a\":\"3\"}\n{\"a\":\"4\"}\n";
    for (uint64_t edits = random() % 4; edits > 0; --edits) {
      const size_t at = random() % file.size();
      if (random() % 2 == 0) {
        file.erase(at, 1);
      } else {
        file.insert(at, 1, marks[random() % marks.size()]);
      }
    }
    std::istringstream in(file);
    LineSource lines(in, LineReader::kTextLineMax);
    JsonSource source(lines);
    std::set<uint64_t> named;
    uint64_t end = 0;
    while (const auto object = source.Next()) {
      ASSERT_GE(object->line, 1u);
      const uint64_t first = object->line <= end ? end + 1 : object->line;
      for (uint64_t i = 0; i < object->lines; ++i) named.insert(first + i);
      if (object->lines > 0) end = first + object->lines - 1;
    }
    uint64_t number = 0;
    for (const absl::string_view line : absl::StrSplit(file, '\n')) {
      ++number;
      // Brackets and commas have no record.
      if (line.find_first_not_of(" ,[]") == line.npos) continue;
      ASSERT_TRUE(named.contains(number)) << number << " of\n" << file;
    }
  }
}

TEST(MessageFile, AFaultInALongObjectHasItsPlace) {
  EXPECT_EQ(Messages("{\n  \"recipient\": \"138\",\n  \"text\": 5\n}\n"),
            Records{"3:11: no OutgoingMessage in JSON: (text): a value that is "
                    "not of type STRING"});
  const std::string long_line =
      "{\"recipient\":\"13800138000\",\"text\":\"0123456789\" \"class\":1}";
  EXPECT_EQ(Messages(long_line),
            Records{"1:48: no OutgoingMessage in JSON: Expected , or } after "
                    "key:value pair"});
}

TEST(MessageFile, ControlCharactersAreRefusedWithTheirPlace) {
  const std::string nul(1, '\0');
  const std::string refused = ": has the control character ";
  EXPECT_EQ(
      Messages(absl::StrCat("138\tnotice\ta", nul, "b\n139\tnotice\tok\\n\n")),
      (Records{absl::StrCat("1:13: text", refused, "U+0000; remove it"),
               "2: 139 ok\n"}));
  EXPECT_EQ(Messages("138,notice,\"a\nb\x1b[31m\"\n", FileFormat::kCsv),
            Records{absl::StrCat("2:2: text", refused, "U+001B; remove it")});
  EXPECT_EQ(Messages("138,notice,中\xc2\x85\n"),
            Records{absl::StrCat("1:13: text", refused, "U+0085; remove it")});
  EXPECT_EQ(Messages("138,notice,中\u202e文\n"),
            Records{absl::StrCat("1:13: text", refused, "U+202E; remove it")});
  EXPECT_EQ(Messages("{\"recipient\":\"138\",\n\"text\":\"a\\u0000b\"}"),
            Records{absl::StrCat("2:8: text", refused, "U+0000; remove it")});
  EXPECT_EQ(
      Messages("{\"recipient\":\"138\",\"variables\":{\"n\":\"\\u001b\"}}"),
      Records{absl::StrCat("1:32: variables", refused, "U+001B; remove it")});
  EXPECT_EQ(OptOuts("13800138000\x7f\n")[0].substr(0, 4), "1:1:");
  EXPECT_EQ(
      OptOuts("号码,凭证\n13800138000,a\x7f\n"),
      Records{absl::StrCat("2:14: evidence", refused, "U+007F; remove it")});
}

TEST(MessageFile, HeadingsAndClassesMayBeChinese) {
  std::istringstream in(
      "号码,类别,签名,内容\n"
      "13800138000,通知,shop,a\n13800138000,验证码,shop,b\n"
      "13800138000,营销,shop,c\n13800138000,公益,shop,d\n");
  MessageReader reader(in, std::nullopt);
  for (const auto expected :
       {v1::MESSAGE_CLASS_NOTICE, v1::MESSAGE_CLASS_VERIFICATION,
        v1::MESSAGE_CLASS_COMMERCIAL, v1::MESSAGE_CLASS_PUBLIC_INTEREST}) {
    const auto line = reader.Next();
    ASSERT_TRUE(line);
    EXPECT_EQ(line->error.english, "");
    EXPECT_EQ(line->message.message_class(), expected);
    EXPECT_EQ(line->message.signature_id(), "shop");
    EXPECT_EQ(line->message.recipient(), "13800138000");
  }
  EXPECT_EQ(Messages("手机号\t类型\t短信内容\n138\t通知\t到了\n"),
            Records{"2: 138 到了"});
  EXPECT_EQ(Messages("{\"号码\":\"138\",\"类别\":\"通知\",\"内容\":\"到了\"}"),
            Records{"1: 138 到了"});
}

TEST(OptOutFile, HeadingsMayBeChinese) {
  std::istringstream in(
      "手机号,类别,来源,备注\n13800138000,营销 通知,投诉,x\n");
  OptOutReader reader(in, std::nullopt);
  const auto line = reader.Next();
  ASSERT_TRUE(line);
  EXPECT_EQ(line->error.english, "");
  EXPECT_EQ(line->opt_out.source(), admin::v1::OPT_OUT_SOURCE_COMPLAINT);
  ASSERT_EQ(line->opt_out.scope().classes_size(), 2);
  EXPECT_EQ(line->opt_out.evidence(), "x");
}

// Fails after its text.
class BrokenDisk : public std::stringbuf {
 public:
  explicit BrokenDisk(const std::string& text) : std::stringbuf(text) {}

 protected:
  int underflow() override {
    const int c = std::stringbuf::underflow();
    if (c == traits_type::eof()) throw std::ios_base::failure("disk");
    return c;
  }
};

TEST(MessageFile, AFileThatCannotBeReadToItsEndIsAFault) {
  BrokenDisk disk("138\tnotice\ta\n");
  std::istream in(&disk);
  MessageReader reader(in, std::nullopt);
  EXPECT_EQ(reader.Next()->error.english, "");
  const auto end = reader.Next();
  ASSERT_TRUE(end);
  EXPECT_EQ(end->error.english, "the file cannot be read from here on");
  EXPECT_EQ(end->line, 2u);
  EXPECT_FALSE(reader.Next());
}

// Every text, or "line: fault".
std::vector<std::string> TextsOf(const std::string& content,
                                 const std::string& path) {
  std::istringstream in(content);
  ctl::TextReader reader(in, path);
  std::vector<std::string> texts;
  while (const auto text = reader.Next()) {
    texts.push_back(reader.fault().english.empty()
                        ? *text
                        : absl::StrCat(reader.line(), ": ",
                                       reader.fault().english.substr(0, 24)));
  }
  return texts;
}

TEST(TextFile, ATableHasItsTextsInAColumn) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(
      TextsOf("号码,内容\n13800138000,赌博\n,\"你好，\n再见\"\n", "a.csv"),
      (Texts{"赌博", "你好，\n再见"}));
  EXPECT_EQ(TextsOf("text,class\n赌博,notice\n", "-"), (Texts{"赌博"}));
  EXPECT_EQ(TextsOf("内容\n赌博\n\n再见\n", "a.CSV"), (Texts{"赌博", "再见"}));
  EXPECT_EQ(TextsOf("赌博\n\"a,b\"\n", "a.csv"), (Texts{"赌博", "a,b"}));
  EXPECT_EQ(TextsOf("13800138000,notice,赌博\n", "a.csv"), (Texts{"赌博"}));
  EXPECT_EQ(TextsOf("x,y\n1,赌博\n", "a.csv"),
            (Texts{"1: the first line names no "}));
  EXPECT_EQ(TextsOf("号码,内容\n13800138000\n1,赌博\n", "a.csv"),
            (Texts{"2: only 1 columns, and the ", "赌博"}));
  // No table.
  EXPECT_EQ(TextsOf("您好,再见\n内容,赌博\n", "a.txt"),
            (Texts{"您好,再见", "内容,赌博"}));
  EXPECT_EQ(TextsOf("bad\ta,b\n", "a.tsv"), (Texts{"a,b"}));
}

TEST(TextFile, AFileThatCannotBeReadToItsEndIsAFault) {
  BrokenDisk disk("label\ttext\n");
  std::istream in(&disk);
  ctl::TextReader reader(in);
  EXPECT_EQ(*reader.Next(), "text");
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.fault().english, "the file cannot be read behind this line");
  EXPECT_EQ(reader.line(), 1u);
  EXPECT_FALSE(reader.Next());
}

}  // namespace
}  // namespace sluice::tools
