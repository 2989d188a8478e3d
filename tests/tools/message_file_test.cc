#include "tools/lib/message_file.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <istream>
#include <sstream>
#include <streambuf>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tools/lib/hex.h"
#include "tools/lib/opt_out_file.h"
#include "tools/lib/words.h"

namespace sluice::tools {
namespace {

std::vector<InputLine> ReadAll(const std::string& content,
                               std::optional<FileFormat> format = {}) {
  std::istringstream in(content);
  MessageReader reader(in, format);
  std::vector<InputLine> lines;
  while (auto line = reader.Next()) lines.push_back(*std::move(line));
  return lines;
}

// "line:column: error" of every bad line.
template <typename Line>
std::vector<std::string> Errors(const std::vector<Line>& lines) {
  std::vector<std::string> errors;
  for (const Line& line : lines) {
    if (line.error.english.empty()) continue;
    errors.push_back(
        absl::StrCat(line.line, ":", line.column, ": ", line.error.english));
  }
  return errors;
}

// One line of a's, made as it is read, so that the test holds none of it.
class LongLine : public std::streambuf {
 public:
  LongLine(std::string before, uint64_t octets, std::string after)
      : before_(std::move(before)), left_(octets), after_(std::move(after)) {}

 protected:
  int underflow() override {
    if (!std::exchange(begun_, true)) return Show(before_);
    if (left_ > 0) {
      block_.assign(std::min<uint64_t>(left_, 64 << 10), 'a');
      left_ -= block_.size();
      return Show(block_);
    }
    if (std::exchange(ended_, true)) return traits_type::eof();
    return Show(after_);
  }

 private:
  int Show(std::string& text) {
    setg(text.data(), text.data(), text.data() + text.size());
    return text.empty() ? underflow() : traits_type::to_int_type(text[0]);
  }

  std::string before_;
  uint64_t left_;
  std::string after_;
  std::string block_;
  bool begun_ = false;
  bool ended_ = false;
};

// KiB of the largest memory that this process has had.
long MemoryPeak() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

constexpr uint64_t kGigabyte = 1 << 30;

TEST(MessageReader, ALineOfAGigabyteIsRefusedAndNotHeld) {
  const long before = MemoryPeak();
  LongLine file("138\tnotice\tone\n", kGigabyte, "\n139\tnotice\ttwo\n");
  std::istream in(&file);
  MessageReader reader(in, std::nullopt);
  ASSERT_EQ(reader.Next()->message.text(), "one");
  const auto bad = reader.Next();
  EXPECT_EQ(bad->line, 2u);
  EXPECT_EQ(bad->error.english,
            "a line of 1073741824 octets; at most 262144 are read");
  const auto good = reader.Next();
  EXPECT_EQ(good->line, 3u);
  EXPECT_EQ(good->message.text(), "two");
  EXPECT_FALSE(reader.Next());
  EXPECT_LT(MemoryPeak() - before, 50'000);
}

TEST(MessageReader, TheFirstLineMayBeTheLongOne) {
  for (const auto format :
       {FileFormat::kTsv, FileFormat::kCsv, FileFormat::kJsonLines}) {
    LongLine file("", 300'000, "\n");
    std::istream in(&file);
    MessageReader reader(in, format);
    EXPECT_EQ(reader.Next()->error.english,
              "a line of 300000 octets; at most 262144 are read");
    EXPECT_FALSE(reader.Next());
  }
  // The longest that is read.
  LongLine longest("138\tnotice\t", (256 << 10) - 11, "");
  std::istream in(&longest);
  EXPECT_EQ(MessageReader(in, std::nullopt).Next()->error.english, "");
}

// A quote that somebody forgot to close costs its own line, and no more of the
// file is held than a record may have.
TEST(MessageReader, AQuotedCellIsBounded) {
  std::string content = "138,notice,\"one\n";
  while (content.size() < 1'000'000) content += "139,notice,two\n";
  const auto lines = ReadAll(content, FileFormat::kCsv);
  EXPECT_EQ(lines.size(), static_cast<size_t>(std::count(content.begin(),
                                                         content.end(), '\n')));
  EXPECT_EQ(Errors(lines),
            std::vector<std::string>{
                "1:12: the quote that opens here is not closed within 262144 "
                "octets"});
}

TEST(MessageReader, TsvWithoutAHeader) {
  const auto lines = ReadAll(
      "138\tnotice\t【店】到了\\n请取\n\n"
      "139\tVERIFICATION\tcode\\\\\r\n");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].message.recipient(), "138");
  EXPECT_EQ(lines[0].message.text(), "【店】到了\n请取");
  EXPECT_EQ(lines[0].message.message_class(), v1::MESSAGE_CLASS_NOTICE);
  EXPECT_EQ(lines[1].line, 3u);
  EXPECT_EQ(lines[1].message.text(), "code\\");
  EXPECT_EQ(lines[1].message.message_class(), v1::MESSAGE_CLASS_VERIFICATION);
}

TEST(MessageReader, TsvHeaderNamesTheColumns) {
  const auto lines = ReadAll(
      "\xef\xbb\xbftext\tRecipient\tclass\tkey\tsend_after\n"
      "hello\t138\tcommercial\tk1\t2026-01-31T10:00:00+08:00\n");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].message.key(), "k1");
  EXPECT_EQ(lines[0].message.text(), "hello");
  EXPECT_EQ(lines[0].message.send_after().seconds(), 1769824800);
}

