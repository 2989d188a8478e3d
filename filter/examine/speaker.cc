// Whether a sender speaks for itself: texts of some categories are an offence
// only from somebody else (ImpersonationCategory in pack.proto).

#include <vector>

#include "absl/algorithm/container.h"
#include "filter/examine/examination.h"
#include "rules/base/characters.h"
#include "rules/pack/word_list.h"

namespace sluice::filter {
namespace {

// Whether the characters of `name` are in `whole` in this order: "招行" in
// "招商银行". Both are UTF-8, folded.
bool IsShortFor(absl::string_view name, absl::string_view whole) {
  while (!name.empty()) {
    size_t size = 1;
    while (size < name.size() && (name[size] & 0xc0) == 0x80) ++size;
    const size_t at = whole.find(name.substr(0, size));
    if (at == absl::string_view::npos) return false;
    whole.remove_prefix(at + size);
    name.remove_prefix(size);
  }
  return true;
}

// Whether the signature is of such a party: a shop is no bank.
bool IsNamedBy(const Examination& e, ExamineState& scratch, uint32_t category,
               absl::string_view signature) {
  rules::FoldedText folded;
  if (!FoldText(signature, folded)) return false;
  std::vector<rules::Hit> hits;
  e.snapshot.rules->Match(folded,
                          {static_cast<v1::MessageClass>(e.facts.message_class),
                           folded.code_points, signature},
                          scratch.match, hits);
  return absl::c_any_of(hits, [&](const rules::Hit& hit) {
    return e.snapshot.policy->content().NamesSpeaker(category, hit.rule);
  });
}

// Whether all that the text names is the owner of the signature.
bool NamesOnly(const Examination& e, const ExamineState& scratch,
               uint32_t category, absl::string_view signature) {
  const ContentPolicy& content = e.snapshot.policy->content();
  return absl::c_all_of(scratch.hits, [&](const rules::Hit& hit) {
    return !content.NamesSpeaker(category, hit.rule) ||
           IsShortFor(
               rules::FoldWord(PartOf(e.message.text, hit.begin, hit.end)),
               signature);
  });
}

}  // namespace

Speaker SpeakerOf(const Examination& e, ExamineState& scratch,
                  uint32_t category) {
  const Signature* signature = e.snapshot.registry->Find(e.facts.signature);
  if (signature == nullptr || !signature->active) return Speaker::kStranger;
  if (!IsNamedBy(e, scratch, category, signature->name) ||
      !NamesOnly(e, scratch, category, rules::FoldWord(signature->name))) {
    return Speaker::kStranger;
  }
  const bool filed = absl::c_all_of(
      scratch.contacts.Get(), [&](const rules::Contact& contact) {
        return FilingOf(e, contact) == Filing::kInForce;
      });
  return filed ? Speaker::kItselfFiled : Speaker::kItself;
}

}  // namespace sluice::filter
