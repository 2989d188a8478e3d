#include "rules/contacts/host_name.h"

#include <arpa/inet.h>
#include <unicode/bytestream.h>
#include <unicode/idna.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "rules/base/characters.h"
#include "rules/base/check.h"
#include "rules/fold/fold.h"

namespace sluice::rules {
namespace {

bool IsLabel(absl::string_view label) {
  if (label.empty() || label.size() > kLabelSizeMax || label.front() == '-' ||
      label.back() == '-') {
    return false;
  }
  return std::all_of(label.begin(), label.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_';
  });
}

bool IsAsciiHost(absl::string_view host) {
  if (host.empty() || host.size() > kHostSizeMax) return false;
  for (size_t begin = 0; begin <= host.size();) {
    const size_t end = std::min(host.find('.', begin), host.size());
    if (!IsLabel(host.substr(begin, end - begin))) return false;
    begin = end + 1;
  }
  return true;
}

bool HasEncodedLabel(absl::string_view host) {
  return absl::StartsWith(host, "xn--") || absl::StrContains(host, ".xn--");
}

// Non-transitional, as browsers do: "ß" is a letter of its own.
const icu::IDNA& Idna() {
  static const icu::IDNA* const idna = [] {
    UErrorCode error = U_ZERO_ERROR;
    const icu::IDNA* const made = icu::IDNA::createUTS46Instance(
        UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ |
            UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE,
        error);
    SLUICE_CHECK(U_SUCCESS(error));
    return made;
  }();
  return *idna;
}

icu::StringPiece Piece(absl::string_view text) {
  return {text.data(), static_cast<int32_t>(text.size())};
}

bool ToUnicode(absl::string_view host, std::string& unicode) {
  unicode.clear();
  icu::StringByteSink<std::string> sink(&unicode);
  icu::IDNAInfo info;
  UErrorCode error = U_ZERO_ERROR;
  Idna().nameToUnicodeUTF8(Piece(host), sink, info, error);
  return U_SUCCESS(error) && !info.hasErrors();
}

bool ToAscii(absl::string_view host, std::string& ascii) {
  ascii.clear();
  icu::StringByteSink<std::string> sink(&ascii);
  icu::IDNAInfo info;
  UErrorCode error = U_ZERO_ERROR;
  Idna().nameToASCII_UTF8(Piece(host), sink, info, error);
  return U_SUCCESS(error) && !info.hasErrors() && IsAsciiHost(ascii);
}

// Appends `c`, a traditional character as the simplified one. No numeral
// becomes a digit as in folding: phones open 贰.cn, not 2.cn.
void AppendSimplified(char32_t c, std::string& host) {
  const FoldTable& table = FoldTable::Shared();
  std::string one;
  AppendUtf8(c, one);
  std::string folded;
  if (!IsHan(c) || !table.Fold(one, folded)) {
    host += one;
  } else if (IsAscii(folded)) {
    AppendUtf8(table.SimplifiedNumeral(c), host);
  } else {
    host += folded;
  }
}

bool NormaliseInternational(absl::string_view written, std::string& host) {
  std::string unicode;
  // No name is as long in UTF-8; it bounds what ICU is asked to do.
  if (written.size() > kHostSizeMax * 4 || !ToUnicode(written, unicode)) {
    return false;
  }
  std::string simplified;
  const auto size = static_cast<int32_t>(unicode.size());
  for (int32_t at = 0; at < size;) {
    UChar32 c = 0;
    U8_NEXT(unicode.data(), at, size, c);
    if (c < 0) return false;
    AppendSimplified(static_cast<char32_t>(c), simplified);
  }
  return ToAscii(simplified, host);
}

}  // namespace

bool IsNormalHost(absl::string_view written) {
  return IsAsciiHost(written) && !HasEncodedLabel(written) &&
         std::none_of(written.begin(), written.end(), absl::ascii_isupper);
}

bool NormaliseHost(absl::string_view written, std::string& host) {
  written = absl::StripSuffix(written, ".");
  if (!IsAscii(written)) return NormaliseInternational(written, host);
  if (!IsAsciiHost(written)) return false;
  host.assign(written.data(), written.size());
  absl::AsciiStrToLower(&host);
  if (!HasEncodedLabel(host)) return true;
  return NormaliseInternational(std::string(host), host);
}

bool NormaliseIpv4(absl::string_view written, bool any_form,
                   std::string& host) {
  host.assign(written.data(), written.size());
  in_addr address;
  const bool read = any_form ? inet_aton(host.c_str(), &address) != 0
                             : inet_pton(AF_INET, host.c_str(), &address) == 1;
  char form[INET_ADDRSTRLEN];
  if (!read || inet_ntop(AF_INET, &address, form, sizeof form) == nullptr) {
    return false;
  }
  host = form;
  return true;
}

}  // namespace sluice::rules
