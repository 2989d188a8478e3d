#pragma once

// The contacts of one text, found at the first call and kept: rules and the
// checks of `filter` read the same contacts.

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rules/contacts/contacts.h"
#include "rules/fold/fold.h"

namespace sluice::rules {

// One per thread; keeps its buffers.
class TextContacts {
 public:
  // Sets the text for the calls that follow: `submitted` and its folded form.
  // Both must stay unchanged until the next Begin.
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
