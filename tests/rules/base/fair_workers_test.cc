// Threads that are shared fairly: whoever asks for much waits for himself.

#include "rules/base/fair_workers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "rules/base/mutex.h"
#include "tests/fakes/wait.h"

namespace sluice {
namespace {

// Jobs that wait until they are let go, and what has begun.
class Jobs {
 public:
  std::function<void()> Waiting(const std::string& name) {
    return [this, name] {
      MutexLock lock(mutex_);
      begun_.push_back(name);
      while (!open_) changed_.Wait(mutex_);
      ++ended_;
    };
  }
  std::function<void()> Quick(const std::string& name) {
    return [this, name] {
      MutexLock lock(mutex_);
      begun_.push_back(name);
      ++ended_;
    };
  }
  void LetGo() {
    MutexLock lock(mutex_);
    open_ = true;
    changed_.NotifyAll();
  }
  std::vector<std::string> begun() {
    MutexLock lock(mutex_);
    return begun_;
  }
  int ended() {
    MutexLock lock(mutex_);
    return ended_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool open_ SLUICE_GUARDED_BY(mutex_) = false;
  std::vector<std::string> begun_ SLUICE_GUARDED_BY(mutex_);
  int ended_ SLUICE_GUARDED_BY(mutex_) = 0;
};

TEST(FairWorkers, AnotherOwnerIsServedAtOnce) {
  Jobs jobs;
  FairWorkers workers("test", 4, 256);
  for (int i = 0; i < 16; ++i) {
    ASSERT_TRUE(workers.Run("greedy", jobs.Waiting("greedy")));
  }
  ASSERT_TRUE(WaitFor("two run", [&] { return jobs.begun().size() == 2; }));
  ASSERT_TRUE(workers.Run("modest", jobs.Quick("modest")));
  ASSERT_TRUE(WaitFor("modest's job ends", [&] { return jobs.ended() == 1; }));
  EXPECT_EQ(jobs.begun(),
            (std::vector<std::string>{"greedy", "greedy", "modest"}));
  jobs.LetGo();
  ASSERT_TRUE(WaitFor("all end", [&] { return jobs.ended() == 17; }));
}

TEST(FairWorkers, OwnersHaveTurns) {
  Jobs jobs;
  FairWorkers workers("test", 1, 256);
  ASSERT_TRUE(workers.Run("first", jobs.Waiting("first")));
  ASSERT_TRUE(WaitFor("it runs", [&] { return jobs.begun().size() == 1; }));
  for (const std::string name : {"a", "a", "a", "b", "c", "b"}) {
    ASSERT_TRUE(workers.Run(name, jobs.Quick(name)));
  }
  jobs.LetGo();
  ASSERT_TRUE(WaitFor("all end", [&] { return jobs.ended() == 7; }));
  EXPECT_EQ(jobs.begun(),
            (std::vector<std::string>{"first", "a", "b", "c", "a", "b", "a"}));
}

TEST(FairWorkers, OneOwnerFillsHalfOfTheQueue) {
  Jobs jobs;
  FairWorkers workers("test", 1, 4);
  ASSERT_TRUE(workers.Run("first", jobs.Waiting("first")));
  ASSERT_TRUE(WaitFor("it runs", [&] { return jobs.begun().size() == 1; }));
  EXPECT_TRUE(workers.Run("a", jobs.Quick("a")));
  EXPECT_TRUE(workers.Run("a", jobs.Quick("a")));
  EXPECT_FALSE(workers.Run("a", jobs.Quick("a")));
  EXPECT_TRUE(workers.Run("b", jobs.Quick("b")));
  EXPECT_TRUE(workers.Run("c", jobs.Quick("c")));
  EXPECT_FALSE(workers.Run("d", jobs.Quick("d")));
  jobs.LetGo();
  ASSERT_TRUE(WaitFor("all end", [&] { return jobs.ended() == 5; }));
  EXPECT_TRUE(workers.Run("d", jobs.Quick("d")));
}

TEST(FairWorkers, TheEndDoesWhatIsQueued) {
  std::atomic<int> done = 0;
  {
    FairWorkers workers("test", 4, 1000);
    for (int i = 0; i < 400; ++i) {
      ASSERT_TRUE(workers.Run(std::to_string(i % 7), [&done] { ++done; }));
    }
  }
  EXPECT_EQ(done, 400);
}

}  // namespace
}  // namespace sluice
