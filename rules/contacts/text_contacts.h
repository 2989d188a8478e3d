#pragma once

// The contacts of one text, found when somebody first asks and not again: rules
// and the checks of `filter` look at the same ones.

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/contacts/contacts.h"
#include "rules/fold/fold.h"

namespace sluice::rules {

// One per thread; keeps its buffers.
class TextContacts {
 public:
  // From now on this text is asked about: `submitted`, and what it was folded
  // to. Both must stay as they are until the next Begin.
  void Begin(const FoldedText& folded, absl::string_view submitted) {
    folded_ = &folded;
    submitted_ = submitted;
  }

  // By begin, not overlapping. Valid until the next Begin, which comes first.
  absl::Span<const Contact> Get() {
    if (folded_ != nullptr) finder_.Find(*folded_, submitted_, contacts_);
    folded_ = nullptr;
    return contacts_;
  }

 private:
  ContactFinder finder_;
  std::vector<Contact> contacts_;
  const FoldedText* folded_ = nullptr;  // Null: it has been looked at.
  absl::string_view submitted_;
};

}  // namespace sluice::rules
