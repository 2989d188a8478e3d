#pragma once

// A LinkOwner that records its calls, and a Link that does nothing.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/link/link.h"
#include "rules/base/mutex.h"

namespace sluice::link {

class NullLink final : public Link {
 public:
  absl::string_view name() const override { return "null"; }
  void Start() override {}
  void Send(std::vector<HandOver>) override {}
  void GiveBackWaiting(absl::string_view) override {}
  void Stop(absl::Duration) override {}
};

inline std::string ToText(const Answer& answer) {
  constexpr absl::string_view kOutcomes[] = {"taken", "refused", "not taken",
                                             "unknown"};
  std::string text = absl::StrCat(kOutcomes[static_cast<int>(answer.outcome)],
                                  " ", answer.ref);
  if (answer.code != 0) absl::StrAppend(&text, " code ", answer.code);
  absl::StrAppend(&text, " [", absl::StrJoin(answer.message_ids, ","), "]");
  return text;
}

// Any thread. Look() copies the record under its lock.
class RecordingOwner final : public LinkOwner {
 public:
  struct Told {
    // "written 1", "given back 1", "taken 1 [id,id]", "late 1.0 id", in order.
    std::vector<std::string> events;
    std::vector<Report> reports;
    std::vector<Mo> mos;
    std::vector<std::string> states;          // "up: logged in"
    std::vector<std::function<void()>> kept;  // Acknowledgements.
    uint32_t offered = 0;  // Segments of the last FreeWindow.
    int ups = 0;
    int written = 0;
    int taken = 0;
    int unknown = 0;
    int given_back = 0;
    int not_taken = 0;
    int refused = 0;
    absl::Duration again_after;  // Of the last answer.
    bool stopped = false;
  };

  // Whether reports and MOs are acknowledged at once or kept. Before Start().
  bool acknowledges = true;
  // Called after each FreeWindow, without a lock. Before Start().
  std::function<void(Link&, uint32_t)> on_free;
  // The same after each Answered.
  std::function<void(Link&)> on_answered;

  // Calls look(told) until it returns true, at most `limit`. Returns whether it
  // did.
  template <class Condition>
  bool WaitFor(Condition condition,
               std::chrono::milliseconds limit = std::chrono::seconds(10)) {
    const auto until = std::chrono::steady_clock::now() + limit;
    MutexLock lock(mutex_);
    while (!condition(told_)) {
      const auto left = until - std::chrono::steady_clock::now();
      if (left <= left.zero()) return false;
      changed_.WaitFor(mutex_, left);
    }
    return true;
  }
  Told Look() {
    MutexLock lock(mutex_);
    return told_;
  }
  std::vector<std::string> TakeEvents() {
    MutexLock lock(mutex_);
    return std::exchange(told_.events, {});
  }

  void FreeWindow(Link& link, uint32_t segments_free) override {
    Tell([&](Told& t) { t.offered = segments_free; });
    if (on_free) on_free(link, segments_free);
  }
  void Written(Link&, HandOverRef ref) override {
    Tell([&](Told& t) {
      ++t.written;
      t.events.push_back(absl::StrCat("written ", ref));
    });
  }
  void GivenBack(Link&, HandOverRef ref) override {
    Tell([&](Told& t) {
      ++t.given_back;
      t.events.push_back(absl::StrCat("given back ", ref));
    });
  }
  void Answered(Link& link, const Answer& answer) override {
    Tell([&](Told& t) {
      int* const counts[] = {&t.taken, &t.refused, &t.not_taken, &t.unknown};
      ++*counts[static_cast<int>(answer.outcome)];
      t.again_after = answer.again_after;
      t.events.push_back(ToText(answer));
    });
    if (on_answered) on_answered(link);
  }
  void LateAnswer(Link&, HandOverRef ref, uint32_t part,
                  const std::string& message_id) override {
    Tell([&](Told& t) {
      t.events.push_back(
          absl::StrCat("late ", ref, ".", part, " ", message_id));
    });
  }
  void Reported(Link&, Report report, Acknowledge acknowledge) override {
    if (acknowledges) acknowledge();
    Tell([&](Told& t) {
      t.reports.push_back(std::move(report));
      if (!acknowledges) t.kept.push_back(Shared(std::move(acknowledge)));
    });
  }
  void MoReceived(Link&, Mo mo, Acknowledge acknowledge) override {
    if (acknowledges) acknowledge();
    Tell([&](Told& t) {
      t.mos.push_back(std::move(mo));
      if (!acknowledges) t.kept.push_back(Shared(std::move(acknowledge)));
    });
  }
  void StateChanged(Link&, LinkState state, absl::string_view why) override {
    constexpr absl::string_view kStates[] = {"up", "down", "stopped"};
    Tell([&](Told& t) {
      t.ups += state == LinkState::kUp;
      t.stopped = state == LinkState::kStopped;
      t.states.push_back(
          absl::StrCat(kStates[static_cast<int>(state)], ": ", why));
    });
  }
  void EndOfRun(Link&) override {}

 private:
  // Copyable, because Look() copies the record.
  static std::function<void()> Shared(Acknowledge acknowledge) {
    return [kept = std::make_shared<Acknowledge>(std::move(acknowledge))] {
      (*kept)();
    };
  }

  template <class Change>
  void Tell(Change change) {
    MutexLock lock(mutex_);
    change(told_);
    changed_.NotifyAll();
  }

  Mutex mutex_;
  CondVar changed_;
  Told told_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::link
