#pragma once

// The file that a command reads, or standard input for "-".

#include <cstdint>
#include <fstream>
#include <istream>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tools/lib/progress.h"

namespace sluice::ctl {

class InputFile {
 public:
  // `standard_input` must outlive it.
  explicit InputFile(std::istream& standard_input) : in_(&standard_input) {}

  // `encoding` as for tools::AsUtf8(); what stream() gives is UTF-8. Errors:
  // kNotFound (the file cannot be read, or is a folder); those of AsUtf8().
  // Standard input is looked at only when an encoding is given, so that its
  // lines need not wait for more.
  absl::Status Open(const std::string& path, absl::string_view encoding = "");

  std::istream& stream() { return *in_; }
  // The file's size; 0 when unknown.
  uint64_t bytes() const { return bytes_; }
  // Shows how much has been read, if the size is known. Call it for every line.
  void Show(tools::Progress& progress);

 private:
  absl::Status Decode(const std::string& path, absl::string_view encoding);

  std::istream* in_;
  std::ifstream file_;
  std::unique_ptr<std::istream> utf8_;
  uint64_t bytes_ = 0;
  uint64_t lines_ = 0;
};

}  // namespace sluice::ctl
