// The cost of a decision without the journal: Examine of clean messages and of
// messages with hits, Admit with the limits of cn-2015. Run a release build
// from the root of the tree on a quiet machine and read the CPU column.

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "filter/admit.h"
#include "filter/campaigns.h"
#include "filter/examine/examine.h"
#include "filter/examine/likeness.h"
#include "filter/ledger.h"
#include "filter/policy/hash.h"
#include "filter/policy/rule_counters.h"
#include "filter/registry/filed_contacts.h"
#include "rules/base/fmix64.h"
#include "rules/base/mutex.h"
#include "rules/base/phone.h"
#include "rules/contacts/contacts.h"
#include "rules/contacts/host_alike.h"
#include "tests/filter/small_world.h"

namespace sluice::filter {
namespace {

// 2026-11-02 10:00 in Shanghai.
constexpr int64_t kTen = 1'793'584'800'000;
constexpr int64_t kDay = 86'400'000;

const Snapshot& World() {
  static const Snapshot& world = *new Snapshot(SmallWorld());
  return world;
}

// 60 characters each.
constexpr absl::string_view kNotice =
    "【小店】您的订单已由上海仓发出，预计明天下午送达，请保持电话畅通。如需改约"
    "时间"
    "，请在今晚八点前联系我们的客服人员，谢谢您的支持。";
constexpr absl::string_view kSale =
    "【小店】本周新到一批冬季外套，尺码齐全，欢迎到人民路门店试穿选购，每天上午"
    "十点"
    "开门，停车方便，期待您的光临。拒收请回复R";
constexpr absl::string_view kHit =
    "【小店】代开各类发票，加微信联系，点数优惠。您的订单已由上海仓发出，预计明"
    "天下"
    "午送达，请保持电话畅通，谢谢您的支持。";

constexpr absl::string_view kLink =
    "【小店】本周新到一批冬季外套，尺码齐全，看图 "
    "https://shop.example.com/w/1 ，欢迎致电4001234567。拒收请回复R";

std::vector<std::string> Numbers() {
  std::vector<std::string> numbers;
  for (int i = 0; i < 4096; ++i) {
    numbers.push_back(absl::StrCat(13800000000 + i * 9973));
  }
  return numbers;
}

void BM_Examine(benchmark::State& state, absl::string_view text,
                MessageClass c) {
  const std::vector<std::string> numbers = Numbers();
  ExamineScratch scratch;
  MessageFacts facts;
  Message message;
  message.key = "order-4711";
  message.text = text;
  message.message_class = c;
  // Loads the pack and warms the buffers.
  message.recipient = numbers[0];
  Examine(World(), {AccountId{1}}, message, kTen, scratch, facts);
  size_t i = 0;
  for (auto _ : state) {
    message.recipient = numbers[i++ % numbers.size()];
    Examine(World(), {AccountId{1}}, message, kTen, scratch, facts);
    benchmark::DoNotOptimize(facts);
  }
  state.counters["findings"] = static_cast<double>(facts.findings.size());
  state.counters["parts"] = facts.parts;
}
BENCHMARK_CAPTURE(BM_Examine, notice, kNotice, MessageClass::kNotice);
BENCHMARK_CAPTURE(BM_Examine, commercial, kSale, MessageClass::kCommercial);
BENCHMARK_CAPTURE(BM_Examine, hit, kHit, MessageClass::kNotice);
BENCHMARK_CAPTURE(BM_Examine, link, kLink, MessageClass::kCommercial);

// The small world, whose content provider has 10,000 templates.
const Snapshot& TemplateWorld() {
  static const Snapshot& world = *[] {
    std::vector<store::v1::Party> parties = PartiesOf(kSmallWorld);
    for (uint32_t i = 1; i <= 10'000; ++i) {
      store::v1::Party& party = parties.emplace_back();
      party.set_id(absl::StrCat("t", i));
      party.set_number(i);
      party.set_state(store::v1::PARTY_STATE_ACTIVE);
      store::v1::Template& in = *party.mutable_template_();
      in.set_content_provider_id("shop");
      in.set_message_class(v1::MESSAGE_CLASS_NOTICE);
      in.set_text(absl::StrCat(
          "您的订单{id}已由", i,
          "号仓发出，预计{day}送达，请保持电话畅通。如需改约时间，请在今晚八点"
          "前联系我们的客服人员，谢谢。"));
      store::v1::Template::Variable& id = *in.add_variables();
      id.set_name("id");
      id.set_type("code");
      id.set_characters_max(10);
      store::v1::Template::Variable& day = *in.add_variables();
      day.set_name("day");
      day.set_type("text");
      day.set_characters_max(10);
    }
    auto* world = new Snapshot(World());
    world->registry = *Registry::Build(std::move(parties));
    return world;
  }();
  return world;
}

constexpr absl::string_view kMade =
    "【小店】您的订单A10086已由7311号仓发出，预计明天下午送达，请保持电话畅通。"
    "如需改约时间，请在今晚八点前联系我们的客服人员，谢谢。";

// `named`: the message names its template.
void BM_ExamineTemplates(benchmark::State& state, absl::string_view text,
                         bool named) {
  const Snapshot& world = TemplateWorld();
  ExamineScratch scratch;
  MessageFacts facts;
  Message message;
  message.recipient = "13800138000";
  message.text = text;
  message.message_class = MessageClass::kNotice;
  if (named) message.template_id = "t7311";
  Examine(world, {AccountId{1}}, message, kTen, scratch, facts);
  for (auto _ : state) {
    Examine(world, {AccountId{1}}, message, kTen, scratch, facts);
    benchmark::DoNotOptimize(facts);
  }
  state.counters["made"] = facts.template_hash != 0;
  state.counters["findings"] = static_cast<double>(facts.findings.size());
}
BENCHMARK_CAPTURE(BM_ExamineTemplates, looked_for, kMade, false);
BENCHMARK_CAPTURE(BM_ExamineTemplates, named, kMade, true);
BENCHMARK_CAPTURE(BM_ExamineTemplates, free_text, kNotice, false);

// The hash by which advertising texts without a template are compared.
void BM_LikenessHash(benchmark::State& state) {
  rules::FoldedText folded;
  rules::FoldTable::Shared().Fold(kSale, folded);
  for (auto _ : state) benchmark::DoNotOptimize(LikenessHash(folded.bytes));
}
BENCHMARK(BM_LikenessHash);

// A link that is not among so many filed domains: also whether it looks like
// one of them.
void BM_FiledLink(benchmark::State& state, absl::string_view host) {
  store::v1::Signature signature;
  for (int i = 0; i < state.range(0); ++i) {
    store::v1::FiledContact& contact = *signature.add_contacts();
    contact.set_kind(rules::v1::CONTACT_KIND_LINK);
    contact.set_value(absl::StrCat("shop-", i * 7919, ".example.com"));
  }
  const FiledContacts filed(signature.contacts());
  rules::Contact contact;
  contact.value = host;
  rules::HostLook look;
  Filing filing = Filing::kNone;
  for (auto _ : state) {
    filing = filed.Of(contact, kTen, look);
    benchmark::DoNotOptimize(filing);
  }
  state.counters["looks_filed"] = filing == Filing::kAlike ? 1 : 0;
}
BENCHMARK_CAPTURE(BM_FiledLink, other, "www.shop.example.cn")
    ->Arg(10)
    ->Arg(1'000)
    ->Arg(10'000);
BENCHMARK_CAPTURE(BM_FiledLink, alike, "www.sh0p-7919.example.com")
    ->Arg(10)
    ->Arg(1'000)
    ->Arg(10'000);
BENCHMARK_CAPTURE(BM_FiledLink, international, "xn--shp-7919-o4a.example.com")
    ->Arg(10)
    ->Arg(1'000)
    ->Arg(10'000);

// What gateway/control/campaign_book.h does with a batch of 256 such messages:
// one lock for all, each counted in one of `campaigns` campaigns. Each thread
// stands for a thread that brings batches.
void BM_CountCampaigns(benchmark::State& state) {
  constexpr int kBatch = 256;
  static Mutex& mutex = *new Mutex;
  static Campaigns& campaigns = *new Campaigns(CampaignLimits());
  const auto running = static_cast<uint64_t>(state.range(0));
  uint64_t n = static_cast<uint64_t>(state.thread_index()) << 20;
  for (auto _ : state) {
    MutexLock lock(mutex);
    for (int i = 0; i < kBatch; ++i, ++n) {
      benchmark::DoNotOptimize(
          campaigns.Add({1 + static_cast<uint32_t>(n % 100)},
                        Fmix64(n % running + 1), {8613800000000 + n}, kTen));
    }
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(BM_CountCampaigns)->Arg(10)->Arg(1000)->Threads(1)->Threads(2);

// The cost of counting the hits of rules, for each message; in batches of 256,
// with so many hits of different words in each message.
void BM_CountHits(benchmark::State& state) {
  constexpr int kBatch = 256;
  RuleCounters counters(500, 10'000);
  RuleTally tally;
  std::vector<std::vector<JudgedHit>> messages(kBatch);
  for (uint32_t m = 0; m < kBatch; ++m) {
    for (uint32_t i = 0; i < static_cast<uint32_t>(state.range(0)); ++i) {
      messages[m].push_back({i, (m * 7 + i * 131) % 2'000, false, i == 0});
    }
  }
  for (auto _ : state) {
    for (const auto& hits : messages) tally.Add(ContentProviderId{1}, hits);
    tally.AddTo(counters, kTen);
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
  state.counters["ns_a_message"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * kBatch * 1e-9,
      benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(BM_CountHits)->Arg(0)->Arg(1)->Arg(23);

// The parts of Examine that belong to rules/.
void BM_FoldAndMatch(benchmark::State& state) {
  rules::FoldedText folded;
  rules::RuleScratch scratch;
  std::vector<rules::Hit> hits;
  for (auto _ : state) {
    hits.clear();
    rules::FoldTable::Shared().Fold(kNotice, folded);
    Cn2015()->Match(folded, {}, scratch, hits);
    benchmark::DoNotOptimize(hits);
  }
}
BENCHMARK(BM_FoldAndMatch);

// Three limits for the message, and `sends` earlier messages to its number; the
// ledger is warm in the cache.
void BM_Admit(benchmark::State& state) {
  rules::v1::PackPolicy pack = Cn2015()->policy();
  pack.clear_limits();
  for (const char* window : {"day", "30d", "1h"}) {
    rules::v1::LimitRule& limit = *pack.add_limits();
    limit.set_id(window);
    limit.add_by("content_provider");
    limit.set_max(100);
    limit.set_window(window);
  }
  Snapshot world = World();
  world.policy = *Policy::Build(pack, Cn2015()->articles(), Cn2015()->header(),
                                Cn2015()->rules());
  std::vector<Send> sends(static_cast<size_t>(state.range(0)));
  for (size_t i = 0; i < sends.size(); ++i) {
    sends[i].at_ms = kTen - static_cast<int64_t>(i) * kDay / 2;
    sends[i].key = i + 1;
    sends[i].content_provider = 1;
    sends[i].message_class = MessageClass::kCommercial;
    sends[i].flags = kSendCharged;
  }
  StandingFact consent;
  consent.kind = StandingFact::Kind::kConsent;
  consent.content_provider = 1;
  ExamineScratch scratch;
  MessageFacts facts;
  Message message;
  message.key = "order-4711";
  message.recipient = "13800138000";
  message.text = kSale;
  message.message_class = MessageClass::kCommercial;
  Examine(world, {AccountId{1}}, message, kTen, scratch, facts);
  Admission admission;
  for (auto _ : state) {
    Admit(world, {sends, {&consent, 1}}, facts, kTen, admission);
    benchmark::DoNotOptimize(admission);
  }
  state.counters["accepted"] = admission.decision == v1::DECISION_ACCEPTED;
}
BENCHMARK(BM_Admit)->Arg(0)->Arg(4)->Arg(20);

void BM_LastLook(benchmark::State& state) {
  StandingFact consent;
  consent.kind = StandingFact::Kind::kConsent;
  QueuedMessage message;
  message.recipient = {8613800138000};
  message.message_class = MessageClass::kCommercial;
  message.licensee = {1};
  message.account = {1};
  message.content_provider = {1};
  message.signature = {1};
  message.port = {2};
  message.expire_at_ms = kTen + kDay;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        LastLook(World(), {{}, {&consent, 1}}, message, kTen));
  }
}
BENCHMARK(BM_LastLook);

void BM_ParsePhone(benchmark::State& state) {
  const std::vector<std::string> numbers = Numbers();
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(ParsePhone(numbers[i++ % numbers.size()]));
  }
}
BENCHMARK(BM_ParsePhone);

}  // namespace
}  // namespace sluice::filter

BENCHMARK_MAIN();
