#include "tools/lib/highlight.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tools/lib/display_width.h"

namespace sluice::tools {
namespace {

// A line of the output while it is being built.
class Line {
 public:
  Line(const Style& style, size_t indent)
      : style_(style), indent_(indent, ' ') {}

  size_t width() const { return width_; }

  void Add(absl::string_view character, size_t cells, bool hit) {
    if (hit != in_hit_) Flush();
    in_hit_ = hit;
    run_.append(character.data(), character.size());
    marks_.append(cells, hit ? '^' : ' ');
    width_ += cells;
  }

  void End(std::string& out) {
    Flush();
    absl::StrAppend(&out, indent_, text_, "\n");
    marks_.erase(marks_.find_last_not_of(' ') + 1);
    if (!style_.on() && !marks_.empty()) {
      absl::StrAppend(&out, indent_, marks_, "\n");
    }
    text_.clear();
    marks_.clear();
    width_ = 0;
  }

 private:
  void Flush() {
    absl::StrAppend(&text_, in_hit_ ? style_.Hit(run_) : run_);
    run_.clear();
  }

  const Style& style_;
  const std::string indent_;
  std::string text_;
  std::string run_;
  std::string marks_;
  size_t width_ = 0;
  bool in_hit_ = false;
};

}  // namespace

std::vector<bool> MarkHits(const std::vector<v1::Reason>& reasons,
                           size_t size) {
  std::vector<bool> hits(size, false);
  for (const v1::Reason& reason : reasons) {
    for (const v1::Span& span : reason.spans()) {
      const size_t end = std::min<size_t>(span.end(), size);
      for (size_t i = span.begin(); i < end; ++i) hits[i] = true;
    }
  }
  return hits;
}

std::string Highlight(absl::string_view text, const std::vector<bool>& hits,
                      const Style& style, size_t width, size_t indent) {
  const std::string printable = Printable(text);
  const size_t room = width > indent + 10 ? width - indent : 10;
  std::string out;
  Line line(style, indent);
  size_t index = 0;
  for (const Glyph& glyph : SplitGlyphs(printable)) {
    const size_t cells = CellsOf(glyph.code_point);
    if (line.width() + cells > room) line.End(out);
    line.Add(absl::string_view(printable).substr(glyph.offset, glyph.size),
             cells, index < hits.size() && hits[index]);
    ++index;
  }
  line.End(out);
  return out;
}

}  // namespace sluice::tools
