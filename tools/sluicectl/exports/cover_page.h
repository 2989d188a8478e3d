#pragma once

// A page for people: lines of a title and a value, as PDF.

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace sluice::ctl {

struct CoverLine {
  std::string title;
  std::string value;  // Broken where it is wide.
};

struct CoverPage {
  std::string title;
  std::vector<CoverLine> lines;
  std::string footer;  // Prose below them.
};

// Writes an A4 page with an embedded font. Errors: kNotFound (no font with
// Chinese characters is installed: which package has one); kUnavailable.
absl::Status WriteCoverPage(const CoverPage& page, const std::string& path);

}  // namespace sluice::ctl
