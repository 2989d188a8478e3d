// What officers have blocked (filter/policy/blocks.h). The operator's own rule:
// one person stops it at once, and until a second one confirms that, messages
// are only held.

#include "filter/examine/examination.h"
#include "filter/policy/blocks.h"
#include "rules/base/check.h"

namespace sluice::filter {

void CheckBlocks(Examination& e, ExamineState& scratch) {
  if (e.snapshot.blocks == nullptr) return;
  const absl::string_view provider = e.content_provider == nullptr
                                         ? absl::string_view()
                                         : e.content_provider->id;
  Finding* finding = nullptr;
  for (const BlockHit& hit :
       e.snapshot.blocks->Find(e.message.text, e.folded, scratch.contacts,
                               provider, e.findings.now_ms(), scratch.blocks)) {
    if (finding == nullptr || finding->rule != hit.name) {
      finding = e.findings.Add(ReasonCode::kStopped, "text", hit.name);
      SLUICE_CHECK(finding != nullptr);  // STOPPED is never off.
      finding->hold = !hit.confirmed;
    }
    if (hit.has_span) finding->spans.push_back(hit.span);
  }
}

}  // namespace sluice::filter
