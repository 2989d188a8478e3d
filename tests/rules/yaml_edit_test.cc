// Edits of YAML files: the text around an edit stays as it is, and a layout
// that an edit does not understand is refused.

#include "rules/pack/yaml_edit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>

#include "absl/strings/match.h"
#include "rules/base/files.h"
#include "rules/pack/shipped_packs.h"
#include "tests/fakes/temporary_folder.h"

namespace sluice::rules {
namespace {

using Edit = std::function<absl::Status(YamlEditor&)>;

struct Case {
  const char* name;
  std::string before;
  Edit edit;
  std::string after;
};

Edit Append(std::string list, std::vector<std::string> texts) {
  return [=](YamlEditor& file) { return file.Append(list, texts); };
}
Edit Remove(std::string path) {
  return [=](YamlEditor& file) { return file.Remove(path); };
}
Edit Set(std::string field, std::string text) {
  return [=](YamlEditor& file) { return file.Set(field, text); };
}

const Case kCases[] = {
    {"behind the last line of a block list, comments stay",
     "# Top.\na:\n  - x  # One.\n  - 'y'\n# End.\nb: 1\n",
     Append("a", {"z", "w"}),
     "# Top.\na:\n  - x  # One.\n  - 'y'\n  - z\n  - w\n# End.\nb: 1\n"},
    {"dashes under their key", "a:\n- x\nb: 1\n", Append("a", {"z"}),
     "a:\n- x\n- z\nb: 1\n"},
    {"a file without a line end at its end", "a:\n  - x", Append("a", {"z"}),
     "a:\n  - x\n  - z\n"},
    {"line ends of Windows", "a:\r\n  - x\r\nb: 1\r\n", Append("a", {"z"}),
     "a:\r\n  - x\r\n  - z\r\nb: 1\r\n"},
    {"a byte order mark",
     "\xef\xbb\xbf"
     "a: [x]\n",
     Append("a", {"z"}),
     "\xef\xbb\xbf"
     "a: [x, z]\n"},
    {"behind the last item of a flow list", "a: [x, 'it''s', \"q]\"]  # Why.\n",
     Append("a", {"z"}), "a: [x, 'it''s', \"q]\", z]  # Why.\n"},
    {"a comment inside a flow list", "a: [\n  x, # ] no end\n  y  # Last.\n]\n",
     Append("a", {"z"}), "a: [\n  x, # ] no end\n  y, z  # Last.\n]\n"},
    {"an empty flow list", "a: []\n", Append("a", {"z"}), "a: [z]\n"},
    {"a full line of a flow list goes on in the next",
     "a:\n  [x,\n   " + std::string(78, 'y') + "]\n", Append("a", {"zz"}),
     "a:\n  [x,\n   " + std::string(78, 'y') + ",\n   zz]\n"},
    {"a list that is not there", "b: 1\n", Append("a", {"z"}),
     "b: 1\na:\n  - z\n"},
    {"a file with nothing but a comment", "# Rules.\n", Append("a", {"z"}),
     "# Rules.\na:\n  - z\n"},
    {"a list in a map that is not there",
     "r:\n  - id: one\n    n: 1\n\n  - id: two\n", Append("r[0].e.hit", {"z"}),
     "r:\n  - id: one\n    n: 1\n    e:\n      hit:\n        - z\n\n"
     "  - id: two\n"},
    {"the same in a flow map", "r:\n  - {id: one, n: 1}\n",
     Append("r[0].e.hit", {"z, w"}),
     "r:\n  - {id: one, n: 1, e: {hit: [\"z, w\"]}}\n"},
    {"what YAML would read as something else is quoted", "a:\n  - x\n",
     Append("a", {"# no", "- no", "null", "a: b", "*x", "“好”", "50%"}),
     "a:\n  - x\n  - \"# no\"\n  - \"- no\"\n  - \"null\"\n  - \"a: b\"\n"
     "  - \"*x\"\n  - “好”\n  - 50%\n"},
    {"an item of a block list", "a:\n  - x\n  - y # Why.\n  - z\n",
     Remove("a[1]"), "a:\n  - x\n  - z\n"},
    {"the first item of a flow list", "a: [x, y, z]\n", Remove("a[0]"),
     "a: [y, z]\n"},
    {"the last item of a flow list", "a: [x, y, 'z']\n", Remove("a[2]"),
     "a: [x, y]\n"},
    {"a list that becomes empty goes", "a:\n  - x\nb: 1\n", Remove("a[0]"),
     "b: 1\n"},
    {"and maps that become empty with it",
     "r:\n  - id: one\n    e:\n      hit: [x]\n    n: 1\n",
     Remove("r[0].e.hit[0]"), "r:\n  - id: one\n    n: 1\n"},
    {"a field of a flow map", "r: [{id: one, mode: off, n: 1}]\n",
     Remove("r[0].mode"), "r: [{id: one, n: 1}]\n"},
    {"a map goes with the comment right above it",
     "r:\n  # One.\n  - id: one\n    n: 1\n\n  # Two,\n  # of two lines.\n"
     "  - id: two\n    n: 2\n\n  - id: three\n",
     Remove("r[1]"), "r:\n  # One.\n  - id: one\n    n: 1\n\n  - id: three\n"},
    {"the same with line ends of Windows",
     "r:\r\n  - id: one\r\n\r\n  - id: two\r\n\r\n  - id: three\r\n",
     Remove("r[1]"), "r:\r\n  - id: one\r\n\r\n  - id: three\r\n"},
    {"a value in a block map", "r:\n  - id: one\n    n: 1 # Why.\n",
     Set("r[0].n", "23"), "r:\n  - id: one\n    n: 23 # Why.\n"},
    {"a quoted value", "n: 'it''s # it'  # Why.\n", Set("n", "so"),
     "n: so  # Why.\n"},
    {"a value of several lines",
     "r:\n  - id: one\n    n: >-\n      A long\n      note.\n    m: 1\n",
     Set("r[0].n", "Short."), "r:\n  - id: one\n    n: Short.\n    m: 1\n"},
    {"a new value stands before lists and maps",
     "r:\n  - id: one\n    n: 1\n    words: [x]\n", Set("r[0].mode", "observe"),
     "r:\n  - id: one\n    n: 1\n    mode: observe\n    words: [x]\n"},
    {"a new value at the end", "r:\n  - id: one\n", Set("r[0].mode", "off"),
     "r:\n  - id: one\n    mode: off\n"},
    {"a new value in a flow map", "r: [{id: one, w: [x]}]\n",
     Set("r[0].n", "1"), "r: [{id: one, w: [x], n: 1}]\n"},
    {"a new map in a list of maps",
     "r:\n  - id: one\n    n: >-\n      A\n\n      note.\n\n# End.\nb: 1\n",
     [](YamlEditor& file) { return file.AppendMap("r", "id", "two"); },
     "r:\n  - id: one\n    n: >-\n      A\n\n      note.\n\n  - id: two\n\n"
     "# End.\nb: 1\n"},
};

TEST(YamlEdit, ChangesNothingElse) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    auto file = YamlEditor::Open("p.yaml", c.before);
    ASSERT_TRUE(file.ok()) << file.status();
    const absl::Status done = c.edit(*file);
    EXPECT_TRUE(done.ok()) << done;
    EXPECT_EQ(file->content(), c.after);
  }
}

