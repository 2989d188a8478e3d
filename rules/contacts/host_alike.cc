#include "rules/contacts/host_alike.h"

#include <unicode/utf8.h>

#include "absl/strings/str_replace.h"
#include "rules/base/characters.h"
#include "rules/contacts/host_name.h"
#include "rules/fold/evasive.h"
#include "rules/fold/fold.h"

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

std::string LookOfHost(absl::string_view host) {
  std::string unicode;
  if (!HostInUnicode(host, unicode)) unicode = std::string(host);
  std::string folded;
  FoldTable::Shared().Fold(unicode, folded);
  std::string look;
  const auto size = static_cast<int32_t>(folded.size());
  for (int32_t at = 0; at < size;) {
    UChar32 c = 0;
    U8_NEXT(folded.data(), at, size, c);
    if (c == '-' || c == '_') continue;
    AppendUtf8(LookOf(LooksLike(static_cast<char32_t>(c))), look);
  }
  return absl::StrReplaceAll(look, {{"rn", "m"}, {"vv", "w"}});
}

}  // namespace sluice::rules
