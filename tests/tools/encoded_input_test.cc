// Files of other encodings: named when nobody said so, read when somebody did.

#include "tools/lib/encoded_input.h"

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/tools/fake_gateway.h"
#include "tests/tools/fake_server.h"
#include "tools/evaluate_run/labelled_text.h"
#include "tools/lib/process.h"

namespace sluice::ctl {
namespace {

// "明天见" and "贷款".
constexpr char kTomorrow[] = "\xc3\xf7\xcc\xec\xbc\xfb";
constexpr char kLoan[] = "\xb4\xfb\xbf\xee";

std::string Utf16(const std::string& ascii) {
  std::string text = "\xff\xfe";
  for (const char c : ascii) text += std::string{c, '\0'};
  return text;
}

// What is read of `content`, or the error.
std::string Read(const std::string& content, absl::string_view encoding) {
  std::istringstream in(content);
  const auto utf8 = tools::AsUtf8(in, "f.txt", encoding);
  if (!utf8.ok()) return std::string(utf8.status().message());
  return std::string(std::istreambuf_iterator<char>(**utf8), {});
}

TEST(EncodedInput, ReadsWhatItIsTold) {
  EXPECT_EQ(Read("明天见\n", ""), "明天见\n");
  EXPECT_EQ(Read("\xef\xbb\xbf明天见\n", ""), "明天见\n");
  EXPECT_EQ(Read("", ""), "");
  EXPECT_EQ(Read(kTomorrow, "gbk"), "明天见");
  EXPECT_EQ(Read("明天见\n", "gbk"), "明天见\n");
  EXPECT_EQ(Read(Utf16("a\n"), "utf-16"), "a\n");
  EXPECT_EQ(Read("a\xff", ""), "a\xff");
  // The bad bytes are a fault of their line alone.
  EXPECT_EQ(Read(absl::StrCat(kTomorrow, "\n\xff\n", kLoan, "\n"), "gbk"),
            "明天见\n\xff\n贷款\n");
  EXPECT_EQ(Read("a\n\xb4", "gbk"), "a\n\xff");
}

// Of an Excel or Word file no encoding is told, given one or not, and every
// command says the same.
TEST(EncodedInput, NamesFilesOfExcelAndWord) {
  const std::string excel("PK\x03\x04\x14\0\x06\0\x08\0\xb4\xfb\xbf", 13);
  for (const std::string& content :
       {excel, std::string("\xd0\xcf\x11\xe0\xa1\xb1"),
        std::string("{\\rtf1\\ansi")}) {
    for (const char* encoding : {"", "gbk", "utf-16", "utf-8"}) {
      EXPECT_TRUE(absl::StartsWith(Read(content, encoding),
                                   "f.txt: a file of Excel or Word, and no "
                                   "text: save it there as CSV UTF-8"))
          << encoding << Read(content, encoding);
    }
  }
  EXPECT_TRUE(absl::StartsWith(Read("%PDF-1.7\n", ""), "f.txt: a PDF"));
  const tools::TempFolder folder("excel");
  const std::string file = folder.path() + "/real.xlsx";
  std::ofstream(file, std::ios::binary) << excel;
  FakeGateway gateway;
  FakeOptOuts opt_outs;
  FakeServer server({&gateway, &opt_outs});
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"submit", file},
        {"submit", file, "--encoding", "gbk"},
        {"optout", "import", file},
        {"rules", "test", "rules/packs/cn-2015", file},
        {"rules", "preview", "rules/packs/cn-2015", "--against",
         "rules/packs/cn-2015", "--file", file},
        {"registry", "create", "port", "p", "--file", file, "--reason", "r"}}) {
    const Output output = server.RunAsIs(command);
    EXPECT_NE(output.code, 0) << command[0];
    EXPECT_TRUE(absl::StrContains(output.err, "这是 Excel 或 Word 文件"))
        << command[0] << " " << command[1] << ": " << output.out << output.err;
    EXPECT_FALSE(absl::StrContains(output.err, "--encoding")) << output.err;
  }
}

