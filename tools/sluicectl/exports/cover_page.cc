#include "tools/sluicectl/exports/cover_page.h"

#include <cairo-pdf.h>
#include <cairo.h>
#include <fontconfig/fontconfig.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "tools/lib/wrap.h"

namespace sluice::ctl {
namespace {

// A4, in points.
constexpr double kWidth = 595.3;
constexpr double kHeight = 841.9;
constexpr double kLeft = 56;
constexpr double kValues = 150;
constexpr double kTop = 80;
constexpr double kBottom = 790;
constexpr double kTitleSize = 18;
constexpr double kSize = 10;
constexpr double kLineHeight = 16;
// A cell of a terminal is half a Chinese character.
constexpr size_t kValueCells = 78;
constexpr size_t kProseCells = 96;

template <auto free>
struct Freed {
  template <typename T>
  void operator()(T* one) const {
    free(one);
  }
};
using Pattern = std::unique_ptr<FcPattern, Freed<FcPatternDestroy>>;
using Surface = std::unique_ptr<cairo_surface_t, Freed<cairo_surface_destroy>>;
using Cairo = std::unique_ptr<cairo_t, Freed<cairo_destroy>>;

const FcChar8* Bytes(const char* text) {
  return reinterpret_cast<const FcChar8*>(text);
}

// The family of an installed font that has the characters of China's Chinese.
absl::StatusOr<std::string> ChineseFamily() {
  const Pattern asked(FcPatternCreate());
  FcPatternAddString(asked.get(), FC_LANG, Bytes("zh-cn"));
  FcConfigSubstitute(nullptr, asked.get(), FcMatchPattern);
  FcDefaultSubstitute(asked.get());
  FcResult result = FcResultNoMatch;
  const Pattern found(FcFontMatch(nullptr, asked.get(), &result));
  FcLangSet* languages = nullptr;
  FcChar8* family = nullptr;
  if (found == nullptr ||
      FcPatternGetLangSet(found.get(), FC_LANG, 0, &languages) !=
          FcResultMatch ||
      FcLangSetHasLang(languages, Bytes("zh-cn")) != FcLangEqual ||
      FcPatternGetString(found.get(), FC_FAMILY, 0, &family) != FcResultMatch) {
    return ErrorOf(absl::StatusCode::kNotFound,
                   SayBoth("没有可用的中文字体：请安装 fonts-wqy-microhei",
                           "no font with Chinese characters: install "
                           "fonts-wqy-microhei"));
  }
  return reinterpret_cast<const char*>(family);
}

// Draws from the top of the page downwards.
class Drawing {
 public:
  Drawing(cairo_t* cairo, const std::string& family) : cairo_(cairo) {
    cairo_select_font_face(cairo_, family.c_str(), CAIRO_FONT_SLANT_NORMAL,
                           CAIRO_FONT_WEIGHT_NORMAL);
  }

  void Text(double x, double size, const std::string& text) {
    cairo_set_font_size(cairo_, size);
    cairo_move_to(cairo_, x, y_);
    cairo_show_text(cairo_, text.c_str());
  }
  void Down(double points) {
    y_ += points;
    if (y_ <= kBottom) return;
    cairo_show_page(cairo_);
    y_ = kTop;
  }

 private:
  cairo_t* const cairo_;
  double y_ = kTop;
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
  SLUICE_ASSIGN_OR_RETURN(const std::string family, ChineseFamily());
  const Surface surface(
      cairo_pdf_surface_create(path.c_str(), kWidth, kHeight));
  const Cairo cairo(cairo_create(surface.get()));
  Drawing drawing(cairo.get(), family);
  Draw(page, drawing);
  cairo_surface_finish(surface.get());
  for (const cairo_status_t status :
       {cairo_status(cairo.get()), cairo_surface_status(surface.get())}) {
    if (status == CAIRO_STATUS_SUCCESS) continue;
    return absl::UnavailableError(
        absl::StrCat(path, ": ", cairo_status_to_string(status)));
  }
  return absl::OkStatus();
}

}  // namespace sluice::ctl
