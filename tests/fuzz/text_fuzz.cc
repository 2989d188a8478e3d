// libFuzzer: any octets as a text, through every level of folding, the scan and
// the search for contacts. any_text.h has the invariants; an input that breaks
// one becomes a case of any_text_test.cc.

#include <cstddef>
#include <cstdint>

#include "tests/rules/any_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  static auto& checker = *new sluice::rules::AnyTextChecker;
  checker.Check({reinterpret_cast<const char*>(octets), size});
  return 0;
}
