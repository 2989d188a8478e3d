#pragma once

// The encodings that files of Chinese offices have beside UTF-8, which is all
// that we read: recognised, so that an error can name them, and decoded.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rules/base/language.h"

namespace sluice::rules {

enum class Encoding : uint8_t {
  kUtf8,
  kGbk,    // With GB2312 and GB18030, of which it is a part.
  kUtf16,  // Of either byte order, with a byte order mark or without.
};

// The encoding that `content`, a file or its beginning, seems to have; nullopt:
// none of these, or UTF-8 with bytes in it that are not. A guess: what is
// neither UTF-8 nor UTF-16 may be GBK by chance.
std::optional<Encoding> SeemingEncoding(absl::string_view content);

// The fault of a file, by its beginning, that is no text in any encoding but
// one of Excel, Word (or what is compressed alike) or a PDF, and what to do;
// empty: it may be text. Asked wherever a file is read.
Both NoTextFault(absl::string_view content);

// The fault of `content`, a file or a line of one, that is not UTF-8: that it
// is no text, or which encoding it seems to have, and what to do.
std::string NotUtf8(absl::string_view content,
                    Language language = Language::kEnglish);

// Turns a file into UTF-8, piece by piece.
class Decoder {
 public:
  // What to do with bytes that are not of the encoding: end with an error, or
  // put the byte 0xff in their place, which is not UTF-8 either, so that
  // whoever reads the lines faults this one and reads on.
  enum class BadBytes : uint8_t { kRefuse, kMark };

  explicit Decoder(Encoding encoding, BadBytes bad = BadBytes::kRefuse);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // Appends the UTF-8 of the file's next bytes to `utf8`, without a byte order
  // mark; a character may be cut between two pieces. A file whose first piece
  // is UTF-8 beyond doubt is left as it is, whatever the encoding. Errors:
  // kInvalidArgument, with the line (bytes that are not of the encoding, or at
  // the end half a character; with kMark only UTF-16 given as GBK).
  absl::Status Decode(absl::string_view bytes, bool at_end, std::string& utf8);

 private:
  struct State;
  absl::Status Begin(absl::string_view bytes);

  const Encoding encoding_;
  const BadBytes bad_;
  std::unique_ptr<State> state_;  // Null: the bytes are UTF-8.
  bool begun_ = false;
  uint64_t lines_ = 1;
};

// The same of a whole file.
absl::StatusOr<std::string> ToUtf8(absl::string_view content,
                                   Encoding encoding);

// The encoding that people call `name`: "utf-8", "gbk", "gb2312", "gb18030",
// "utf-16"; case, - and _ do not count. Errors: kInvalidArgument.
absl::StatusOr<Encoding> ParseEncoding(absl::string_view name);

}  // namespace sluice::rules
