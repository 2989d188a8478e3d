// Decodes a million damaged PDUs: each is decoded or refused without harm.
// Repeat a run with SLUICE_SEED=<n>.

#include <cstdlib>
#include <random>
#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"
#include "tests/gateway/link/cmpp/any_bytes.h"
#include "tests/gateway/link/cmpp/vectors.h"
#include "tools/lib/pdu_explain.h"

namespace sluice::cmpp {
namespace {

void Damage(std::mt19937_64& random, std::string& pdu) {
  for (uint64_t n = random() % 4; n-- > 0;) {
    const size_t at = random() % pdu.size();
    switch (random() % 4) {
      case 0:
        pdu[at] ^= static_cast<char>(1 << random() % 8);
        break;
      case 1:
        pdu[at] = static_cast<char>(random());
        break;
      case 2:
        if (pdu.size() > 1) pdu.erase(at, 1 + random() % 4);
        if (pdu.empty()) pdu.push_back('\0');
        break;
      case 3:
        pdu.insert(at, random() % 5, static_cast<char>(random()));
        break;
    }
  }
}

TEST(CmppMutations, AMillionAreReadOrRefused) {
  const char* seed_text = std::getenv("SLUICE_SEED");
  const uint64_t seed = seed_text ? std::strtoull(seed_text, nullptr, 10) : 1;
  SCOPED_TRACE(testing::Message() << "SLUICE_SEED=" << seed);
  std::mt19937_64 random(seed);
  std::vector<std::string> originals;
  for (const Vector& v : Vectors()) {
    originals.push_back(absl::HexStringToBytes(v.hex));
  }
  int read = 0;
  constexpr int kRuns = 1'000'000;
  for (int i = 0; i < kRuns; ++i) {
    std::string pdu = originals[random() % originals.size()];
    Damage(random, pdu);
    // Keeps most of the PDUs valid up to the header.
    if (random() % 8 != 0 && pdu.size() >= kHeaderSize) PatchLength(0, pdu);
    const Version version = random() % 2 ? Version::k20 : Version::k30;
    read += CheckAnyBytes(version, pdu);
    if (i % 64 == 0) Explain(version, pdu);
  }
  EXPECT_GT(read, kRuns / 10);      // The test tested something,
  EXPECT_LT(read, kRuns * 9 / 10);  // both ways.
}

}  // namespace
}  // namespace sluice::cmpp
