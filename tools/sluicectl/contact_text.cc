#include "tools/sluicectl/contact_text.h"

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/contacts/contacts.h"
#include "rules/fold/fold.h"
#include "rules/match/contact_sets.h"
#include "tools/lib/words.h"

namespace sluice::ctl {
namespace {

bool IsAboutContacts(const v1::Reason& reason) {
  return absl::StartsWith(reason.code(), "LINK_") ||
         absl::StartsWith(reason.code(), "CONTACT_") ||
         (reason.code() == "CLASS_MISDECLARED" && reason.rule() == "link");
}

}  // namespace

std::vector<FoundContact> FindContacts(absl::string_view text,
                                       Language language) {
  rules::FoldedText folded;
  if (!rules::FoldTable::Shared().Fold(text, folded)) return {};
  rules::ContactFinder finder;
  std::vector<rules::Contact> contacts;
  finder.Find(folded, text, contacts);
  std::vector<FoundContact> found;
  for (const rules::Contact& contact : contacts) {
    FoundContact& one = found.emplace_back();
    one.span.set_begin(contact.begin);
    one.span.set_end(contact.end);
    one.name = absl::StrCat(
        absl::AsciiStrToLower(tools::NameIn(language, rules::KindOf(contact))),
        " ", contact.value, contact.path);
  }
  return found;
}

std::string ContactsOf(const v1::Reason& reason, absl::string_view text,
                       Language language) {
  if (!IsAboutContacts(reason) || reason.spans().empty()) return "";
  std::vector<std::string> names;
  for (const FoundContact& contact : FindContacts(text, language)) {
    const bool meant = absl::c_any_of(reason.spans(), [&](const auto& span) {
      return span.begin() == contact.span.begin() &&
             span.end() == contact.span.end();
    });
    if (meant) names.push_back(contact.name);
  }
  return absl::StrJoin(names, ", ");
}

std::string InWords(const v1::Reason& reason, absl::string_view text,
                    Language language) {
  const std::string contacts = ContactsOf(reason, text, language);
  return contacts.empty() ? reason.sentence()
                          : Say(language, "$0（$1）", "$0 ($1)",
                                reason.sentence(), contacts);
}

}  // namespace sluice::ctl
