#include <csv.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "rules/base/status_macros.h"
#include "tools/sluicectl/exports/sheet.h"

namespace sluice::ctl {
namespace {

// What begins a formula in a spreadsheet.
bool IsFormula(const std::string& text) {
  return !text.empty() && std::strchr("=+-@\t\r", text.front()) != nullptr;
}

class CsvSheet final : public Sheet {
 public:
  CsvSheet(std::string path, std::FILE* file, UConverter* gb18030)
      : path_(std::move(path)), file_(file), gb18030_(gb18030) {}
  ~CsvSheet() override {
    if (gb18030_ != nullptr) ucnv_close(gb18030_);
    if (file_ != nullptr) std::fclose(file_);
  }

  absl::Status Begin(const std::vector<SheetColumn>& columns) {
    if (gb18030_ == nullptr) row_ = "\xEF\xBB\xBF";
    std::vector<std::string> headings;
    for (const SheetColumn& column : columns) {
      headings.push_back(column.heading);
    }
    return Add(headings);
  }

  absl::Status Add(const std::vector<std::string>& cells) override {
    for (size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) row_.push_back(',');
      const std::string text =
          IsFormula(cells[i]) ? absl::StrCat("'", cells[i]) : cells[i];
      // Each octet may become two, between quotes.
      quoted_.resize(2 * text.size() + 2);
      row_.append(quoted_.data(), csv_write(quoted_.data(), quoted_.size(),
                                            text.data(), text.size()));
    }
    row_.append("\r\n");
    const std::string& bytes = gb18030_ == nullptr ? row_ : ToGb18030();
    const bool written =
        std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size();
    row_.clear();
    return written ? absl::OkStatus() : Failed();
  }

  absl::Status Finish() override {
    std::FILE* const file = std::exchange(file_, nullptr);
    return std::fclose(file) == 0 ? absl::OkStatus() : Failed();
  }

 private:
  absl::Status Failed() const {
    return absl::UnavailableError(
        absl::StrCat(path_, ": ", std::strerror(errno)));
  }

  const std::string& ToGb18030() {
    const icu::UnicodeString text = icu::UnicodeString::fromUTF8(row_);
    UErrorCode error = U_ZERO_ERROR;
    encoded_.resize(4 * static_cast<size_t>(text.length()) + 1);
    const int32_t size =
        text.extract(encoded_.data(), static_cast<int32_t>(encoded_.size()),
                     gb18030_, error);
    encoded_.resize(static_cast<size_t>(size));
    return encoded_;
  }

  const std::string path_;
  std::FILE* file_;
  UConverter* const gb18030_;
  std::string row_;
  std::string quoted_;
  std::string encoded_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Sheet>> MakeCsvSheet(
    const std::string& path, const std::vector<SheetColumn>& columns,
    CsvEncoding encoding) {
  UConverter* gb18030 = nullptr;
  if (encoding == CsvEncoding::kGb18030) {
    UErrorCode error = U_ZERO_ERROR;
    gb18030 = ucnv_open("GB18030", &error);
    if (U_FAILURE(error)) {
      return absl::UnavailableError("ICU has no converter for GB18030");
    }
  }
  std::FILE* const file = std::fopen(path.c_str(), "wbe");
  if (file == nullptr) {
    if (gb18030 != nullptr) ucnv_close(gb18030);
    return absl::UnavailableError(
        absl::StrCat(path, ": ", std::strerror(errno)));
  }
  auto sheet = std::make_unique<CsvSheet>(path, file, gb18030);
  SLUICE_RETURN_IF_ERROR(sheet->Begin(columns));
  return std::unique_ptr<Sheet>(std::move(sheet));
}

}  // namespace sluice::ctl