TEST(MessageReader, TsvErrorsSayWhereAndTheRestGoesOn) {
  const auto lines = ReadAll(
      "138\tnotice\n"
      "138\tadvert\ttext\n"
      "138\tnotice\tok\n"
      "138\tnotice\ttext\tmore\n"
      "中文\tnotice\t\xff\n"
      "138\t这里是一条很长的短信内容\ttext\n");
  EXPECT_EQ(Errors(lines),
            (std::vector<std::string>{
                "1:5: 2 columns where 3 are expected (recipient, class, text)",
                "2:5: class \"advert\" is not one of verification, notice, "
                "commercial, consent_request, public_interest",
                "4:17: 4 columns where 3 are expected (recipient, class, text)",
                "5:11: not UTF-8: save the file as UTF-8, or give --encoding",
                // A text in the wrong column is not shown.
                "6:5: class \"…\" is not one of verification, notice, "
                "commercial, consent_request, public_interest"}));
  EXPECT_EQ(lines.size(), 6u);
  EXPECT_EQ(lines[2].message.text(), "ok");
}

TEST(MessageReader, JsonErrorsNameTheirPlace) {
  const std::string no = "no OutgoingMessage in JSON: ";
  EXPECT_EQ(
      Errors(ReadAll("{\"recipient\":\"138\",\"text\":5}\n"
                     "{\"recipient\":\"138\",\"txt\":\"x\"}\n"
                     "{\"recipient\":\"138\" \"text\":\"x\"}\n"
                     "{\"send_after\":\"soon\",\"text\":\"x\"}\n")),
      (std::vector<std::string>{
          "1:27: " + no + "(text): a value that is not of type STRING",
          "2:26: " + no + "txt: Cannot find field",
          "3:20: " + no + "Expected , or } after key:value pair",
          "4:15: " + no + "(send_after): a value that is not of type Timestamp",
      }));
}

TEST(MessageReader, HeaderErrors) {
  EXPECT_EQ(
      Errors(ReadAll("recipient\tcolour\n")),
      (std::vector<std::string>{
          "1:11: the first line names an unknown column \"colour\"; known "
          "columns: key, recipient, sender, text, class, template_id, "
          "signature_id, on_behalf_of, campaign_id, category, client_ref, "
          "extension, send_after, expire_at. No line was read"}));
  EXPECT_EQ(Errors(ReadAll("recipient\ttext\ttext\n")),
            std::vector<std::string>{
                "1:16: column \"text\" comes twice. No line was read"});
  // Unknown column names are not guessed.
  EXPECT_EQ(ReadAll("recipient\tclass\ttxt\n138\tnotice\ttext\n").size(), 1u);
}

