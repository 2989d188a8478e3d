#include "tests/bench/lookup_store.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/time/clock.h"
#include "rules/base/mutex.h"
#include "rules/base/status_macros.h"
#include "store/store.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/world.h"

namespace sluice::bench {
namespace {

constexpr absl::Duration kWeek = absl::Hours(7 * 24);
constexpr uint64_t kBatch = 1'000;
constexpr uint64_t kRefusedEvery = 20;
constexpr uint64_t kSparseEvery = 20'000;
// A loud batch has the messages of one content provider.
constexpr uint64_t kLoudEvery = 10;
constexpr uint64_t kLoudRefusedEvery = 2;
// Refusals are recorded singly, 20 a minute to a number of an account.
constexpr uint64_t kSingly = 20;
constexpr uint32_t kLoudProvider = 1;
constexpr uint32_t kSparseProvider = 2;
constexpr uint32_t kOtherProviders = 3;
constexpr uint32_t kProviders = 1'000;

std::string MarkerPath(const std::string& folder) { return folder + "/filled"; }

absl::Status WriteMarker(const std::string& folder, const LookupStore& filled) {
  std::ofstream out(MarkerPath(folder));
  out << filled.load.messages << ' ' << filled.load.numbers << ' '
      << filled.load.busy << ' ' << filled.from_ms << ' ' << filled.until_ms
      << ' ' << filled.end.value() << ' ' << filled.refused << ' '
      << filled.loud_refused << ' ' << filled.sparse_refused << '\n';
  out.close();
  return out ? absl::OkStatus()
             : absl::UnavailableError("cannot write the marker of the folder");
}

absl::StatusOr<LookupStore> ReadMarker(const std::string& folder,
                                       const LookupLoad& load) {
  std::ifstream in(MarkerPath(folder));
  LookupStore filled;
  uint64_t end = 0;
  in >> filled.load.messages >> filled.load.numbers >> filled.load.busy >>
      filled.from_ms >> filled.until_ms >> end >> filled.refused >>
      filled.loud_refused >> filled.sparse_refused;
  if (!in) {
    return absl::FailedPreconditionError(absl::StrCat(
        folder, " was not filled to the end: delete it and begin again"));
  }
  filled.end = store::Position::FromValue(end);
  if (filled.load.messages != load.messages ||
      filled.load.numbers != load.numbers || filled.load.busy != load.busy) {
    return absl::FailedPreconditionError(absl::StrCat(
        folder, " has ", filled.load.messages, " messages, ",
        filled.load.numbers, " numbers, ", filled.load.busy,
        " to the busy one: ask for these, or name another folder"));
  }
  return filled;
}

// Batches that are decided together, as those of several callers are.
class Round {
 public:
  explicit Round(store::Store& store) : store_(store) {}

  store::SubmitBatch& Add(uint32_t account) {
    store::SubmitBatch& batch =
        *batches_.emplace_back(std::make_unique<store::SubmitBatch>());
    batch.snapshot = store_.snapshot();
    batch.account = {account};
    return batch;
  }

  absl::Status Run() {
    absl::BlockingCounter open(static_cast<int>(batches_.size()));
    Mutex mutex;
    absl::Status first;
    for (const auto& batch : batches_) {
      const auto done = [&](const absl::Status& status) {
        {
          MutexLock lock(mutex);
          if (first.ok()) first = status;
        }
        open.DecrementCount();
      };
      batch->done = done;
      const absl::Status taken = store_.Submit(*batch);
      if (!taken.ok()) done(taken);
    }
    open.Wait();
    return first;
  }

  // How many messages were refused with a record of their own.
  template <typename Which>
  uint64_t CountRefused(const Which& which) const {
    uint64_t count = 0;
    for (const auto& batch : batches_) {
      for (size_t i = 0; i < batch->answers.size(); ++i) {
        const store::Answer& answer = batch->answers[i];
        if (answer.decision == v1::DECISION_REJECTED &&
            answer.record != store::RecordRef() && which(batch->facts[i])) {
          ++count;
        }
      }
    }
    return count;
  }

 private:
  store::Store& store_;
  std::vector<std::unique_ptr<store::SubmitBatch>> batches_;
};

// Fills a store. One use.
class Filler {
 public:
  Filler(store::Store& store, FakeClock& clock, LookupStore& filled)
      : store_(store), clock_(clock), filled_(filled) {
    good_.recipient = "13900000000";
    good_.text = kCodeText;
    good_.message_class = MessageClass::kVerification;
    good_.on_behalf_of = "shop";
    bad_ = good_;
    bad_.text = "no signature";
    filter::ExamineScratch scratch;
    const store::SnapshotPtr snapshot = store.snapshot();
    const filter::Caller caller = {AccountId{kAccountNumber}};
    filter::Examine(*snapshot, caller, good_, store.NowMs(), scratch,
                    good_facts_);
    filter::Examine(*snapshot, caller, bad_, store.NowMs(), scratch,
                    bad_facts_);
  }

