// sluicectl export against a whole server: files are read back as an office
// would read them.

#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "rules/base/encoding.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/tools/chinese.h"
#include "tests/tools/chinese_server.h"
#include "tools/sluicectl/exports/export_source.h"
#include "tools/sluicectl/exports/sheet.h"
#include "tools/sluicectl/exports/spool.h"

namespace sluice::ctl {
namespace {

std::string Content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

bool Exists(const std::string& path) {
  struct stat ignored;
  return stat(path.c_str(), &ignored) == 0;
}

// What Python's own libraries read in a workbook: every text of its first
// sheet, a line each.
std::string TextsOf(const std::string& workbook) {
  const std::string script = absl::StrCat(
      "/usr/bin/python3 -c \"import zipfile, xml.etree.ElementTree as x\n"
      "z = zipfile.ZipFile('",
      workbook,
      "')\n"
      "for e in x.fromstring(z.read('xl/worksheets/sheet1.xml')).iter():\n"
      "  if e.tag.endswith('}t') or e.tag.endswith('}v'): print(e.text)\"");
  std::FILE* const pipe = popen(script.c_str(), "r");
  std::string texts;
  std::array<char, 4096> part;
  while (const size_t read = std::fread(part.data(), 1, part.size(), pipe)) {
    texts.append(part.data(), read);
  }
  EXPECT_EQ(pclose(pipe), 0);
  return texts;
}

class ExportTest : public ChineseServer {
 protected:
  void SetUp() override {
    ChineseServer::SetUp();
    SubmitOne(Message(Number(1), v1::MESSAGE_CLASS_NOTICE, kHeldText));
    SubmitOne(Message(Number(2), v1::MESSAGE_CLASS_NOTICE, kRejectedText));
    SubmitOne(Commercial(Number(3)));
  }
  std::string Path(const std::string& name) const {
    return absl::StrCat(folder_.path(), "/", name);
  }
  static admin::v1::SearchMessagesRequest SearchAll() {
    admin::v1::SearchMessagesRequest request;
    request.mutable_start_time()->set_seconds(1);
    return request;
  }
  std::unique_ptr<ExportSource> Source() {
    return MakeMessageSource(context_, SearchAll());
  }
  std::istringstream no_input_;
  std::ostringstream out_;
  Context context_{no_input_, out_, out_, {}};
  Output Export(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "export");
    return Run(arguments);
  }
};

TEST_F(ExportTest, ACsvHasARowForEachMessage) {
  const std::string path = Path("a.csv");
  const Output output = Export({"messages", "--out", path});
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_TRUE(absl::StrContains(output.out, "3 行")) << output.out;
  const std::string csv = Content(path);
  EXPECT_TRUE(absl::StartsWith(csv, "\xEF\xBB\xBF\"判定时间\",\"发送时间\""));
  const std::vector<std::string> rows = absl::StrSplit(csv, "\r\n");
  ASSERT_EQ(rows.size(), 5u);  // Headings, three rows, the end.
  for (const std::string& row : rows) {
    if (row.empty()) continue;
    EXPECT_EQ(std::vector<std::string>(absl::StrSplit(row, "\",\"")).size(),
              24u)
        << row;
  }
  EXPECT_TRUE(absl::StrContains(rows[1], kHeldText)) << rows[1];
  EXPECT_TRUE(absl::StrContains(rows[1], "\"13800000001\"")) << rows[1];
  EXPECT_TRUE(absl::StrContains(rows[2], "CONTENT_PROHIBITED")) << rows[2];
  EXPECT_TRUE(absl::StrContains(rows[3], "云杉超市 (shop)")) << rows[3];
  // For its owner only, and nothing else is left.
  struct stat about;
  ASSERT_EQ(stat(path.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
  for (const char* const left : {".part", ".part.state", ".tmp"}) {
    EXPECT_FALSE(Exists(path + left)) << left;
  }
  EXPECT_NE(Export({"messages", "--out", path}).code, 0);  // It exists.
}

TEST_F(ExportTest, ACsvMayBeOfGb18030) {
  const std::string path = Path("a.csv");
  ASSERT_EQ(Export({"rejections", "--out", path, "--encoding", "gb18030"}).code,
            0);
  const auto csv = rules::ToUtf8(Content(path), rules::Encoding::kGbk);
  ASSERT_TRUE(csv.ok()) << csv.status();
  EXPECT_TRUE(absl::StrContains(*csv, kRejectedText)) << *csv;
  EXPECT_FALSE(absl::StrContains(*csv, kHeldText)) << *csv;
}

TEST_F(ExportTest, AWorkbookOpens) {
  const std::string path = Path("a.xlsx");
  ASSERT_EQ(Export({"messages", "--out", path, "--class", "notice"}).code, 0);
  const std::string texts = TextsOf(path);
  for (const char* const text : {"判定时间\n", "接收号码\n", kHeldText,
                                 kRejectedText, "13800000002\n"}) {
    EXPECT_TRUE(absl::StrContains(texts, text)) << text << texts;
  }
  EXPECT_FALSE(absl::StrContains(texts, "13800000003"));
}

TEST_F(ExportTest, JsonLinesAreThoseOfASearch) {
  const std::string path = Path("a.jsonl");
  ASSERT_EQ(Export({"messages", "--out", path}).code, 0);
  const Output search =
      RunAsIs(With({"audit", "search", "--json"}, admin_key_));
  EXPECT_EQ(Content(path), search.out);
}

// Whoever has the three files can verify them, and sees a change of the rows.
TEST_F(ExportTest, TheCoverIsVerifiedWithoutAServer) {
  const std::string path = Path("a.csv");
  const Output output =
      Export({"messages", "--class", "notice", "--out", path});
  EXPECT_EQ(output.code, 0) << output.err;
  ExpectAll(output.out, {"a.csv.cover.pdf", "a.csv.proof.json"});
  const std::string pdf = Content(path + ".cover.pdf");
  EXPECT_TRUE(absl::StartsWith(pdf, "%PDF-"));
  EXPECT_TRUE(absl::StrContains(pdf, "/FontFile")) << "no embedded font";
  const std::vector<std::string> verify = {
      "audit", "verify", path + ".proof.json", "--file", path};
  const Output good = RunAsIs(verify);
  EXPECT_EQ(good.code, 0) << good.err;
  ExpectAll(good.out, {"类别 通知", "待审 1", "拒绝 1", "2"});
  std::ofstream(path, std::ios::app) << "one more";
  const Output bad = RunAsIs(verify);
  EXPECT_NE(bad.code, 0);
  ExpectAll(bad.err, {"内容与导出时不同"});
}

TEST_F(ExportTest, OptOutsAreRows) {
  ASSERT_EQ(Run({"optout", "add", Number(4), "--content-provider", "shop",
                 "--evidence", "工单 17"})
                .code,
            0);
  ASSERT_EQ(Run({"optout", "add", Number(5)}).code, 0);
  const std::string path = Path("a.csv");
  const Output output = Export({"optouts", "--out", path});
  EXPECT_EQ(output.code, 0) << output.err;
  const std::string csv = Content(path);
  for (const char* const text :
       {"\"登记时间\",\"号码\"", "\"13800000004\",\"云杉超市 (shop)\"",
        "工单 17", "\"13800000005\",\"全部\"", "\"有效\""}) {
    EXPECT_TRUE(absl::StrContains(csv, text)) << text << csv;
  }
  const std::string lines = Path("a.jsonl");
  ASSERT_EQ(Export({"optouts", "--content-provider", "云杉超市", "--in-force",
                    "--out", lines})
                .code,
            0);
  EXPECT_TRUE(absl::StrContains(Content(lines), "+8613800000004"));
  EXPECT_FALSE(absl::StrContains(Content(lines), "+8613800000005"));
}

// What is changed later is not in it; what it refers to has its name of then.
TEST_F(ExportTest, TheRegistryIsAsItWas) {
  const std::string now = Path("now.csv");
  ASSERT_EQ(Export({"registry", "port", "--out", now}).code, 0);
  EXPECT_TRUE(absl::StrContains(Content(now), "云杉超市 (shop)"))
      << Content(now);
  const std::string before = Path("before.jsonl");
  ASSERT_EQ(
      Export({"registry", "端口", "--as-of", "2020-01-01", "--out", before})
          .code,
      0);
  EXPECT_EQ(Content(before), "");
  const Output bad = Export({"registry", "colour", "--out", Path("c.csv")});
  EXPECT_NE(bad.code, 0);
  ExpectAll(bad.err, {"colour"});
}

TEST_F(ExportTest, APersonsRecordsAreOneFile) {
  ASSERT_EQ(
      Run({"optout", "add", Number(3), "--content-provider", "shop"}).code, 0);
  const std::string path = Path("a.csv");
  const Output output = Export({"person", Number(3), "--out", path});
  EXPECT_EQ(output.code, 0) << output.err;
  const std::string csv = Content(path);
  for (const char* const text :
       {"\"时间\",\"类型\"", "\"短信\"", "\"退订\"", "云杉超市 (shop)"}) {
    EXPECT_TRUE(absl::StrContains(csv, text)) << text << csv;
  }
}

TEST_F(ExportTest, TheOperatorLogIsRows) {
  ASSERT_EQ(Run({"dossier", Number(2), "--lookup-reason", "投诉 118"}).code, 0);
  clock_.Advance(absl::Seconds(1));
  const std::string path = Path("a.csv");
  const Output output = Export({"operators", "--out", path});
  ASSERT_EQ(output.code, 0) << output.err;
  const std::string csv = Content(path);
  for (const char* const text : {"查看号码档案", "13800000002", "投诉 118"}) {
    EXPECT_TRUE(absl::StrContains(csv, text)) << text << csv;
  }
}

TEST_F(ExportTest, AnotherNameOrEncodingIsAnError) {
  const Output name = Export({"messages", "--out", Path("a.pdf")});
  EXPECT_NE(name.code, 0);
  ExpectAll(name.err, {"扩展名须为 .xlsx、.csv 或 .jsonl"});
  const Output encoding =
      Export({"messages", "--out", Path("a.csv"), "--encoding", "big5"});
  EXPECT_NE(encoding.code, 0);
  ExpectAll(encoding.err, {"须为 utf-8 或 gb18030"});
}

// An export that broke off goes on behind what it has, with the same times.
TEST_F(ExportTest, GoesOnWhereItStopped) {
  const std::string path = Path("a.jsonl");
  admin::v1::SearchMessagesRequest request = SearchAll();
  admin::v1::SearchMessagesResponse first;
  request.set_page_size(1);
  const auto stub = admin::v1::AuditService::NewStub(channel_);
  ASSERT_TRUE(stub->SearchMessages(As(admin_key_).get(), request, &first).ok());
  ASSERT_FALSE(first.next_page_token().empty());
  {
    const std::unique_ptr<ExportSource> source = Source();
    auto spool = Spool::Open(path, *source);
    ASSERT_TRUE(spool.ok()) << spool.status();
    ASSERT_TRUE((*spool)->Add({first, 1, first.next_page_token()}).ok());
  }
  // Half a page came after the last state.
  std::ofstream(path + ".part", std::ios::app) << "\x10half";
  const Output output = Export({"messages", "--out", path});
  EXPECT_EQ(output.code, 0) << output.err;
  ExpectAll(output.err, {"接着上次未完成的导出，已有 1 条"});
  const auto ids = [](const std::string& lines) {
    std::vector<std::string> ids;
    for (absl::string_view line : absl::StrSplit(lines, '\n')) {
      ids.emplace_back(line.substr(0, line.find(',')));
    }
    return ids;
  };
  const Output search =
      RunAsIs(With({"audit", "search", "--json"}, admin_key_));
  EXPECT_EQ(ids(Content(path)), ids(search.out));
}

// A run that broke off when its cover was written goes on; the proof of another
// export stays.
TEST_F(ExportTest, OnlyItsOwnCoverIsWrittenAgain) {
  const std::string path = Path("a.jsonl");
  admin::v1::SearchMessagesResponse all;
  ASSERT_TRUE(admin::v1::AuditService::NewStub(channel_)
                  ->SearchMessages(As(admin_key_).get(), SearchAll(), &all)
                  .ok());
  {
    const std::unique_ptr<ExportSource> source = Source();
    auto spool = Spool::Open(path, *source);
    ASSERT_TRUE(spool.ok()) << spool.status();
    ASSERT_TRUE((*spool)->Add({all, 3, all.next_page_token()}).ok());
  }
  std::ofstream(path + ".proof.json") << "of the run before";
  EXPECT_EQ(Export({"messages", "--out", path}).code, 0);
  EXPECT_NE(Content(path + ".proof.json"), "of the run before");

  const std::string other = Path("b.jsonl");
  std::ofstream(other + ".proof.json") << "of another";
  const Output output = Export({"messages", "--out", other});
  EXPECT_NE(output.code, 0);
  ExpectAll(output.err, {"b.jsonl.proof.json 已存在"});
  EXPECT_EQ(Content(other + ".proof.json"), "of another");
  EXPECT_FALSE(Exists(other + ".part"));
}

TEST_F(ExportTest, APartOfAnotherExportIsNotTaken) {
  const std::string path = Path("a.jsonl");
  {
    const admin::v1::SearchMessagesResponse page;
    const std::unique_ptr<ExportSource> source = Source();
    auto spool = Spool::Open(path, *source);
    ASSERT_TRUE((*spool)->Add({page, 0, page.next_page_token()}).ok());
  }
  const Output output =
      Export({"messages", "--out", path, "--class", "notice"});
  EXPECT_NE(output.code, 0);
  ExpectAll(output.err, {"是另一次导出未完成的部分"});
}

// A spreadsheet must not run what a message says.
TEST(CsvSheet, NoTextIsAFormula) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/a.csv";
  auto sheet = MakeCsvSheet(path, {{"text"}, {"other"}}, CsvEncoding::kUtf8);
  ASSERT_TRUE(sheet.ok()) << sheet.status();
  ASSERT_TRUE((*sheet)->Add({"=cmd|' /C calc'!A0", "say \"hi\",\nthere"}).ok());
  ASSERT_TRUE((*sheet)->Finish().ok());
  EXPECT_EQ(Content(path),
            "\xEF\xBB\xBF\"text\",\"other\"\r\n"
            "\"'=cmd|' /C calc'!A0\",\"say \"\"hi\"\",\nthere\"\r\n");
}

TEST(XlsxSheet, HasTimesAndNumbers) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/a.xlsx";
  auto sheet = MakeXlsxSheet(
      path, {{"time", CellKind::kTime}, {"count", CellKind::kNumber}}, "sheet");
  ASSERT_TRUE(sheet.ok()) << sheet.status();
  ASSERT_TRUE((*sheet)->Add({"2026-01-31 12:00:00", "35210"}).ok());
  ASSERT_TRUE((*sheet)->Finish().ok());
  const std::string texts = TextsOf(path);
  EXPECT_TRUE(absl::StrContains(texts, "46053.5")) << texts;
  EXPECT_TRUE(absl::StrContains(texts, "35210")) << texts;
}

}  // namespace
}  // namespace sluice::ctl
