#include "rules/base/files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace sluice {
namespace {

TEST(Files, ReadsEveryByte) {
  const std::string path = testing::TempDir() + "sluice_files_test";
  const std::string content("one\r\n\0two\n", 10);
  std::ofstream(path, std::ios::binary) << content;
  EXPECT_EQ(ReadFile(path).value(), content);
  std::ofstream(path, std::ios::binary) << "";
  EXPECT_EQ(ReadFile(path).value(), "");
  std::filesystem::remove(path);
}

TEST(Files, SaysWhatCannotBeRead) {
  const std::string folder = testing::TempDir();
  EXPECT_EQ(ReadFile(folder + "sluice_no_such_file").status(),
            absl::NotFoundError(folder + "sluice_no_such_file: no such file"));
  EXPECT_EQ(ReadFile(folder).status(),
            absl::UnavailableError(folder + ": cannot be read"));
}

}  // namespace
}  // namespace sluice