  absl::Status Run(const std::function<void(uint64_t)>& progress) {
    const uint64_t others = filled_.load.messages - filled_.load.busy;
    // No number gets two messages at once.
    const uint64_t batch = std::min(kBatch, filled_.load.numbers);
    const uint64_t rounds = (others + batch - 1) / batch;
    const uint64_t singly = (filled_.load.busy + kSingly - 1) / kSingly;
    for (uint64_t r = 0; r < rounds; ++r) {
      Round round(store_);
      AddOthers(round.Add(NextAccount()), r, r * batch,
                std::min(others, (r + 1) * batch));
      for (uint64_t b = singly * r / rounds; b < singly * (r + 1) / rounds;
           ++b) {
        AddBusy(round.Add(NextAccount()),
                std::min(kSingly, filled_.load.busy - b * kSingly));
      }
      SLUICE_RETURN_IF_ERROR(round.Run());
      Count(round);
      progress(std::min(filled_.load.messages,
                        (r + 1) * (batch + filled_.load.busy / rounds)));
      clock_.Advance(kWeek / static_cast<int64_t>(rounds));
    }
    return absl::OkStatus();
  }

 private:
  uint32_t NextAccount() { return ++account_; }

  void Add(store::SubmitBatch& batch, bool refused, Phone recipient,
           uint32_t provider) {
    batch.messages.push_back(refused ? bad_ : good_);
    filter::MessageFacts& facts =
        batch.facts.emplace_back(refused ? bad_facts_ : good_facts_);
    facts.recipient = recipient;
    facts.content_provider = {provider};
    facts.account = batch.account;
    facts.not_before_ms = store_.NowMs();
    // Nobody hands the messages over.
    facts.expire_at_ms = store_.NowMs() + absl::ToInt64Milliseconds(kValid);
  }

  void AddOthers(store::SubmitBatch& batch, uint64_t round, uint64_t begin,
                 uint64_t end) {
    const uint64_t numbers = filled_.load.numbers;
    const bool loud = round % kLoudEvery == 0;
    for (uint64_t i = begin; i < end; ++i) {
      const bool sparse = i % kSparseEvery == kSparseEvery / 2;
      const Phone recipient{kOrdinaryNumber.e164 + (i + i / numbers) % numbers};
      if (sparse || !loud) {
        Add(batch, sparse || i % kRefusedEvery == 0, recipient,
            sparse ? kSparseProvider
                   : kOtherProviders +
                         static_cast<uint32_t>(i / kRefusedEvery % kProviders));
      } else {
        Add(batch, i % kLoudRefusedEvery == 0, recipient, kLoudProvider);
      }
    }
  }

  void AddBusy(store::SubmitBatch& batch, uint64_t count) {
    for (uint64_t i = 0; i < count; ++i) {
      Add(batch, true, kBusyNumber, kOtherProviders);
    }
  }

  void Count(const Round& round) {
    const auto of = [&round](uint32_t provider) {
      return round.CountRefused([provider](const auto& facts) {
        return facts.content_provider.value == provider;
      });
    };
    filled_.refused += round.CountRefused([](const auto&) { return true; });
    filled_.loud_refused += of(kLoudProvider);
    filled_.sparse_refused += of(kSparseProvider);
  }

  static constexpr absl::Duration kValid = absl::Hours(1);

  store::Store& store_;
  FakeClock& clock_;
  LookupStore& filled_;
  filter::Message good_;
  filter::Message bad_;
  filter::MessageFacts good_facts_;
  filter::MessageFacts bad_facts_;
  uint32_t account_ = 0;
};

}  // namespace

std::string StorePath(const std::string& folder) { return folder + "/store"; }

std::string JournalPath(const std::string& folder) {
  return StorePath(folder) + "/partition-000/journal";
}

absl::StatusOr<LookupStore> OpenOrFill(
    const std::string& folder, const LookupLoad& load,
    const std::function<void(uint64_t)>& progress) {
  if (load.busy >= load.messages || load.numbers == 0) {
    return absl::InvalidArgumentError(
        "more messages than to the busy number, and at least one other number");
  }
  if (std::filesystem::exists(StorePath(folder))) {
    return ReadMarker(folder, load);
  }
  std::filesystem::create_directories(folder);
  LookupStore filled;
  filled.load = load;
  FakeClock clock(absl::Now() - kWeek);
  store::StoreOptions options;
  options.path = StorePath(folder);
  options.sync = false;
  SLUICE_ASSIGN_OR_RETURN(
      std::unique_ptr<store::Store> store,
      store::Store::Open(options, clock, WorldSnapshot(), [](auto&) {}));
  filled.from_ms = store->NowMs();
  SLUICE_RETURN_IF_ERROR(Filler(*store, clock, filled).Run(progress));
  filled.until_ms = store->NowMs() + 1;
  filled.end = store->DurableEnd(0).position();
  store = nullptr;
  SLUICE_RETURN_IF_ERROR(WriteMarker(folder, filled));
  return filled;
}

}  // namespace sluice::bench
