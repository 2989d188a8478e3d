#pragma once

// Links and contacts in a text: what a recipient could open, call or write to.
// Finds where they stand and what they are however they are spelled; whether
// they may be there is `filter`'s part. What is and what is not a contact, kind
// by kind: links.h, phones.h, accounts.h.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/contacts/hidden_hosts.h"
#include "rules/contacts/submitted_text.h"
#include "rules/fold/fold.h"
#include "rules/fold/text_runs.h"

namespace sluice::rules {

struct Contact {
  enum class Kind : uint8_t { kLink, kEmail, kPhone, kQq, kWeChat };
  Kind kind = Kind::kLink;
  uint32_t begin = 0;  // Code points of the submitted text.
  uint32_t end = 0;
  // kLink: the host that a phone opens, in the form of host_name.h. kEmail: the
  // address, its host in that form. kPhone: digits alone, without country code;
  // fixed lines with area code where there is one ("02787770000"). kQq: the
  // digits. kWeChat: the id.
  absl::string_view value;
  // Links and e-mail: the part of the host that somebody registered
  // (public_suffixes.h); an IPv4 address is whole. Else empty.
  absl::string_view domain;
  // A Telegram name ("飞机@name") is the link t.me/name, which it opens.
  // Links: from the / or ? after the host on, as folded: in lower case, which
  // for short links is not what was submitted. Else empty. A port is in neither
  // value nor path.
  absl::string_view path;
};

// Finds contacts. One per thread: it keeps its buffers. Any text may come; the
// cost grows with its length; a text without digits and Latin letters costs
// next to nothing. Allocates nothing once its buffers are grown, except for
// hosts that are not spelled as their value is: disguised, international,
// numeric.
class ContactFinder {
 public:
  // Replaces what `contacts` held by those of `folded`, by begin; they do not
  // overlap. Their views are good until the next call, as long as `folded` is.
  // `submitted` is the text that was folded: it tells 一 from 1, which are the
  // same in `folded`; 一 ends a link ("t.cn一起来").
  void Find(const FoldedText& folded, absl::string_view submitted,
            std::vector<Contact>& contacts);

 private:
  // `runs_` are those of `folded`.
  void FindIn(const FoldedText& folded, absl::string_view submitted,
              std::vector<Contact>& contacts);

  HiddenHostScratch hidden_hosts_;
  MeantText meant_;  // See hidden_hosts.h.
  FoldedText shown_;
  std::vector<TextRun> runs_;
  SubmittedText submitted_;
  std::vector<uint32_t> origins_;
  std::vector<uint32_t> chinese_digits_;
  std::string values_;
};

}  // namespace sluice::rules