TEST(EncodedInput, NamesWhatItIsNotTold) {
  EXPECT_TRUE(absl::StartsWith(Read(absl::StrCat("a\nb", kTomorrow), ""),
                               "f.txt:2:2: not UTF-8: it looks like GBK"));
  EXPECT_TRUE(absl::StartsWith(Read(Utf16("a\n"), ""),
                               "f.txt:1:1: not UTF-8: it looks like UTF-16"));
  EXPECT_TRUE(absl::StrContains(Read(Utf16("a\n"), "gbk"), "UTF-16"));
  EXPECT_TRUE(absl::StrContains(Read("a", "big5"), "\"big5\" is not one of"));
}

TEST(EncodedInput, ReadsLongFiles) {
  std::string gbk = "x";
  std::string expected = "x";
  for (int i = 0; i < 40'000; ++i) {
    absl::StrAppend(&gbk, kTomorrow, "\n");
    expected += "明天见\n";
  }
  EXPECT_EQ(Read(gbk, "gbk"), expected);
}

class EncodedFiles : public testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& content) {
    const std::string path = absl::StrCat(folder_.path(), "/", name);
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

  FakeGateway gateway_;
  FakeOptOuts opt_outs_;
  const FakeServer server_{&gateway_, &opt_outs_};
  const tools::TempFolder folder_{"encoded-files"};
};

TEST_F(EncodedFiles, Submit) {
  const std::string path =
      Write("m.tsv", absl::StrCat("13800138000\tnotice\t", kTomorrow, "\n"));
  const Output refused = server_.Run({"submit", path});
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(absl::StrContains(refused.err,
                                "m.tsv:1:20: not UTF-8: it looks like GBK"))
      << refused.err;
  EXPECT_TRUE(gateway_.messages.empty());
  const Output sent = server_.Run({"submit", path, "--encoding", "gbk"});
  EXPECT_EQ(sent.code, 0) << sent.err;
  ASSERT_EQ(gateway_.messages.size(), 1u);
  EXPECT_EQ(gateway_.messages[0].text(), "明天见");
  // From standard input, too.
  const Output piped =
      server_.Run({"submit", "-", "--encoding", "utf-16", "--no-keys"},
                  Utf16("13800138000\tnotice\thello\n"));
  EXPECT_EQ(piped.code, 0) << piped.err;
  ASSERT_EQ(gateway_.messages.size(), 2u);
  EXPECT_EQ(gateway_.messages[1].text(), "hello");
}

TEST_F(EncodedFiles, OptOutImport) {
  const std::string path = Write("o.csv", Utf16("13800138000\r\n"));
  const Output refused = server_.Run({"optout", "import", path});
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(absl::StrContains(refused.err, "it looks like UTF-16"))
      << refused.err;
  const Output imported =
      server_.Run({"optout", "import", path, "--encoding", "utf-16", "--json"});
  EXPECT_EQ(imported.code, 0) << imported.err;
  EXPECT_TRUE(absl::StrContains(imported.out, "\"lines\":1"))
      << imported.out << imported.err;
}

TEST_F(EncodedFiles, LabelledTexts) {
  const std::string path =
      Write("t.tsv", absl::StrCat("a\t", kTomorrow, "\nb\t", kLoan, "\n"));
  const auto refused = evaluate::ReadLabelledTexts(path, evaluate::Part::kAll);
  EXPECT_TRUE(absl::StrContains(refused.status().message(),
                                "t.tsv:1:3: not UTF-8: it looks like GBK"))
      << refused.status();
  const auto texts =
      evaluate::ReadLabelledTexts(path, evaluate::Part::kAll, "gbk");
  ASSERT_TRUE(texts.ok()) << texts.status();
  ASSERT_EQ(texts->size(), 2u);
  EXPECT_EQ((*texts)[1].text, "贷款");
}

}  // namespace
}  // namespace sluice::ctl
