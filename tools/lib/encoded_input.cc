#include "tools/lib/encoded_input.h"

#include <optional>
#include <streambuf>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/encoding.h"
#include "rules/base/faults.h"
#include "rules/base/language.h"
#include "rules/base/position.h"
#include "rules/base/status_macros.h"

namespace sluice::tools {
namespace {

using rules::Decoder;
using rules::Encoding;

constexpr size_t kPieceBytes = 64 << 10;

// The next bytes of `in`; empty at its end.
std::string ReadPiece(std::istream& in) {
  std::string piece(kPieceBytes, '\0');
  in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
  piece.resize(static_cast<size_t>(in.gcount()));
  return piece;
}

// Decodes piece by piece.
class DecodingBuffer : public std::streambuf {
 public:
  // `head` was read from `in` already.
  DecodingBuffer(std::istream& in, Encoding encoding, std::string head)
      : in_(in),
        decoder_(encoding, Decoder::BadBytes::kMark),
        piece_(std::move(head)) {}

  // The stream that reads from this; it learns when `in` cannot be read on.
  void SetStream(std::ios& stream) { stream_ = &stream; }

 protected:
  int_type underflow() override {
    text_.clear();
    while (text_.empty() && !ended_) {
      if (piece_.empty()) piece_ = ReadPiece(in_);
      ended_ = piece_.empty();
      const bool decoded = decoder_.Decode(piece_, ended_, text_).ok();
      piece_.clear();
      if (in_.bad() || !decoded) {
        stream_->setstate(std::ios::badbit);
        ended_ = true;
      }
    }
    setg(text_.data(), text_.data(), text_.data() + text_.size());
    return text_.empty() ? traits_type::eof()
                         : traits_type::to_int_type(text_.front());
  }

 private:
  std::istream& in_;
  Decoder decoder_;
  std::string piece_;  // Read, not decoded.
  std::string text_;
  std::ios* stream_ = nullptr;
  bool ended_ = false;
};

class DecodingStream : public std::istream {
 public:
  DecodingStream(std::istream& in, Encoding encoding, std::string head)
      : std::istream(nullptr), buffer_(in, encoding, std::move(head)) {
    rdbuf(&buffer_);
    buffer_.SetStream(*this);
  }

 private:
  DecodingBuffer buffer_;
};

}  // namespace

Flag AddEncoding(CommandLine& command, std::string& encoding) {
  return command
      .Add("--encoding", encoding,
           {"文件的编码：utf-8、gbk（含 GB2312 和 GB18030）或 utf-16。"
            "默认为 utf-8",
            "The file's encoding: utf-8, gbk (GB2312 and GB18030 too) or "
            "utf-16. "
            "Default: utf-8"})
      .TypeName("NAME");
}

absl::StatusOr<std::unique_ptr<std::istream>> AsUtf8(
    std::istream& in, const std::string& path, absl::string_view encoding) {
  Encoding given = Encoding::kUtf8;
  if (!encoding.empty()) {
    SLUICE_ASSIGN_OR_RETURN(given, rules::ParseEncoding(encoding));
  }
  std::string head = ReadPiece(in);
  if (const Both fault = rules::NoTextFault(head); !fault.english.empty()) {
    return WithChinese(
        absl::InvalidArgumentError(absl::StrCat(path, ": ", fault.english)),
        absl::StrCat(path, "：", fault.chinese));
  }
  const Encoding seems = rules::SeemingEncoding(head).value_or(Encoding::kUtf8);
  // GBK is a guess, and may be what is said; UTF-16 is sure.
  const bool other = seems == Encoding::kUtf16
                         ? given != Encoding::kUtf16
                         : seems == Encoding::kGbk && encoding.empty();
  if (other) {
    const size_t bad = rules::FirstInvalidUtf8(head).value_or(0);
    const rules::Position at = rules::PositionOf(head, bad);
    return WithChinese(
        absl::InvalidArgumentError(
            rules::PlacedLine(path, at, rules::NotUtf8(head))),
        rules::PlacedLine(path, at, rules::NotUtf8(head, Language::kChinese)));
  }
  return std::make_unique<DecodingStream>(in, given, std::move(head));
}

}  // namespace sluice::tools
