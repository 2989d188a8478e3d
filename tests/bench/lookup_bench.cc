// The cost of look-ups in a large store: how long a page takes, and how many
// rows a second come out. SLUICE_MESSAGES (default: 1,000,000) messages are
// submitted first, one in twenty of them rejected, by 1,000 content providers,
// and a fiftieth, at most 100,000, to one number. The label of each line says
// what it read; the first line, a plain read of the whole journal, is what the
// others are to be compared with.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/synchronization/notification.h"
#include "gateway/admin/audit_search.h"
#include "rules/base/check.h"
#include "rules/base/clock.h"
#include "store/statistics/record_counter.h"
#include "store/store.h"
#include "tests/fakes/world.h"

namespace sluice::gateway {
namespace {

constexpr uint64_t kNumberMessagesMax = 100'000;
constexpr uint32_t kProviders = 1'000;
constexpr uint32_t kRefusedEvery = 20;
constexpr Phone kBusy{8613800138000};
constexpr uint64_t kOthers = 8613900000000;

uint64_t Messages() {
  const char* const text = std::getenv("SLUICE_MESSAGES");
  return text == nullptr ? 1'000'000 : std::strtoull(text, nullptr, 10);
}

// A store with all the messages, made once and deleted at the end.
class LookupStore {
 public:
  static LookupStore& Get() {
    static LookupStore store;
    return store;
  }

  store::Store& store() { return *store_; }
  int64_t began_ms() const { return began_ms_; }
  int64_t ended_ms() const { return ended_ms_; }

  ~LookupStore() {
    store_.reset();
    std::filesystem::remove_all(path_);
  }

 private:
  LookupStore() {
    char path[] = "./lookup_bench_XXXXXX";
    SLUICE_CHECK(mkdtemp(path) != nullptr);
    path_ = path;
    store::StoreOptions options;
    options.path = path_ + "/data";
    options.sync = false;
    auto store = store::Store::Open(options, clock_, WorldSnapshot(),
                                    [](const std::string&) {});
    SLUICE_CHECK(store.ok());
    store_ = *std::move(store);
    began_ms_ = store_->NowMs();
    Fill();
    ended_ms_ = store_->NowMs() + 1;
  }

  void Fill() {
    constexpr uint32_t kBatch = 1'000;
    constexpr uint32_t kSingly = 20;
    const uint64_t count = Messages();
    const uint64_t to_busy = std::min(kNumberMessagesMax, count / 50);
    store::SubmitBatch batch;
    batch.snapshot = store_->snapshot();
    batch.account = {kAccountNumber};
    filter::ExamineScratch scratch;
    filter::Message good;
    good.recipient = "13900000000";
    good.text = kCodeText;
    good.message_class = MessageClass::kVerification;
    good.on_behalf_of = "shop";
    filter::Message bad = good;
    bad.text = "no signature";
    filter::MessageFacts good_facts;
    filter::MessageFacts bad_facts;
    filter::Examine(*batch.snapshot, {batch.account}, good, store_->NowMs(),
                    scratch, good_facts);
    filter::Examine(*batch.snapshot, {batch.account}, bad, store_->NowMs(),
                    scratch, bad_facts);
    for (uint64_t n = 0; n < count; n += kBatch) {
      batch.account = {static_cast<uint32_t>(1 + n / kBatch)};
      batch.messages.clear();
      batch.facts.clear();
      for (uint64_t i = n; i < n + kBatch; ++i) {
        const bool refused = i % kRefusedEvery == 0;
        // Refusals are recorded singly, 20 a minute to a number of an account.
        const bool busy = refused && (i - n) / kRefusedEvery < kSingly &&
                          n / kBatch * kSingly < to_busy;
        batch.messages.push_back(refused ? bad : good);
        filter::MessageFacts& facts =
            batch.facts.emplace_back(refused ? bad_facts : good_facts);
        facts.recipient = busy ? kBusy : Phone{kOthers + i};
        facts.content_provider = {
            1 + static_cast<uint32_t>(i / kRefusedEvery % kProviders)};
        facts.account = batch.account;
      }
      absl::Notification done;
      batch.done = [&done](const absl::Status& status) {
        SLUICE_CHECK(status.ok());
        done.Notify();
      };
      SLUICE_CHECK(store_->Submit(batch).ok());
      done.WaitForNotification();
      if (n % (count / 20 + 1) < kBatch) {
        std::fprintf(stderr, "\rfilling: %2d %%",
                     static_cast<int>(100 * n / count));
      }
    }
    std::fprintf(stderr, "\rfilled: %d messages\n", static_cast<int>(count));
  }

