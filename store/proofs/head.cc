#include "store/proofs/head.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "rules/base/status_macros.h"
#include "store/journal/segment.h"

namespace sluice::store {
namespace {

constexpr absl::string_view kTitle = "sluice head 1\n";
constexpr absl::string_view kSignature = "signature ";
constexpr absl::string_view kTimeFormat = "%Y-%m-%d%ET%H:%M:%E3SZ";

std::string HexOf(const Hash& hash) {
  return absl::BytesToHexString(AsBytes(hash));
}

bool ReadHex(absl::string_view hex, Hash& hash) {
  const bool hex_only = std::all_of(hex.begin(), hex.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  if (hex.size() != 2 * hash.size() || !hex_only) return false;
  const std::string bytes = absl::HexStringToBytes(hex);
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return true;
}

std::string TextOf(const Head& head, absl::string_view key_id) {
  std::string text(kTitle);
  absl::StrAppend(
      &text, "number ", head.number, "\ntime ",
      absl::FormatTime(kTimeFormat, absl::FromUnixMillis(head.time_ms),
                       absl::UTCTimeZone()),
      "\nstore ", head.store, "\nprevious ", HexOf(head.previous), "\n");
  for (const JournalTree& one : head.journals) {
    absl::StrAppend(&text, "journal ", one.journal, " ", one.tree.size, " ",
                    HexOf(one.tree.root), " ", one.lasting.size, " ",
                    HexOf(one.lasting.root), "\n");
  }
  absl::StrAppend(&text, "key ", key_id, "\n");
  return text;
}

std::string LineOf(const Signature& signature) {
  const absl::string_view octets(
      reinterpret_cast<const char*>(signature.data()), signature.size());
  return absl::StrCat(kSignature, absl::Base64Escape(octets), "\n");
}

// Takes a head's lines one by one.
class Lines {
 public:
  explicit Lines(absl::string_view text) : text_(text) {}

  // The rest of the next line, if it begins with `name` and a space.
  bool Take(absl::string_view name, absl::string_view& rest) {
    const size_t end = text_.find('\n');
    if (end == text_.npos) return false;
    absl::string_view line = text_.substr(0, end);
    if (!absl::ConsumePrefix(&line, absl::StrCat(name, " "))) return false;
    rest = line;
    text_.remove_prefix(end + 1);
    return true;
  }
  bool done() const { return text_.empty(); }

 private:
  absl::string_view text_;
};

absl::Status Bad(absl::string_view line) {
  return absl::InvalidArgumentError(
      absl::StrCat("no head: its line \"", line, "\" is missing or wrong"));
}

absl::StatusOr<JournalTree> ReadJournal(absl::string_view line) {
  const std::vector<absl::string_view> parts = absl::StrSplit(line, ' ');
  JournalTree one;
  if (parts.size() != 5 || parts[0].empty() ||
      !absl::SimpleAtoi(parts[1], &one.tree.size) ||
      !ReadHex(parts[2], one.tree.root) ||
      !absl::SimpleAtoi(parts[3], &one.lasting.size) ||
      !ReadHex(parts[4], one.lasting.root)) {
    return Bad("journal");
  }
  one.journal = std::string(parts[0]);
  return one;
}

}  // namespace

std::string TreeName(uint16_t partition) {
  return partition == kControlPartition
             ? "control"
             : absl::StrFormat("partition-%03d", partition);
}

const JournalTree* Head::Of(absl::string_view journal) const {
  for (const JournalTree& one : journals) {
    if (one.journal == journal) return &one;
  }
  return nullptr;
}

Hash SignedHead::hash() const { return Sha256(text); }

absl::string_view SignedHead::signed_text() const {
  const absl::string_view all = text;
  return all.substr(0, all.rfind(kSignature));
}

SignedHead SignHead(const Head& head, const SigningKey& key) {
  SignedHead made = {.head = head, .key_id = key.id()};
  made.text = TextOf(head, key.id());
  made.signature = key.Sign(made.text);
  absl::StrAppend(&made.text, LineOf(made.signature));
  return made;
}

absl::StatusOr<SignedHead> ParseHead(absl::string_view text) {
  SignedHead read;
  read.text = std::string(text);
  Head& head = read.head;
  if (!absl::ConsumePrefix(&text, kTitle)) return Bad("sluice head 1");
  Lines lines(text);
  absl::string_view rest;
  if (!lines.Take("number", rest) || !absl::SimpleAtoi(rest, &head.number) ||
      head.number == 0) {
    return Bad("number");
  }
  absl::Time time;
  std::string fault;
  if (!lines.Take("time", rest) ||
      !absl::ParseTime(kTimeFormat, rest, &time, &fault)) {
    return Bad("time");
  }
  head.time_ms = absl::ToUnixMillis(time);
  if (!lines.Take("store", rest)) return Bad("store");
  head.store = std::string(rest);
  if (!lines.Take("previous", rest) || !ReadHex(rest, head.previous)) {
    return Bad("previous");
  }
  while (lines.Take("journal", rest)) {
    SLUICE_ASSIGN_OR_RETURN(JournalTree one, ReadJournal(rest));
    head.journals.push_back(std::move(one));
  }
  if (head.journals.empty()) return Bad("journal");
  if (!lines.Take("key", rest)) return Bad("key");
  read.key_id = std::string(rest);
  std::string signature;
  if (!lines.Take("signature", rest) ||
      !absl::Base64Unescape(rest, &signature) ||
      signature.size() != read.signature.size() || !lines.done()) {
    return Bad("signature");
  }
  std::copy(signature.begin(), signature.end(), read.signature.begin());
  // One text for one head: what is written otherwise was not written by us.
  const std::string written =
      absl::StrCat(TextOf(head, read.key_id), LineOf(read.signature));
  if (written != read.text) {
    return absl::InvalidArgumentError(
        "no head: it is not written as heads are");
  }
  return read;
}

}  // namespace sluice::store
