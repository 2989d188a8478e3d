#pragma once

// The pack's opt-out wordings and its words of replies, folded so that they
// compare with folded texts.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "filter/policy/phrase.h"
#include "sluice/rules/v1/pack.pb.h"

namespace sluice::filter {

// As in OptOutWording. The longest of each first, so that it is the one that is
// found.
struct Wordings {
  std::vector<std::string> accepted;  // Without spaces.
  std::string preferred;              // As written: it is appended to texts.
  std::vector<Phrase> reply_words;
  std::vector<Phrase> reply_contains;
  // Words such as ^不要$ of reply_contains, which say nothing inside a reply.
  std::vector<Phrase> whole_in_doubt;
  std::vector<Phrase> complaint_contains;
  std::vector<Phrase> negations;
  std::vector<Phrase> courtesies;
  std::vector<Phrase> unheeded;

  // Errors: kInvalidArgument, "field[index]: what is wrong with the word".
  static absl::StatusOr<Wordings> Read(const rules::v1::OptOutWording& in);
};

// Where the opt-out wording at the end of a folded text begins; its size when
// there is none.
size_t NoticeBegin(const Wordings& wordings, absl::string_view folded);

}  // namespace sluice::filter