TEST(MessageReader, CsvQuotes) {
  const auto lines = ReadAll(
      "138,notice,\"a,b \"\"c\"\"\nsecond line\"\n"
      "139,notice,plain\n",
      FileFormat::kCsv);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].message.text(), "a,b \"c\"\nsecond line");
  EXPECT_EQ(lines[1].line, 3u);
  EXPECT_EQ(lines[1].message.text(), "plain");
}

TEST(MessageReader, TheFirstLineMayNameTheNumberInChinese) {
  const auto lines = ReadAll("class,手机号,text\nnotice,138,hi\n");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].message.recipient(), "138");
  EXPECT_EQ(lines[0].message.text(), "hi");
}

TEST(MessageReader, AClassIsAShortWordOrTheEnumsName) {
  for (const char* word : {"notice", "Notice", "NOTICE", "MESSAGE_CLASS_NOTICE",
                           "message_class_notice"}) {
    const auto tsv = ReadAll(absl::StrCat("138\t", word, "\ttext\n"));
    const auto csv = ReadAll(absl::StrCat("138,", word, ",text\n"));
    const auto json = ReadAll(
        absl::StrCat("{\"recipient\":\"138\",\"variables\":{\"n\":\"1\"},"
                     "\"message_class\":\"",
                     word, "\"}\n"));
    for (const auto& lines : {tsv, csv, json}) {
      ASSERT_EQ(lines.size(), 1u) << word;
      EXPECT_EQ(lines[0].error.english, "") << word;
      EXPECT_EQ(lines[0].message.message_class(), v1::MESSAGE_CLASS_NOTICE);
      EXPECT_EQ(lines[0].message.recipient(), "138");
    }
    EXPECT_EQ(json[0].message.variables().at("n"), "1");
  }
  EXPECT_EQ(ReadAll("{\"messageClass\":3}\n")[0].message.message_class(),
            v1::MESSAGE_CLASS_COMMERCIAL);
  const char* allowed =
      "is not one of verification, notice, commercial, consent_request, "
      "public_interest";
  EXPECT_EQ(Errors(ReadAll("{\"text\":\"中 \\\"message_class\\\"\", "
                           "\"message_class\": \"advert\"}\n"
                           "{\"messageClass\":77}\n")),
            (std::vector<std::string>{
                absl::StrCat("1:49: message_class \"advert\" ", allowed),
                absl::StrCat("2:17: messageClass \"77\" ", allowed)}));
}

TEST(MessageReader, JsonLines) {
  const auto lines = ReadAll(
      "{\"recipient\":\"138\",\"text\":\"你好\","
      "\"message_class\":\"MESSAGE_CLASS_NOTICE\"}\n"
      "{\"recipient\" \"138\"}\n"
      "{\"reciever\":\"138\"}\n");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].message.text(), "你好");
  EXPECT_EQ(lines[1].line, 2u);
  EXPECT_EQ(lines[1].column, 14u);
  EXPECT_EQ(lines[2].line, 3u);
  EXPECT_NE(lines[2].error.english.find("reciever"), std::string::npos);
}

TEST(MessageReader, FormatIsFoundByNameOrContent) {
  EXPECT_EQ(FormatOfName("a/b.CSV"), FileFormat::kCsv);
  EXPECT_EQ(FormatOfName("a.jsonl"), FileFormat::kJsonLines);
  EXPECT_EQ(FormatOfName("a.tsv"), FileFormat::kTsv);
  EXPECT_EQ(FormatOfName("-"), std::nullopt);
  EXPECT_EQ(ReadAll("138,notice,hi")[0].message.text(), "hi");
  EXPECT_FALSE(ParseFormat("xml").ok());
}

std::vector<OptOutLine> ReadOptOuts(const std::string& content) {
  std::istringstream in(content);
  OptOutReader reader(in, std::nullopt);
  std::vector<OptOutLine> lines;
  while (auto line = reader.Next()) lines.push_back(*std::move(line));
  return lines;
}

