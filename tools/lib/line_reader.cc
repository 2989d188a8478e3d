#include "tools/lib/line_reader.h"

#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "tools/lib/encoded_input.h"

namespace sluice::tools {

LineReader::Line LineReader::Next(std::string& line) {
  line.clear();
  octets_ = 0;
  for (bool whole = false; !whole;) {
    in_.getline(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    auto got = static_cast<size_t>(in_.gcount());
    if (got == 0) {
      if (octets_ == 0) return Line::kEnd;
      break;
    }
    whole = !in_.fail() || in_.eof();
    if (!whole) {
      in_.clear();  // The buffer is full; the line goes on.
    } else if (!in_.eof()) {
      --got;  // The end of the line counts as read.
    }
    octets_ += got;
    if (octets_ <= octets_max_) line.append(buffer_.data(), got);
  }
  ++number_;
  if (octets_ > octets_max_) {
    line.clear();
    return Line::kTooLong;
  }
  if (number_ == 1 && absl::StartsWith(line, "\xef\xbb\xbf")) line.erase(0, 3);
  if (absl::EndsWith(line, "\r")) line.pop_back();
  return Line::kRead;
}

Both LineReader::TooLong() const {
  return SayBoth("这一行有 $0 字节，最多读 $1 字节",
                 "a line of $0 octets; at most $1 are read", octets_,
                 octets_max_);
}

absl::Status ForEachLineOf(
    const std::string& path,
    absl::FunctionRef<absl::Status(uint64_t number, std::string& line)> visit,
    absl::string_view encoding) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  }
  SLUICE_ASSIGN_OR_RETURN(const auto utf8, AsUtf8(file, path, encoding));
  LineReader lines(*utf8);
  std::string line;
  for (;;) {
    switch (lines.Next(line)) {
      case LineReader::Line::kEnd:
        if (!lines.broken()) return absl::OkStatus();
        return absl::UnavailableError(absl::StrCat(
            path, ":", lines.number() + 1, ": cannot be read from here on"));
      case LineReader::Line::kTooLong:
        return ErrorOf(absl::StatusCode::kInvalidArgument,
                       {absl::StrCat(path, ":", lines.number(), ": ",
                                     lines.TooLong().chinese),
                        absl::StrCat(path, ":", lines.number(), ": ",
                                     lines.TooLong().english)});
      case LineReader::Line::kRead:
        SLUICE_RETURN_IF_ERROR(visit(lines.number(), line));
    }
  }
}

}  // namespace sluice::tools
