#include "rules/match/compile_cache.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/match/matcher.h"
#include "tests/fakes/temporary_folder.h"

namespace sluice::rules {
namespace {

namespace fs = std::filesystem;

class CompileCacheTest : public testing::Test {
 protected:
  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& one : fs::directory_iterator(folder_.path())) {
      files.push_back(one.path().string());
    }
    return files;
  }

  // How many hits the patterns have in "发票 1元".
  size_t Look(const Patterns& patterns) {
    const auto matcher = Matcher::Compile(patterns, &cache_);
    EXPECT_TRUE(matcher.ok()) << matcher.status();
    FoldedText folded;
    FoldTable::Shared().Fold("发票 1元", folded);
    MatchScratch scratch;
    std::vector<Found> found;
    (*matcher)->Match(folded, scratch, found);
    return found.size();
  }

  const TemporaryFolder folder_;
  const CompileCache cache_{folder_.path()};
};

TEST_F(CompileCacheTest, WhatWasCompiledIsFoundAgainAndMatchesAlike) {
  const Patterns one = {.words = {{"发票"}}, .regexes = {{"\\d元"}}};
  const Patterns other = {.words = {{"发票"}, {"元"}}};
  EXPECT_EQ(Look(one), 2u);
  ASSERT_EQ(Files().size(), 2u);  // Of the words, and of the regexes.
  const auto made = fs::last_write_time(Files()[0]);
  EXPECT_EQ(Look(one), 2u);
  EXPECT_EQ(Look(other), 2u);
  EXPECT_EQ(Files().size(), 3u);
  EXPECT_GE(fs::last_write_time(Files()[0]), made);
}

// Changes each octet, and each length: the patterns must be compiled again.
TEST_F(CompileCacheTest, WhatIsDamagedIsNotThere) {
  cache_.Put("key", "database");
  const std::string path = Files()[0];
  EXPECT_EQ(cache_.Get("key"), "database");
  std::string content(fs::file_size(path), '\0');
  std::ifstream(path, std::ios::binary)
      .read(content.data(), static_cast<std::streamsize>(content.size()));
  for (size_t i = 0; i < content.size(); ++i) {
    std::string changed = content;
    changed[i] ^= 1;
    std::ofstream(path, std::ios::binary) << changed;
    EXPECT_EQ(cache_.Get("key"), std::nullopt) << i;
    std::ofstream(path, std::ios::binary) << content.substr(0, i);
    EXPECT_EQ(cache_.Get("key"), std::nullopt) << i;
  }
  EXPECT_EQ(cache_.Get("other"), std::nullopt);
}

TEST_F(CompileCacheTest, WhatIsNoDatabaseIsCompiledAnew) {
  const Patterns patterns = {.words = {{"发票"}}};
  EXPECT_EQ(Look(patterns), 1u);
  const std::string key = fs::path(Files()[0]).stem().string();
  cache_.Put(key, "no database");
  EXPECT_EQ(Look(patterns), 1u);
  EXPECT_NE(cache_.Get(key), "no database");
}

TEST_F(CompileCacheTest, OldOnesGo) {
  for (int i = 0; i < 100; ++i) cache_.Put(absl::StrCat("key", i), "x");
  EXPECT_EQ(Files().size(), 64u);
  EXPECT_EQ(cache_.Get("key99"), "x");
}

TEST(CompileCache, AFolderThatCannotBeMadeIsNoFault) {
  const CompileCache cache("/dev/null/no");
  cache.Put("key", "x");
  EXPECT_EQ(cache.Get("key"), std::nullopt);
  EXPECT_TRUE(Matcher::Compile({.words = {{"发票"}}}, &cache).ok());
}

}  // namespace
}  // namespace sluice::rules