TEST(OptOutReader, OneNumberALine) {
  const auto lines =
      ReadOptOuts("13800138000\n\n+86 138-0013-8001\r\n1380013800\n");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].opt_out.recipient(), "13800138000");
  EXPECT_FALSE(lines[0].opt_out.has_scope());
  EXPECT_EQ(lines[1].opt_out.recipient(), "+86 138-0013-8001");
  EXPECT_EQ(lines[1].line, 3u);
  EXPECT_EQ(lines[2].line, 4u);
  EXPECT_EQ(lines[2].column, 1u);
  EXPECT_EQ(lines[2].error.english.find("recipient: "), 0u)
      << lines[2].error.english;
}

TEST(OptOutReader, NamedColumns) {
  const auto lines = ReadOptOuts(
      "source,recipient,content_provider,classes,evidence\n"
      "hotline-12321,13800138000,shop,commercial notice,\"call 7, twice\"\n"
      ",13800138001,,,\n"
      "hearsay,13800138002,,,\n"
      "reply,138,,,\n"
      "reply,13800138002,,adverts,\n");
  ASSERT_EQ(lines.size(), 5u);
  const admin::v1::AddOptOutRequest& first = lines[0].opt_out;
  EXPECT_EQ(first.source(), admin::v1::OPT_OUT_SOURCE_HOTLINE_12321);
  EXPECT_EQ(first.scope().content_provider_id(), "shop");
  ASSERT_EQ(first.scope().classes_size(), 2);
  EXPECT_EQ(first.scope().classes(1), v1::MESSAGE_CLASS_NOTICE);
  EXPECT_EQ(first.evidence(), "call 7, twice");
  EXPECT_EQ(lines[1].error.english, "");
  const std::vector<std::string> errors = Errors(lines);
  ASSERT_EQ(errors.size(), 3u);
  EXPECT_EQ(errors[0].find("4:1: source: "), 0u) << errors[0];
  EXPECT_EQ(errors[1].find("5:7: recipient: "), 0u) << errors[1];
  EXPECT_EQ(errors[2].find("6:20: classes: "), 0u) << errors[2];
}

TEST(OptOutReader, ClassesAreSeparatedInSeveralWays) {
  for (const char* separator : {" ", ", ", ";", "|"}) {
    const auto lines = ReadOptOuts(absl::StrCat(
        "手机号,classes\n13800138000,\"commercial", separator, "notice\"\n"));
    ASSERT_EQ(lines.size(), 1u) << separator;
    EXPECT_EQ(lines[0].error.english, "");
    EXPECT_EQ(lines[0].opt_out.recipient(), "13800138000");
    ASSERT_EQ(lines[0].opt_out.scope().classes_size(), 2) << separator;
    EXPECT_EQ(lines[0].opt_out.scope().classes(1), v1::MESSAGE_CLASS_NOTICE);
  }
}

TEST(OptOutReader, HeaderErrors) {
  const std::string known =
      "; known columns: recipient, content_provider, signature, classes, "
      "source, evidence. No line was read";
  // A line that names other columns needs the name of this one.
  EXPECT_EQ(Errors(ReadOptOuts("txt,classes\n13800138000,notice\n")),
            std::vector<std::string>{
                "1:1: the first line names an unknown column \"txt\"" + known});
  EXPECT_EQ(
      Errors(ReadOptOuts("recipient,txt\n13800138000,x\n")),
      std::vector<std::string>{
          "1:11: the first line names an unknown column \"txt\"" + known});
  EXPECT_EQ(Errors(ReadOptOuts("source,classes\nreply,notice\n")),
            std::vector<std::string>{
                "1:1: the first line names no column \"recipient\"" + known});
  EXPECT_EQ(Errors(ReadOptOuts("13800138000,notice\n")),
            std::vector<std::string>{
                "1:13: 2 columns where 1 is expected (recipient)"});
}

TEST(OptOutReader, JsonLines) {
  const auto lines = ReadOptOuts(
      "{\"recipient\":\"13800138000\",\"scope\":{\"signature_id\":\"s\"}}\n"
      "{\"number\":1}\n");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].opt_out.scope().signature_id(), "s");
  EXPECT_EQ(lines[1].error.english.find("no AddOptOutRequest in JSON"), 0u);
}

