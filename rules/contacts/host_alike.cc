#include "rules/contacts/host_alike.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

#include "absl/strings/strip.h"
#include "rules/base/characters.h"
#include "rules/contacts/punycode.h"
#include "rules/fold/evasive.h"

namespace sluice::rules {
namespace {

char32_t LookOf(char32_t c) {
  switch (c) {
    case '0':
      return 'o';
    case '1':
    case 'i':
      return 'l';
    case '5':
      return 's';
    default:
      return c;
  }
}

}  // namespace

absl::string_view HostLook::Of(absl::string_view host) {
  look_.clear();
  for (;;) {
    const size_t end = std::min(host.find('.'), host.size());
    AddLabel(host.substr(0, end));
    if (end == host.size()) return look_;
    look_ += '.';
    host.remove_prefix(end + 1);
  }
}

void HostLook::AddLabel(absl::string_view label) {
  absl::string_view encoded = label;
  if (!absl::ConsumePrefix(&encoded, "xn--") ||
      !DecodePunycode(encoded, decoded_)) {
    for (const char c : label) Add(static_cast<uint8_t>(c));
    return;
  }
  written_.clear();
  for (const char32_t c : decoded_) AppendUtf8(c, written_);
  FoldTable::Shared().Fold(written_, folded_);
  const auto size = static_cast<int32_t>(folded_.bytes.size());
  for (int32_t at = 0; at < size;) {
    UChar32 c = 0;
    U8_NEXT(folded_.bytes.data(), at, size, c);
    Add(static_cast<char32_t>(c));
  }
}

void HostLook::Add(char32_t c) {
  if (c == '-' || c == '_') return;
  const char32_t look = LookOf(LooksLike(c));
  const char last = look_.empty() ? '\0' : look_.back();
  if (last == 'r' && look == 'n') {
    look_.back() = 'm';
  } else if (last == 'v' && look == 'v') {
    look_.back() = 'w';
  } else {
    AppendUtf8(look, look_);
  }
}

}  // namespace sluice::rules
