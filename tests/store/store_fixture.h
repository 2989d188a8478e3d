#pragma once

// A store in its own folder, and calls that wait for their answers.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "filter/examine/examine.h"
#include "rules/base/mutex.h"
#include "store/store.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temporary_folder.h"
#include "tests/fakes/world.h"

namespace sluice::store {

// A number from the environment, for a long run or to repeat a failure.
inline uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

// Waits for one value from another thread.
template <typename T>
class Promised {
 public:
  void Set(T value) {
    MutexLock lock(mutex_);
    value_ = std::move(value);
    ready_ = true;
    changed_.NotifyAll();
  }
  T Get() {
    MutexLock lock(mutex_);
    while (!ready_) changed_.Wait(mutex_);
    return std::move(value_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool ready_ SLUICE_GUARDED_BY(mutex_) = false;
  T value_ SLUICE_GUARDED_BY(mutex_);
};

// One message to submit; owns its strings.
struct Outgoing {
  std::string recipient;
  std::string text = kCommercialText;
  MessageClass message_class = MessageClass::kCommercial;
  std::string key;
  int64_t send_after_ms = 0;
};

inline absl::StatusOr<std::vector<Answer>> SubmitAll(
    Store& store, const std::vector<Outgoing>& outgoing,
    bool check_only = false) {
  SubmitBatch batch;
  batch.snapshot = store.snapshot();
  batch.account = {kAccountNumber};
  filter::ExamineScratch scratch;
  batch.facts.resize(outgoing.size());
  for (size_t i = 0; i < outgoing.size(); ++i) {
    filter::Message& message = batch.messages.emplace_back();
    message.recipient = outgoing[i].recipient;
    message.text = outgoing[i].text;
    message.message_class = outgoing[i].message_class;
    message.key = outgoing[i].key;
    message.on_behalf_of = "shop";
    message.send_after_ms = outgoing[i].send_after_ms;
    filter::Examine(*batch.snapshot, {batch.account}, message, store.NowMs(),
                    scratch, batch.facts[i]);
  }
  Promised<absl::Status> done;
  batch.done = [&done](absl::Status status) { done.Set(std::move(status)); };
  const absl::Status handed =
      check_only ? store.Check(batch) : store.Submit(batch);
  if (!handed.ok()) return handed;
  const absl::Status status = done.Get();
  if (!status.ok()) return status;
  return std::move(batch.answers);
}

inline absl::StatusOr<std::vector<WorkItem>> TakeAllWork(
    Store& store, int partition = 0, uint32_t segments = 1000) {
  WorkRequest request;
  request.link = "test";
  request.carriers.fill(true);
  request.segments_max = segments;
  request.segments_window = segments;
  auto done = std::make_shared<Promised<absl::StatusOr<Work>>>();
  request.done = [done](absl::StatusOr<Work> work) {
    done->Set(std::move(work));
  };
  store.TakeWork(partition, std::move(request));
  absl::StatusOr<Work> work = done->Get();
  if (!work.ok()) return work.status();
  return std::move(work->items);
}

inline OptOutEntry OptOutEntryOf(Phone recipient, uint32_t content_provider) {
  OptOutEntry entry;
  entry.recipient = recipient;
  entry.content_provider = {content_provider};
  entry.classes =
      MaskOf(MessageClass::kCommercial) | MaskOf(MessageClass::kConsentRequest);
  entry.source = admin::v1::OPT_OUT_SOURCE_IMPORT;
  entry.actor = "test";
  return entry;
}

inline absl::StatusOr<OptOutResult> OptOutOf(Store& store, Phone recipient,
                                             uint32_t content_provider) {
  auto done = std::make_shared<Promised<absl::StatusOr<OptOutResult>>>();
  store.AddOptOut(OptOutEntryOf(recipient, content_provider),
                  [done](absl::StatusOr<OptOutResult> result) {
                    done->Set(std::move(result));
                  });
  return done->Get();
}

inline absl::StatusOr<std::vector<OptOutResult>> OptOutAll(
    Store& store, std::vector<OptOutEntry> entries) {
  OptOutBatch batch;
  batch.entries = std::move(entries);
  Promised<absl::Status> done;
  batch.done = [&done](absl::Status status) { done.Set(std::move(status)); };
  const absl::Status handed = store.AddOptOuts(batch);
  if (!handed.ok()) return handed;
  const absl::Status status = done.Get();
  if (!status.ok()) return status;
  return std::move(batch.results);
}

class StoreTest : public testing::Test {
 protected:
  std::unique_ptr<Store> Open(int partitions = 1, uint32_t retention_days = 0) {
    StoreOptions options;
    options.retention_days = retention_days;
    options.path = folder_.path() + "/data";
    options.partitions = partitions;
    options.segment_bytes = 4u << 20;
    auto store = Store::Open(options, clock_, WorldSnapshot(),
                             [this](const std::string& note) {
                               MutexLock lock(mutex_);
                               notes_.push_back(note);
                             });
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  // The store's notes to its operator, for failure messages.
  std::string Notes() {
    MutexLock lock(mutex_);
    return absl::StrJoin(notes_, "\n");
  }

  TemporaryFolder folder_;
  FakeClock clock_{absl::FromUnixMillis(kTenInTheMorningMs)};
  Mutex mutex_;
  std::vector<std::string> notes_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::store