TEST(ParseHex, TakesWhatPeoplePaste) {
  EXPECT_EQ(*ParseHex(" 00 0a\n0B:ff 0x10"),
            std::string("\x00\x0a\x0b\xff\x10", 5));
  EXPECT_EQ(*ParseHex(""), "");
  EXPECT_EQ(ParseHex("00 0g").status().message(),
            "character 5 is not a hexadecimal digit");
  EXPECT_EQ(ParseHex("000").status().message(),
            "3 hexadecimal digits: half an octet is missing");
}

TEST(Words, EnumsAndTimes) {
  EXPECT_EQ(ShortName(v1::MESSAGE_CLASS_CONSENT_REQUEST), "CONSENT_REQUEST");
  EXPECT_EQ(*ParseEnum<v1::MessageClass>("consent-request"),
            v1::MESSAGE_CLASS_CONSENT_REQUEST);
  const absl::Time now = absl::FromUnixSeconds(1'000'000);
  EXPECT_EQ(*ParsePastTime("1970-01-02T00:00:00Z", now),
            absl::FromUnixSeconds(86'400));
  EXPECT_EQ(*ParsePastTime("1h", now), now - absl::Hours(1));
  EXPECT_EQ(*ParseTimeToCome("90d", now), now + absl::Hours(90 * 24));
  EXPECT_FALSE(ParseTime("1h").ok());
  EXPECT_FALSE(ParsePastTime("-1h", now).ok());
  EXPECT_FALSE(ParsePastTime("tomorrow", now).ok());
  EXPECT_EQ(FromTimestamp(ToTimestamp(absl::FromUnixMillis(-1))),
            absl::FromUnixMillis(-1));
}

// Another zone of the machine, for one test.
class MachineZone {
 public:
  explicit MachineZone(const char* zone) {
    if (const char* was = std::getenv("TZ")) was_ = was;
    setenv("TZ", zone, 1);
    tzset();
  }
  ~MachineZone() {
    if (was_) {
      setenv("TZ", was_->c_str(), 1);
    } else {
      unsetenv("TZ");
    }
    tzset();
  }

 private:
  std::optional<std::string> was_;
};

TEST(Words, TimesAreOfTheMarketWhereverTheMachineIs) {
  for (const char* zone : {"America/New_York", "Asia/Shanghai", "UTC"}) {
    const MachineZone machine(zone);
    const absl::Time time = absl::FromUnixMillis(1'795'485'600'123);
    const std::string text = TimeText(ToTimestamp(time));
    EXPECT_EQ(text, "2026-11-24 10:00:00 +08:00") << zone;
    // The shown form can be pasted into a command.
    EXPECT_EQ(*ParseTime(text), time - absl::Milliseconds(123));
    for (const char* written :
         {"2026-11-24 10:00", "2026-11-24 10:00:00", "2026-11-24T10:00",
          "2026-11-24T10:00:00", "2026-11-24T10:00:00+08:00",
          "2026-11-24T02:00:00Z"}) {
      EXPECT_EQ(*ParseTime(written), time - absl::Milliseconds(123)) << written;
      EXPECT_EQ(*ParsePastTime(written, time), time - absl::Milliseconds(123));
      EXPECT_EQ(*ParseTimeToCome(written, time),
                time - absl::Milliseconds(123));
    }
    EXPECT_EQ(*ParseTime("2026-11-24"),
              time - absl::Milliseconds(123) - absl::Hours(10));
    EXPECT_TRUE(absl::StrContains(ParseTime("noon").status().message(),
                                  "without an offset: China Standard Time"));
    const auto lines = ReadAll(
        "recipient,class,text,send_after\n138,notice,a,2026-11-24 10:00\n");
    EXPECT_EQ(lines[0].message.send_after().seconds(), 1'795'485'600);
  }
  EXPECT_EQ(TimeText({}), "-");
}

}  // namespace
}  // namespace sluice::tools
