#pragma once

// A store that signs heads and removes records, by retention or for erasures:
// what goes and what stays is no damage.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "store/store_check.h"
#include "tests/store/journal_fixture.h"
#include "tests/store/store_fixture.h"

namespace sluice::store {

// A legal hold, or its end.
inline v1::Record HoldRecord(uint32_t number, uint32_t port, bool ended) {
  v1::Record record;
  v1::LegalHoldChanged& changed = *record.mutable_legal_hold_changed();
  changed.set_port(port);
  changed.mutable_hold()->set_number(number);
  if (ended) changed.mutable_hold()->mutable_end_time()->set_seconds(1);
  return record;
}

class KeepingTest : public StoreTest {
 protected:
  std::unique_ptr<Store> OpenKeeping(uint32_t retention_days) {
    StoreOptions options;
    options.path = folder_.path() + "/data";
    options.segment_bytes = kSmallSegment;
    options.signing_key = folder_.path() + "/signing.key";
    options.retention_days = retention_days;
    options.retention_share_max = 1;
    auto store = Store::Open(options, clock_, WorldSnapshot(),
                             [this](const std::string& note) {
                               MutexLock lock(mutex_);
                               notes_.push_back(note);
                             });
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }
  std::vector<v1::RetentionRan> Runs(const Store& store) {
    std::vector<v1::RetentionRan> runs;
    EXPECT_TRUE(store
                    .ReadControl([&](const v1::Record& record) {
                      if (record.has_retention_ran()) {
                        runs.push_back(record.retention_ran());
                      }
                    })
                    .ok());
    return runs;
  }
  void ExpectNoDamage() {
    const auto report = CheckStore(folder_.path() + "/data");
    ASSERT_TRUE(report.ok()) << report.status();
    for (const CheckedJournal& journal : report->journals) {
      EXPECT_EQ(journal.report.damage_count, 0u)
          << journal.folder << ": "
          << (journal.report.damage.empty() ? ""
                                            : journal.report.damage[0].what);
    }
  }
};

}  // namespace sluice::store
