#include "tools/sluicectl/exports/cover_page.h"

#include <hpdf.h>
#include <unistd.h>

#include <memory>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "tools/lib/wrap.h"

namespace sluice::ctl {
namespace {

// Fonts of Debian that have Chinese characters, and that libharu can embed.
constexpr const char* kFonts[] = {
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf"};

// In points.
constexpr float kLeft = 56;
constexpr float kValues = 150;
constexpr float kTop = 770;
constexpr float kBottom = 50;
constexpr float kTitleSize = 18;
constexpr float kSize = 10;
constexpr float kLineHeight = 16;
// A cell of a terminal is half a Chinese character.
constexpr size_t kValueCells = 78;
constexpr size_t kProseCells = 96;

absl::Status NoFont() {
  return ErrorOf(absl::StatusCode::kNotFound,
                 SayBoth("没有可用的中文字体：请安装 fonts-wqy-microhei",
                         "no font with Chinese characters: install "
                         "fonts-wqy-microhei"));
}

// The first error of the library; it goes on after one.
void KeepError(HPDF_STATUS error, HPDF_STATUS, void* first) {
  auto& kept = *static_cast<HPDF_STATUS*>(first);
  if (kept == HPDF_OK) kept = error;
}

// Draws from the top of the page downwards.
class Drawing {
 public:
  Drawing(HPDF_Doc pdf, HPDF_Font font) : pdf_(pdf), font_(font) { AddPage(); }

  void Text(float x, float size, const std::string& text) {
    HPDF_Page_BeginText(page_);
    HPDF_Page_SetFontAndSize(page_, font_, size);
    HPDF_Page_TextOut(page_, x, y_, text.c_str());
    HPDF_Page_EndText(page_);
  }
  void Down(float points) {
    y_ -= points;
    if (y_ < kBottom) AddPage();
  }

 private:
  void AddPage() {
    page_ = HPDF_AddPage(pdf_);
    HPDF_Page_SetSize(page_, HPDF_PAGE_SIZE_A4, HPDF_PAGE_PORTRAIT);
    y_ = kTop;
  }

  const HPDF_Doc pdf_;
  const HPDF_Font font_;
  HPDF_Page page_ = nullptr;
  float y_ = kTop;
};

void Draw(const CoverPage& page, Drawing& drawing) {
  drawing.Text(kLeft, kTitleSize, page.title);
  drawing.Down(2 * kLineHeight);
  for (const CoverLine& line : page.lines) {
    drawing.Text(kLeft, kSize, line.title);
    for (const std::string& part : tools::Wrap(line.value, kValueCells)) {
      drawing.Text(kValues, kSize, part);
      drawing.Down(kLineHeight);
    }
  }
  drawing.Down(kLineHeight);
  for (const std::string& part : tools::Wrap(page.footer, kProseCells)) {
    drawing.Text(kLeft, kSize, part);
    drawing.Down(kLineHeight);
  }
}

}  // namespace

absl::Status WriteCoverPage(const CoverPage& page, const std::string& path) {
  const char* file = nullptr;
  for (const char* const one : kFonts) {
    if (access(one, R_OK) == 0) {
      file = one;
      break;
    }
  }
  if (file == nullptr) return NoFont();
  HPDF_STATUS error = HPDF_OK;
  const std::unique_ptr<std::remove_pointer_t<HPDF_Doc>, decltype(&HPDF_Free)>
      pdf(HPDF_New(KeepError, &error), HPDF_Free);
  if (pdf == nullptr) return absl::ResourceExhaustedError("no memory");
  HPDF_SetCompressionMode(pdf.get(), HPDF_COMP_ALL);
  HPDF_UseUTFEncodings(pdf.get());
  const char* const name =
      absl::string_view(file).substr(absl::string_view(file).size() - 4) ==
              ".ttc"
          ? HPDF_LoadTTFontFromFile2(pdf.get(), file, 0, HPDF_TRUE)
          : HPDF_LoadTTFontFromFile(pdf.get(), file, HPDF_TRUE);
  if (name == nullptr) return NoFont();
  const HPDF_Font font = HPDF_GetFont(pdf.get(), name, "UTF-8");
  Drawing drawing(pdf.get(), font);
  Draw(page, drawing);
  if (error == HPDF_OK) HPDF_SaveToFile(pdf.get(), path.c_str());
  if (error == HPDF_OK) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat(path, ": not written (libharu ", error, ")"));
}

}  // namespace sluice::ctl
