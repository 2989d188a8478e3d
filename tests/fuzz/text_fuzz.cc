// libFuzzer: any octets as a text, through every level of folding, the scan and
// the search for contacts. What must hold is in any_text.h; an input that
// breaks it becomes a case of any_text_test.cc.

#include <cstddef>
#include <cstdint>

#include "tests/rules/any_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  static auto& checker = *new sluice::rules::AnyTextChecker;
  checker.Check({reinterpret_cast<const char*>(octets), size});
  return 0;
}
