// libFuzzer: any octets as a CMPP PDU. any_bytes.h has the invariants; an input
// that breaks one becomes a case of mutation_test.cc.

#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/gateway/link/cmpp/any_bytes.h"
#include "tools/lib/pdu_explain.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* octets, size_t size) {
  using namespace sluice::cmpp;
  if (size == 0) return 0;
  const Version version = octets[0] & 1 ? Version::k30 : Version::k20;
  std::string pdu(reinterpret_cast<const char*>(octets) + 1, size - 1);
  // A random length would seldom be right.
  if ((octets[0] & 2) == 0 && pdu.size() >= kHeaderSize) PatchLength(0, pdu);
  CheckAnyBytes(version, pdu);
  Explain(version, pdu);
  return 0;
}
