// The index of the control journal's past, compared with a reading of the whole
// journal.
//
// SLUICE_CONTROL_CHANGES=100000 prints the times of a large journal.

#include "gateway/control/control_history.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "filter/registry/registry.h"
#include "tests/gateway/control_fixture.h"

namespace sluice::gateway {
namespace {

using store::RecordRef;
using store::v1::Record;

size_t ChangesAsked() {
  const char* const asked = std::getenv("SLUICE_CONTROL_CHANGES");
  return asked == nullptr ? 2000 : std::strtoull(asked, nullptr, 10);
}

class Stopwatch {
 public:
  double ms() const {
    return std::chrono::duration<double, std::milli>(
               std::chrono::steady_clock::now() - begin_)
        .count();
  }

 private:
  const std::chrono::steady_clock::time_point begin_ =
      std::chrono::steady_clock::now();
};

class ControlHistoryTest : public ControlBookTest {
 protected:
  // Changes of a hundredth as many parties and as many actions, by five people.
  void Fill(size_t changes) {
    std::vector<Record> records;
    for (size_t i = 0; i < changes; ++i) {
      Record& change = records.emplace_back();
      store::v1::Party& party =
          *change.mutable_party_changed()->mutable_party();
      party.set_id(absl::StrCat("p", random_() % (changes / 100 + 1)));
      if (random_() % 2 == 0) {
        party.mutable_port()->set_number(absl::StrCat(i));
      } else {
        party.mutable_content_provider()->set_name(absl::StrCat("n", i));
      }
      change.mutable_party_changed()->set_actor(
          absl::StrCat("key", random_() % 5));
      Record& action = records.emplace_back();
      action.set_recipient(8613800000000 + i);
      action.mutable_operator_action()->set_method("M");
      if (records.size() < 200 && i + 1 < changes) continue;
      size_t durable = 0;
      ASSERT_TRUE(store_->AppendControl(std::move(records), durable).ok());
      records.clear();
      clock_.Advance(absl::Minutes(1));
    }
  }

  std::vector<ControlHistory::Change> Changes(
      ControlHistory& history, const ControlHistory::ChangeFilter& filter,
      bool newest_first) {
    const size_t from = newest_first ? SIZE_MAX : 0;
    auto found = history.Changes(filter, newest_first, from, SIZE_MAX, {});
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? *std::move(found)
                      : std::vector<ControlHistory::Change>();
  }

  std::vector<Record> AllChanges() {
    std::vector<Record> all;
    for (Record& record : Journal()) {
      if (record.has_party_changed()) all.push_back(std::move(record));
    }
    return all;
  }
  Record At(RecordRef ref) {
    auto record = store_->ReadControlAt(ref);
    EXPECT_TRUE(record.ok()) << record.status();
    return record.ok() ? *std::move(record) : Record();
  }

  std::mt19937_64 random_{1};
};

// Whether a filter matches, said another way.
bool Matches(const ControlHistory::ChangeFilter& filter, const Record& record) {
  const store::v1::PartyChanged& changed = record.party_changed();
  const bool of_kind = filter.kind == store::v1::PARTY_KIND_UNSPECIFIED ||
                       filter.kind == filter::KindOf(changed.party());
  const bool of_party =
      filter.party_id.empty() || filter.party_id == changed.party().id();
  const bool of_actor =
      filter.actors.empty() || filter.actors.contains(changed.actor());
  return of_kind && of_party && of_actor && record.at_ms() >= filter.from_ms &&
         (filter.until_ms == 0 || record.at_ms() < filter.until_ms);
}

std::vector<ControlHistory::ChangeFilter> Filters(int64_t middle_ms) {
  std::vector<ControlHistory::ChangeFilter> filters(5);
  filters[1].kind = store::v1::PARTY_KIND_PORT;
  filters[2].kind = store::v1::PARTY_KIND_PORT;
  filters[2].party_id = "p1";
  filters[2].from_ms = middle_ms;
  filters[3].actors = {"key1", "key3"};
  filters[3].until_ms = middle_ms;
  filters[4].kind = store::v1::PARTY_KIND_PORT;
  filters[4].party_id = "nobody";
  return filters;
}

TEST_F(ControlHistoryTest, ChangesAsTheWholeJournalSays) {
  Fill(ChangesAsked() / 2);
  ControlHistory history(*store_);
  const Stopwatch first;
  EXPECT_EQ(Changes(history, {}, false).size(), ChangesAsked() / 2);
  std::printf("first reading of %zu changes: %.0f ms\n", ChangesAsked() / 2,
              first.ms());
  Fill(ChangesAsked() / 2);
  const std::vector<Record> all = AllChanges();
  for (const auto& filter : Filters(all[all.size() / 2].at_ms())) {
    std::vector<std::string> expected;
    for (const Record& record : all) {
      if (Matches(filter, record)) expected.push_back(record.salt());
    }
    const auto found = Changes(history, filter, false);
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < found.size(); i += 1 + found.size() / 50) {
      const Record record = At(found[i].record);
      EXPECT_EQ(record.salt(), expected[i]);
      if (!found[i].before) continue;
      EXPECT_EQ(At(*found[i].before).party_changed().party().id(),
                record.party_changed().party().id());
    }
    auto opposite = Changes(history, filter, true);
    std::reverse(opposite.begin(), opposite.end());
    ASSERT_EQ(opposite.size(), found.size());
    for (size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(opposite[i].place, found[i].place);
    }
  }
}

TEST_F(ControlHistoryTest, PartiesAsTheyWere) {
  Fill(ChangesAsked());
  const std::vector<Record> all = AllChanges();
  const int64_t middle_ms = all[all.size() / 2].at_ms();
  std::map<std::string, std::string> then;
  for (const Record& record : all) {
    const store::v1::Party& party = record.party_changed().party();
    if (party.has_port() && record.at_ms() <= middle_ms) {
      then[party.id()] = record.salt();
    }
  }
  ControlHistory history(*store_);
  Changes(history, {}, false);
  const Stopwatch watch;
  const auto found = history.PartiesAt(store::v1::PARTY_KIND_PORT, middle_ms,
                                       "", SIZE_MAX, {});
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->size(), then.size());
  auto expected = then.begin();
  for (const RecordRef ref : *found) {
    EXPECT_EQ(At(ref).salt(), (expected++)->second);
  }
  std::printf("%zu parties as they were: %.0f ms\n", then.size(), watch.ms());
}

