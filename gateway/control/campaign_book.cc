#include "gateway/control/campaign_book.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "filter/examine/likeness.h"
#include "filter/policy/findings.h"
#include "gateway/wire/timestamp.h"
#include "gateway/wire/utf8.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/milliseconds.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"
#include "rules/fold/fold.h"

namespace sluice::gateway {
namespace {

using filter::CampaignState;

// Threads read the clock in turn: a smaller difference is not a step back.
constexpr int64_t kClockBackMs = 60'000;

// How long a campaign is held if the pack has no hold_hours.
constexpr uint32_t kHoldHoursDefault = 72;
// Most decisions in memory; the oldest are dropped. Officers list far fewer.
constexpr size_t kEntriesMax = 10'000;
// A message has at most 1,000 characters.
constexpr size_t kTextBytesMax = 4'000;

CampaignState StateOf(v1::Decision decision) {
  switch (decision) {
    case v1::DECISION_HELD:
      return CampaignState::kHeld;
    case v1::DECISION_ACCEPTED:
      return CampaignState::kReleased;
    case v1::DECISION_REJECTED:
      return CampaignState::kRejected;
    default:
      return CampaignState::kCounting;
  }
}

// Rejected whatever the decision about its campaign: it does not count.
bool IsRejected(const filter::MessageFacts& facts) {
  return std::any_of(
      facts.findings.begin(), facts.findings.end(),
      [](const auto& finding) { return !finding.observed && !finding.hold; });
}

bool Counts(const filter::MessageFacts& facts) {
  return facts.counts_for_campaigns && facts.recipient && !IsRejected(facts);
}

bool AnyCounts(absl::Span<const filter::MessageFacts> facts) {
  return std::any_of(facts.begin(), facts.end(), Counts);
}

void AddFinding(const filter::Policy& policy,
                const filter::Campaigns::Answer& answer, int64_t now_ms,
                filter::MessageFacts& facts) {
  const CampaignState state = answer.state;
  if (state != CampaignState::kHeld && state != CampaignState::kRejected) {
    return;
  }
  facts.campaign = CampaignId(facts.content_provider.value, answer.cluster);
  filter::Findings findings(policy, facts.message_class, now_ms,
                            facts.findings);
  const bool held = state == CampaignState::kHeld;
  filter::Finding* finding =
      findings.Add(held ? filter::ReasonCode::kCampaignUnreviewed
                        : filter::ReasonCode::kCampaignSuspended,
                   "text", facts.campaign);
  if (finding != nullptr) finding->hold = held;
}

}  // namespace

std::string CampaignId(uint32_t content_provider, uint64_t campaign) {
  return absl::StrCat(content_provider, "-",
                      absl::Hex(campaign, absl::kZeroPad16));
}

absl::Status CampaignBook::Replay() {
  MutexLock lock(mutex_);
  const int64_t now_ms = store_.NowMs();
  return store_.ReadStanding(
      [&](const store::v1::Record& record) SLUICE_REQUIRES(mutex_) {
        if (record.has_campaign_decided()) {
          Apply(record.campaign_decided(), record.at_ms(), now_ms);
        }
      });
}

// Sets the tables up when the rules in force first hold campaigns, and again
// when they hold them by other limits. By the rules in force and not by a
// batch's own, or batches of two versions would set the tables up in turn. And
// again after the clock went back: by the times in the tables a decision in
// force would have lapsed.
bool CampaignBook::Prepare(int64_t now_ms) {
  const filter::CampaignRule rule = store_.snapshot()->policy->campaigns();
  if (rule.Highest() == 0) return false;
  const bool went_back = now_ms < seen_ms_ - kClockBackMs;
  seen_ms_ = went_back ? now_ms : std::max(seen_ms_, now_ms);
  if (campaigns_ != nullptr && !went_back &&
      rule.Highest() == rule_.Highest() && rule.window_ms == rule_.window_ms) {
    rule_ = rule;
    return true;
  }
  filter::CampaignLimits limits;
  limits.window_ms = rule.window_ms;
  limits.recipients_max = rule.Highest();
  campaigns_ = std::make_unique<filter::Campaigns>(limits);
  rule_ = rule;
  for (const auto& [name, entry] : entries_) {
    if (entry.decided.until_ms() <= now_ms) continue;
    campaigns_->Decide({name.first}, name.second,
                       StateOf(entry.decided.decision()),
                       entry.decided.until_ms(), now_ms);
  }
  return true;
}

void CampaignBook::Apply(const store::v1::CampaignDecided& decided,
                         int64_t at_ms, int64_t now_ms) {
  Entry& entry = entries_[{decided.content_provider(), decided.campaign()}];
  entry.decided = decided;
  entry.at_ms = at_ms;
  entry.messages = 0;
  if (!decided.sample().empty()) entry.sample = decided.sample();
  if (campaigns_ != nullptr) {
    campaigns_->Decide({decided.content_provider()}, decided.campaign(),
                       StateOf(decided.decision()), decided.until_ms(), now_ms);
  }
  ForgetLapsed(now_ms);
}

// Only when there are many entries, so that a decision stays cheap.
void CampaignBook::ForgetLapsed(int64_t now_ms) {
  if (entries_.size() <= kEntriesMax) return;
  std::erase_if(entries_, [&](const auto& item) {
    return item.second.decided.until_ms() <= now_ms;
  });
  while (entries_.size() > kEntriesMax) {
    entries_.erase(std::min_element(entries_.begin(), entries_.end(),
                                    [](const auto& a, const auto& b) {
                                      return a.second.at_ms < b.second.at_ms;
                                    }));
  }
}

void CampaignBook::Count(const filter::Snapshot& snapshot,
                         absl::Span<const filter::Message> texts,
                         absl::Span<filter::MessageFacts> facts) {
  if (!AnyCounts(facts)) return;
  const int64_t now_ms = store_.NowMs();
  std::vector<store::v1::CampaignDecided> held;
  {
    MutexLock lock(mutex_);
    if (!Prepare(now_ms)) return;
    for (size_t i = 0; i < facts.size(); ++i) {
      if (!Counts(facts[i])) continue;
      CountOne(snapshot, texts[i].text, now_ms, facts[i], held);
    }
  }
  for (const store::v1::CampaignDecided& decided : held) {
    JournalHeld(decided);
  }
}

void CampaignBook::JournalHeld(const store::v1::CampaignDecided& decided) {
  const std::string id =
      CampaignId(decided.content_provider(), decided.campaign());
  MutexLock in_order(deciding_);
  // A person may have decided about the campaign meanwhile.
  if (!IsHeld({decided.content_provider(), decided.campaign()})) return;
  store::v1::Record record;
  *record.mutable_campaign_decided() = decided;
  const absl::Status journaled = store_.AppendControl(std::move(record));
  if (journaled.ok()) {
    spdlog::warn(
        "campaign {} is held: nearly the same text went to more numbers than "
        "the rules allow without review; `sluicectl campaign list` shows it",
        id);
  } else {
    // The campaign is held anyway, until a restart sets the counts to 0.
    spdlog::error("campaign {} is held, but this could not be journaled: {}",
                  id, std::string(journaled.message()));
  }
}

bool CampaignBook::IsHeld(const Name& name) const {
  MutexLock lock(mutex_);
  const auto entry = entries_.find(name);
  return entry != entries_.end() &&
         entry->second.decided.decision() == v1::DECISION_HELD;
}

void CampaignBook::CountOne(const filter::Snapshot& snapshot,
                            absl::string_view text, int64_t now_ms,
                            filter::MessageFacts& facts,
                            std::vector<store::v1::CampaignDecided>& held) {
  filter::Campaigns::Answer answer = campaigns_->Add(
      facts.content_provider, facts.likeness, facts.recipient, now_ms);
  if (answer.state == CampaignState::kCounting &&
      answer.recipients > rule_.MaxOf(facts.message_class)) {
    const uint32_t hours = snapshot.rules->policy().hold_hours();
    store::v1::CampaignDecided& decided = held.emplace_back();
    decided.set_content_provider(facts.content_provider.value);
    decided.set_campaign(answer.cluster);
    decided.set_decision(v1::DECISION_HELD);
    decided.set_until_ms(now_ms +
                         kHourMs * (hours == 0 ? kHoldHoursDefault : hours));
    Apply(decided, now_ms, now_ms);
    answer.state = CampaignState::kHeld;
  }
  if (answer.state == CampaignState::kCounting) return;
  const auto entry =
      entries_.find({facts.content_provider.value, answer.cluster});
  if (entry != entries_.end()) {
    ++entry->second.messages;
    if (entry->second.sample.empty()) {
      entry->second.sample.assign(text.data(), text.size());
    }
  }
  AddFinding(*snapshot.policy, answer, now_ms, facts);
}

void CampaignBook::Look(const filter::Snapshot& snapshot,
                        absl::Span<filter::MessageFacts> facts) {
  if (!AnyCounts(facts)) return;
  const int64_t now_ms = store_.NowMs();
  MutexLock lock(mutex_);
  if (!Prepare(now_ms)) return;
  for (filter::MessageFacts& one : facts) {
    if (!Counts(one)) continue;
    AddFinding(*snapshot.policy,
               campaigns_->Look(one.content_provider, one.likeness, now_ms),
               now_ms, one);
  }
}

CampaignBook::Page CampaignBook::List(size_t limit,
                                      const std::optional<Place>& after) const {
  const auto registry = store_.snapshot()->registry;
  const int64_t now_ms = store_.NowMs();
  // Sorts ascending in the order of List.
  const auto order = [](int64_t decided_ms, const Name& name) {
    return std::tuple(-decided_ms, name);
  };
  MutexLock lock(mutex_);
  std::vector<const std::pair<const Name, Entry>*> current;
  for (const auto& item : entries_) {
    if (item.second.decided.until_ms() <= now_ms) continue;
    if (after && order(item.second.at_ms, item.first) <=
                     order(after->decided_ms,
                           {after->content_provider, after->campaign})) {
      continue;
    }
    current.push_back(&item);
  }
  std::sort(current.begin(), current.end(),
            [&order](const auto* a, const auto* b) {
              return order(a->second.at_ms, a->first) <
                     order(b->second.at_ms, b->first);
            });
  Page page;
  if (current.size() > limit) {
    current.resize(limit);
    const auto& [name, entry] = *current.back();
    page.last = Place{entry.at_ms, name.first, name.second};
  }
  for (const auto* item : current) {
    page.campaigns.push_back(Shown(item->first, item->second, *registry));
  }
  return page;
}

admin::v1::Campaign CampaignBook::Shown(
    const Name& name, const Entry& entry,
    const filter::Registry& registry) const {
  admin::v1::Campaign campaign;
  campaign.set_id(CampaignId(name.first, name.second));
  const store::v1::Party* provider =
      registry.FindParty(store::v1::PARTY_KIND_CONTENT_PROVIDER, name.first);
  if (provider != nullptr) campaign.set_content_provider_id(provider->id());
  campaign.set_decision(entry.decided.decision());
  SetTimestamp(entry.at_ms, *campaign.mutable_decide_time());
  SetTimestamp(entry.decided.until_ms(), *campaign.mutable_expire_time());
  campaign.set_actor(entry.decided.actor());
  campaign.set_reason(entry.decided.reason());
  campaign.set_messages(entry.messages);
  campaign.set_sample(ToUtf8(entry.sample));
  return campaign;
}

absl::StatusOr<admin::v1::Campaign> CampaignBook::Decide(
    const std::string& id, v1::Decision decision, absl::Duration duration,
    const Actor& actor) {
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  MutexLock in_order(deciding_);
  SLUICE_ASSIGN_OR_RETURN(const Name name, Find(id, store_.NowMs()));
  return DecideNamed(name, "", decision, duration, actor);
}

absl::StatusOr<admin::v1::Campaign> CampaignBook::DecideText(
    const std::string& content_provider_id, const std::string& text,
    v1::Decision decision, absl::Duration duration, const Actor& actor) {
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  SLUICE_ASSIGN_OR_RETURN(const Name name,
                          NameOfText(content_provider_id, text));
  MutexLock in_order(deciding_);
  return DecideNamed(name, text, decision, duration, actor);
}

// The campaign that the text belongs to, or would begin.
absl::StatusOr<CampaignBook::Name> CampaignBook::NameOfText(
    const std::string& content_provider_id, const std::string& text) {
  const auto snapshot = store_.snapshot();
  const store::v1::Party* provider = snapshot->registry->FindParty(
      store::v1::PARTY_KIND_CONTENT_PROVIDER, content_provider_id);
  if (provider == nullptr) {
    return WithField(
        ErrorOf(absl::StatusCode::kNotFound,
                SayBoth("没有内容提供者 $0", "there is no content provider $0",
                        Quoted(content_provider_id))),
        "content_provider_id");
  }
  if (snapshot->policy->campaigns().Highest() == 0) {
    return ErrorOf(
        absl::StatusCode::kFailedPrecondition,
        SayBoth("生效的规则没有 `campaigns`：不会因群发转人工审核",
                "the rules in force have no `campaigns`: no text is held for "
                "review"));
  }
  rules::FoldedText folded;
  const bool readable = text.size() <= kTextBytesMax &&
                        rules::FoldTable::Shared().Fold(text, folded);
  const uint64_t likeness = readable ? filter::LikenessHash(folded.bytes) : 0;
  if (likeness == 0) {
    return InvalidField("text",
                        SayBoth("须为实际发送的短信内容，UTF-8",
                                "a text as it is sent is needed, UTF-8"));
  }
  const Name name = {provider->number(), likeness};
  const int64_t now_ms = store_.NowMs();
  MutexLock lock(mutex_);
  if (!Prepare(now_ms)) return name;
  const filter::Campaigns::Answer known =
      campaigns_->Look({name.first}, likeness, now_ms);
  return Name(name.first, known.cluster != 0 ? known.cluster : likeness);
}

absl::StatusOr<admin::v1::Campaign> CampaignBook::DecideNamed(
    const Name& name, const std::string& text, v1::Decision decision,
    absl::Duration duration, const Actor& actor) {
  const auto registry = store_.snapshot()->registry;
  const int64_t now_ms = store_.NowMs();
  const std::string id = CampaignId(name.first, name.second);
  store::v1::Record record;
  store::v1::CampaignDecided& decided = *record.mutable_campaign_decided();
  decided.set_content_provider(name.first);
  decided.set_campaign(name.second);
  decided.set_decision(decision);
  decided.set_until_ms(now_ms + absl::ToInt64Milliseconds(duration));
  decided.set_actor(actor.key_id);
  decided.set_reason(actor.reason);
  if (!text.empty()) decided.set_sample(text);
  SLUICE_RETURN_IF_ERROR(store_.AppendControl(record));
  spdlog::info("campaign {} is {} by {}", id,
               decision == v1::DECISION_ACCEPTED ? "released" : "rejected",
               actor.key_id);
  MutexLock lock(mutex_);
  Apply(decided, now_ms, now_ms);
  return Shown(name, entries_.at(name), *registry);
}

absl::StatusOr<CampaignBook::Name> CampaignBook::Find(const std::string& id,
                                                      int64_t now_ms) const {
  MutexLock lock(mutex_);
  for (const auto& [name, entry] : entries_) {
    if (entry.decided.until_ms() > now_ms &&
        CampaignId(name.first, name.second) == id) {
      return name;
    }
  }
  return ErrorOf(
      absl::StatusCode::kNotFound, "id",
      SayBoth("群发 $0 现在既未待审，也未放行或拒绝",
              "campaign $0 is not held, released or rejected now", Quoted(id)));
}

}  // namespace sluice::gateway
