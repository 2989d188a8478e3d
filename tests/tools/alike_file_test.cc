#include "tools/evaluate_run/alike_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sluice::evaluate {
namespace {

std::string FileOf(const std::string& content) {
  const std::string path = absl::StrCat(testing::TempDir(), "/alikes.txt");
  std::ofstream(path) << content;
  return path;
}

TEST(AlikeFile, ReadsCharactersAndTheOthers) {
  const auto alikes =
      ReadAlikes(FileOf("# sounds\n\n  # more\n信 新心 芯信\r\n票\t漂\n阿\n"));
  ASSERT_TRUE(alikes.ok()) << alikes.status();
  EXPECT_EQ(alikes->size(), 2u);
  // Without the character itself.
  EXPECT_EQ(alikes->at(U'信'),
            (std::vector<std::u32string>{U"新", U"心", U"芯"}));
  EXPECT_EQ(alikes->at(U'票'), (std::vector<std::u32string>{U"漂"}));
}

TEST(AlikeFile, ReadsTheWaysToWriteParts) {
  const auto parts = ReadParts(FileOf("好\t女 子\t𡥃\n网\t冂 乂 乂\t冂 㐅\n"));
  ASSERT_TRUE(parts.ok()) << parts.status();
  // A single part does not count.
  EXPECT_EQ(parts->at(U'好'), (std::vector<std::u32string>{U"女子"}));
  EXPECT_EQ(parts->at(U'网'),
            (std::vector<std::u32string>{U"冂乂乂", U"冂㐅"}));
}

TEST(AlikeFile, NamesTheLineThatIsNone) {
  for (const char* bad : {"信 新\n信新心\n", "信 新\n\xff 新\n"}) {
    const auto alikes = ReadAlikes(FileOf(bad));
    EXPECT_TRUE(absl::StrContains(alikes.status().message(), ".txt:2: a line"))
        << alikes.status();
  }
  EXPECT_EQ(ReadAlikes("no/such.txt").status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace sluice::evaluate