TEST_F(ControlHistoryTest, ActionsOfATimeAndFromAPlace) {
  Fill(ChangesAsked());
  std::vector<std::pair<int64_t, uint64_t>> all;
  for (const Record& record : Journal()) {
    if (record.has_operator_action()) {
      all.emplace_back(record.at_ms(), record.recipient());
    }
  }
  ControlHistory history(*store_);
  const int64_t first_ms = all.front().first;
  const int64_t last_ms = all.back().first;
  for (int i = 0; i < 20; ++i) {
    const int64_t from = first_ms + random_() % (last_ms - first_ms + 1);
    const int64_t until = from + random_() % (last_ms - first_ms + 1);
    std::vector<uint64_t> expected;
    for (const auto& [at_ms, number] : all) {
      if (from <= at_ms && at_ms < until) expected.push_back(number);
    }
    // In two pages.
    std::vector<uint64_t> found;
    RecordRef next;
    const size_t page = expected.size() / 2;
    for (int pages = 0; pages < 2; ++pages) {
      const size_t size = pages == 0 ? page : SIZE_MAX;
      ASSERT_TRUE(history
                      .VisitActions(from, until, next,
                                    [&](RecordRef ref, const Record& record) {
                                      next = ref;
                                      if (found.size() == size) return false;
                                      found.push_back(record.recipient());
                                      return true;
                                    },
                                    {})
                      .ok());
    }
    EXPECT_EQ(found, expected);
  }
}

TEST_F(ControlHistoryTest, LastActionsAboutANumber) {
  ControlHistory history(*store_);
  constexpr uint64_t kNumber = 8613800138000;
  constexpr size_t kLimit = 7;
  for (int round = 0; round < 3; ++round) {
    std::vector<Record> records(50);
    for (Record& action : records) {
      action.set_recipient(kNumber + random_() % 5);
      action.mutable_operator_action()->set_method("M");
    }
    size_t durable = 0;
    ASSERT_TRUE(store_->AppendControl(std::move(records), durable).ok());
    for (uint64_t number = kNumber - 1; number <= kNumber + 5; ++number) {
      std::vector<std::string> expected;
      for (const Record& record : Journal()) {
        if (record.recipient() != number) continue;
        expected.insert(expected.begin(), record.salt());
      }
      if (expected.size() > kLimit) expected.resize(kLimit);
      const auto found = history.ActionsAbout(Phone{number}, kLimit, {});
      ASSERT_TRUE(found.ok()) << found.status();
      std::vector<std::string> salts;
      for (const Record& record : *found) salts.push_back(record.salt());
      EXPECT_EQ(salts, expected) << number;
    }
  }
}

// What was read until then is not read again.
TEST_F(ControlHistoryTest, GoesOnAfterAStop) {
  Fill(2000);
  ControlHistory history(*store_);
  int asked = 0;
  const auto stopped =
      history.Changes({}, false, 0, SIZE_MAX, [&asked] { return ++asked > 3; });
  EXPECT_TRUE(absl::IsCancelled(stopped.status())) << stopped.status();
  EXPECT_EQ(Changes(history, {}, false).size(), 2000u);
}

}  // namespace
}  // namespace sluice::gateway
