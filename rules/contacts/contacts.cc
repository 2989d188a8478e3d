#include "rules/contacts/contacts.h"

#include <algorithm>

#include "rules/contacts/accounts.h"
#include "rules/contacts/contact_text.h"
#include "rules/contacts/disguised_phones.h"
#include "rules/contacts/hidden_hosts.h"
#include "rules/contacts/links.h"
#include "rules/contacts/phones.h"
#include "rules/fold/chinese_digits.h"

namespace sluice::rules {

namespace {

// Whether the runs are enough for any contact: a dot or letters for links and
// ids, else a number of three digits, or the digits of a longer one apart.
bool MayMakeContact(const std::vector<TextRun>& runs) {
  constexpr size_t kNumberMin = 3;
  constexpr size_t kApartMin = 4;  // 幺三八洞洞幺三八洞洞洞
  size_t digits = 0;
  for (const TextRun& run : runs) {
    if (run.kind != TextRun::Kind::kDigits || run.size() >= kNumberMin) {
      return true;
    }
    digits += run.size();
  }
  return digits >= kApartMin;
}

}  // namespace

void ContactFinder::Find(const FoldedText& folded, absl::string_view submitted,
                         std::vector<Contact>& contacts) {
  contacts.clear();
  if (!MayHaveRuns(folded.bytes)) return;
  FindRuns(folded.bytes, runs_);
  if (!MayMakeContact(runs_)) return;
  if (MayHideHosts(folded.bytes, runs_) &&
      ShowHosts(folded, submitted, hidden_hosts_, meant_) &&
      FoldTable::Shared().Fold(meant_.bytes, shown_)) {
    FindRuns(shown_.bytes, runs_);
    FindIn(shown_, meant_.bytes, contacts);
    for (Contact& contact : contacts) {
      contact.begin = meant_.places[contact.begin].begin;
      contact.end = meant_.places[contact.end - 1].end;
    }
  } else {
    FindIn(folded, submitted, contacts);
  }
}

void ContactFinder::FindIn(const FoldedText& folded,
                           absl::string_view submitted,
                           std::vector<Contact>& contacts) {
  const absl::string_view bytes = folded.bytes;
  FindChineseDigits(folded, submitted, runs_, origins_, chinese_digits_);
  CutChineseDigits(bytes, chinese_digits_, runs_);
  values_.clear();
  values_.reserve(bytes.size() * ContactText::kGrowthMax);
  submitted_.Begin(folded, submitted);
  const ContactText text = {bytes,           runs_,   contacts,
                            chinese_digits_, values_, submitted_};
  FindLinks(text);
  FindDisguisedPhones(text);
  FindAccounts(text);
  FindPhones(text);
  if (contacts.empty()) return;

  const std::vector<uint32_t>& origins = submitted_.origins();
  for (Contact& contact : contacts) {
    contact.begin = origins[contact.begin];
    contact.end = origins[contact.end - 1] + 1;
  }
  std::sort(
      contacts.begin(), contacts.end(),
      [](const Contact& a, const Contact& b) { return a.begin < b.begin; });
}

}  // namespace sluice::rules
