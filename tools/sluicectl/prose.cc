#include "tools/sluicectl/prose.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/lib/wrap.h"

namespace sluice::ctl {
namespace {

// Of lines that go on: more than the indent of commands below a sentence.
constexpr size_t kGoesOnIndent = 4;

}  // namespace

std::string Prose(const Context& context, absl::string_view text) {
  return absl::StrCat(tools::WrapLines(text, context.width, kGoesOnIndent),
                      "\n");
}

void PrintProse(const Context& context, const std::string& text,
                absl::string_view head, absl::string_view styled) {
  const std::string lines = Prose(context, text);
  // A head that was broken is shown as it is.
  if (!absl::StartsWith(lines, head)) {
    context.out << lines;
    return;
  }
  context.out << styled << lines.substr(head.size());
}

void PrintNote(const Context& context, const std::string& head,
               const std::string& rest) {
  PrintProse(context, head + rest, head, context.style.Bad(head));
}

}  // namespace sluice::ctl