  std::string path_;
  SystemClock clock_;
  std::unique_ptr<store::Store> store_;
  int64_t began_ms_ = 0;
  int64_t ended_ms_ = 0;
};

Search AllSearch(size_t page_size) {
  Search search;
  search.from_ms = LookupStore::Get().began_ms();
  search.until_ms = LookupStore::Get().ended_ms();
  search.page_size = page_size;
  return search;
}

// Reads pages of a search until it has `rows` rows or ends; returns how many.
size_t ReadPages(Search search, size_t rows) {
  size_t read = 0;
  do {
    const auto page = RunSearch(LookupStore::Get().store(), search,
                                filter::Language::kEnglish);
    SLUICE_CHECK(page.ok());
    read += static_cast<size_t>(page->messages_size());
    search.page_token = page->next_page_token();
  } while (!search.page_token.empty() && read < rows);
  return read;
}

void Measure(benchmark::State& state, const Search& search, size_t rows) {
  size_t read = 0;
  for (auto _ : state) read = ReadPages(search, rows);
  state.SetItemsProcessed(static_cast<int64_t>(read) * state.iterations());
  state.SetLabel(absl::StrFormat("%d rows", read));
}

void BM_ReadJournal(benchmark::State& state) {
  store::Store& store = LookupStore::Get().store();
  int64_t records = 0;
  for (auto _ : state) {
    for (int p = 0; p < store.partitions(); ++p) {
      SLUICE_CHECK(store
                       .Scan(p, {},
                             [&records](store::RecordRef, absl::string_view) {
                               ++records;
                               return true;
                             })
                       .ok());
    }
  }
  state.SetItemsProcessed(records);
}
BENCHMARK(BM_ReadJournal)->Unit(benchmark::kMillisecond)->UseRealTime();

// What the statistics cost in the background, reading included.
void BM_CountJournal(benchmark::State& state) {
  store::Store& store = LookupStore::Get().store();
  int64_t records = 0;
  for (auto _ : state) {
    store::RecordCounter counter(
        [](store::RecordRef) { return absl::NotFoundError("not asked"); });
    store::v1::Record record;
    for (int p = 0; p < store.partitions(); ++p) {
      SLUICE_CHECK(
          store
              .Scan(p, {},
                    [&](store::RecordRef ref, absl::string_view bytes) {
                      SLUICE_CHECK(record.ParseFromArray(
                          bytes.data(), static_cast<int>(bytes.size())));
                      SLUICE_CHECK(counter.Count(ref, record).ok());
                      ++records;
                      return true;
                    })
              .ok());
    }
  }
  state.SetItemsProcessed(records);
}
BENCHMARK(BM_CountJournal)->Unit(benchmark::kMillisecond)->UseRealTime();

// The counts of all content providers, of the whole time and by the hour.
void BM_StatisticsOfProviders(benchmark::State& state) {
  LookupStore& of = LookupStore::Get();
  size_t rows = 0;
  for (auto _ : state) {
    const auto answer = of.store().ReadStatistics(
        {store::Dimension::kContentProvider, of.began_ms(), of.ended_ms(),
         store::StatStep::kHour});
    SLUICE_CHECK(answer.ok());
    rows = answer->rows.size();
  }
  state.SetLabel(absl::StrFormat("%d rows", rows));
}
BENCHMARK(BM_StatisticsOfProviders)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

// The first page of all refusals, of all of a provider's messages, and of the
// provider's refusals.
void BM_PageOfRefusals(benchmark::State& state) {
  Search search = AllSearch(50);
  search.decision = v1::DECISION_REJECTED;
  Measure(state, search, 50);
}
BENCHMARK(BM_PageOfRefusals)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_PageOfProvider(benchmark::State& state) {
  Search search = AllSearch(50);
  search.content_provider = kProviders;
  Measure(state, search, 50);
}
BENCHMARK(BM_PageOfProvider)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_PageOfProviderRefusals(benchmark::State& state) {
  Search search = AllSearch(50);
  search.content_provider = kProviders / 2;
  search.decision = v1::DECISION_REJECTED;
  Measure(state, search, 50);
}
BENCHMARK(BM_PageOfProviderRefusals)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

// From the middle of the time on.
void BM_PageFromTheMiddle(benchmark::State& state) {
  Search search = AllSearch(50);
  search.decision = v1::DECISION_REJECTED;
  search.from_ms += (search.until_ms - search.from_ms) / 2;
  Measure(state, search, 50);
}
BENCHMARK(BM_PageFromTheMiddle)->Unit(benchmark::kMillisecond)->UseRealTime();

// A filter that finds nothing.
void BM_PageOfNothing(benchmark::State& state) {
  Search search = AllSearch(50);
  search.decision = v1::DECISION_REJECTED;
  search.rule = "no-such-rule";
  Measure(state, search, 50);
}
BENCHMARK(BM_PageOfNothing)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_PageOfBusyNumber(benchmark::State& state) {
  Search search = AllSearch(50);
  search.recipient = kBusy;
  Measure(state, search, 50);
}
BENCHMARK(BM_PageOfBusyNumber)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_AllPagesOfBusyNumber(benchmark::State& state) {
  Search search = AllSearch(1'000);
  search.recipient = kBusy;
  Measure(state, search, kNumberMessagesMax);
}
BENCHMARK(BM_AllPagesOfBusyNumber)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

// All refusals, in pages of 1,000.
void BM_StreamRefusals(benchmark::State& state) {
  Search search = AllSearch(1'000);
  search.decision = v1::DECISION_REJECTED;
  Measure(state, search, Messages());
}
BENCHMARK(BM_StreamRefusals)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace sluice::gateway

BENCHMARK_MAIN();
