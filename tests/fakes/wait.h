#pragma once

// Waiting for another thread or process. A test names what it waits for, and
// fails when that does not happen: it neither sleeps for a guessed time nor
// polls without end.

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

namespace sluice {

// Calls `condition` until it returns true, for at most `limit`. For EXPECT_TRUE
// and ASSERT_TRUE: a failure says that `what` did not happen.
template <class Condition>
testing::AssertionResult WaitFor(
    const std::string& what, Condition condition,
    std::chrono::milliseconds limit = std::chrono::seconds(60)) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) {
      return testing::AssertionFailure()
             << "not within " << limit.count() << " ms: " << what;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return testing::AssertionSuccess();
}

}  // namespace sluice
