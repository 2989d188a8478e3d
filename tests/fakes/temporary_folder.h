#pragma once

// An empty folder that is removed after the test.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace sluice {

class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::filesystem::path& parent =
                               std::filesystem::temp_directory_path()) {
    path_ = (parent / "sluice-XXXXXX").string();
    EXPECT_NE(mkdtemp(path_.data()), nullptr);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace sluice
