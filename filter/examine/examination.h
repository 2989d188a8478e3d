#pragma once

// The steps of Examine and what they share. Each step looks at one subject and
// lives in a file of its own; examine.cc runs them in order. Nobody else
// includes this.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "filter/examine/examine.h"
#include "filter/policy/blocks.h"
#include "filter/policy/content_policy.h"
#include "filter/policy/findings.h"
#include "filter/registry/filed_contacts.h"
#include "filter/templates/template_set.h"
#include "rules/contacts/host_alike.h"
#include "rules/contacts/text_contacts.h"
#include "rules/fold/fold.h"
#include "rules/rule_set.h"

namespace sluice::filter {

// Limits of gateway.proto.
inline constexpr uint32_t kTextCodePointsMax = 1000;
inline constexpr size_t kFieldBytesMax = 64;

// What ExamineScratch keeps.
struct ExamineState {
  rules::FoldedText folded;
  rules::RuleScratch match;
  rules::TextContacts contacts;
  rules::HostLook look;
  BlockScratch blocks;
  std::vector<rules::Hit> hits;
  std::vector<JudgedHit> judged;
  std::string counted;  // The text as the carrier counts it.
  TemplateScratch templates;
  // The values of the template that the text was made from, and the place of
  // the text that the template covers: without signature and opt-out wording.
  TemplateMatch template_match;
  TextSpan template_body;
  std::vector<char> dropped;  // By hit: a person accepted it.
  TemplateMatch best_match;   // While there are several.
};

// One message on its way through the steps.
struct Examination {
  const Snapshot& snapshot;
  // As submitted; its text is the made one when none was.
  Message& message;
  const rules::FoldedText& folded;
  rules::HostLook& look;
  MessageFacts& facts;
  Findings findings;

  // Found by the steps; null or empty until then, or when there is none.
  const Account* account = nullptr;
  const ContentProvider* content_provider = nullptr;
  const Licensee* licensee = nullptr;
  const Port* port = nullptr;
  // The released template that the text was made from, when the text fits it.
  const Template* made_from = nullptr;
  // Sluice made the text: the sender could not put signature and opt-out
  // wording into it.
  bool made = false;
  // The text is UTF-8 and not much too long: `folded` is it, folded.
  bool readable = false;
};

// What is added to the text as submitted, or taken from it.
struct TextChanges {
  // Stands before the text as 【name】; empty: nothing.
  absl::string_view signature;
  bool signature_by_carrier = false;
  // Bytes of the text that do not go out: a signature that the carrier adds.
  size_t head_dropped = 0;
  // Where the opt-out wording goes: the end, or before a signature at the end.
  size_t notice_at = 0;
  absl::string_view notice;  // Empty: nothing.
  bool notice_by_carrier = false;

  bool none() const {
    return signature.empty() && notice.empty() && head_dropped == 0;
  }
};

// Lengths and characters of the fields that no other step reads.
void CheckFields(Examination& e);
// recipient: its number, kind, country and carrier.
void CheckRecipient(Examination& e);
// Account, content provider, and what state they are in.
void FindWho(Examination& e);
// The template, and the class that it gives. Makes the text when there is none.
// After FindWho and CheckRecipient.
void FindTemplate(Examination& e, ExamineState& scratch);
// Whether the place lies wholly in the fixed text of the template that the text
// was made from.
bool IsInFixedText(const ExamineState& scratch, TextSpan span);
// Removes the hits in the template's fixed text that a person accepted when it
// was released. After Match.
void DropReleasedHits(const Examination& e, ExamineState& scratch);
// sender and extension: the port and the access number.
void FindSender(Examination& e);
// The licence of the account's and the port's licensee. After FindSender.
void CheckLicence(Examination& e);
// Empty, too long, not UTF-8.
void CheckText(Examination& e);
// The name in brackets at the head. After FindSender.
void CheckSignature(Examination& e, TextChanges& changes);
// The opt-out wording. After CheckSignature.
void CheckWording(Examination& e, TextChanges& changes);
// An opt-out word that is asked for with another meaning, where no rule of the
// pack found it. After Match.
void CheckWordConflict(Examination& e, const ExamineState& scratch);
// Words and patterns.
void CheckContent(Examination& e, ExamineState& scratch);
// By whose filings the text may have the contact: the signature's, and those of
// the template it was made from.
Filing FilingOf(const Examination& e, const rules::Contact& contact);
// Whether the sender is whom texts of this impersonation category speak of.
// After CheckSignature and Match.
Speaker SpeakerOf(const Examination& e, ExamineState& scratch,
                  uint32_t category);
// Phrases, domains and content providers that officers have blocked.
void CheckBlocks(Examination& e, ExamineState& scratch);
// Links and contacts. After CheckSignature.
void CheckContacts(Examination& e, rules::TextContacts& text);

// The name in the brackets that the text begins with; empty when there are
// none.
absl::string_view SignatureAtHead(absl::string_view text);
// The port that a caller means by an alias or by digits that begin with its
// number; null when there is none.
const Port* PortNamed(const Registry& registry, absl::string_view sender);
// Folds the text and says whether it could be read.
bool FoldText(absl::string_view text, rules::FoldedText& folded);
// Number of code points; `text` is UTF-8.
uint32_t CodePointsIn(absl::string_view text);
// Where bytes [begin, end) of the folded text stem from; end > begin.
TextSpan SpanOf(const rules::FoldedText& folded, size_t begin, size_t end);

}  // namespace sluice::filter