TEST(YamlEdit, RefusesALayoutThatItWouldSpoil) {
  const Case cases[] = {
      {"a plain text of two lines", "a: one\n  two\n", Set("a", "x"), ""},
      {"a list whose key has nothing", "a:\nb: 1\n", Append("a", {"x"}), ""},
      {"a single value that should be a list", "a: x\n", Append("a", {"y"}),
       ""},
      {"a comment that would go, too", "a: [x, # About x.\n  y]\n",
       Remove("a[0]"), ""},
      {"a map that should be a value", "a: {b: 1}\n", Set("a", "x"), ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    auto file = YamlEditor::Open("p.yaml", c.before);
    ASSERT_TRUE(file.ok()) << file.status();
    const absl::Status done = c.edit(*file);
    EXPECT_EQ(done.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(done.message()),
                testing::AllOf(testing::StartsWith("p.yaml:1:"),
                               testing::HasSubstr("edit it by hand")));
    EXPECT_EQ(file->content(), c.before);
  }
}

TEST(YamlEdit, NamesTheFaultsOfAFile) {
  const auto file = YamlEditor::Open("p.yaml", "a: [x\n");
  ASSERT_EQ(file.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(file.status().message()),
              testing::StartsWith("p.yaml:"));
}

// Each rule of the shipped pack can be edited: a word and an example more, and
// without them again, is the same file.
TEST(YamlEdit, ThereAndBackInTheShippedPack) {
  const std::string path = PackFolder("cn-2015") + "/rules.yaml";
  const auto content = ReadFile(path, 8 << 20);
  ASSERT_TRUE(content.ok()) << content.status();
  auto file = YamlEditor::Open(path, *content);
  ASSERT_TRUE(file.ok()) << file.status();
  const size_t rules = file->Find("rules")->items.size();
  ASSERT_GT(rules, 100u);
  for (size_t i = 0; i < rules; i += 41) {
    const std::string rule = absl::StrCat("rules[", i, "]");
    const std::string list = rule + ".allow_phrases";
    if (file->Find(list) != nullptr) continue;
    ASSERT_TRUE(file->Append(list, {"电子发票"}).ok()) << rule;
    ASSERT_TRUE(file->Set(rule + ".owner", "张三").ok()) << rule;
    ASSERT_NE(file->content(), *content);
    ASSERT_TRUE(file->Remove(rule + ".owner").ok()) << rule;
    ASSERT_TRUE(file->Remove(list + "[0]").ok()) << rule;
    ASSERT_EQ(file->content(), *content) << rule;
  }
}

// A folder here may be named as a shipped pack is; that one goes first.
TEST(ShippedPacks, AFolderHereHasItsName) {
  namespace fs = std::filesystem;
  EXPECT_TRUE(absl::EndsWith(PackFolder("cn-2015"), "packs/cn-2015"));
  EXPECT_TRUE(absl::EndsWith(PackFolder("no-such"), "packs/no-such"));
  const TemporaryFolder folder;
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  fs::create_directory("ours");
  fs::create_directory("cn-2015");
  EXPECT_EQ(PackFolder("ours"), "ours");
  EXPECT_TRUE(absl::EndsWith(PackFolder("cn-2015"), "packs/cn-2015"));
  fs::current_path(before);
}

}  // namespace
}  // namespace sluice::rules
