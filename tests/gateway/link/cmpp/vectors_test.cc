// Every PDU that another implementation wrote is decoded to the values it
// meant, encoded to the same octets, and refused when truncated.

#include "tests/gateway/link/cmpp/vectors.h"

#include <string>

#include "absl/strings/escaping.h"
#include "gateway/link/cmpp/bodies.h"
#include "gateway/link/cmpp/login.h"
#include "gateway/link/cmpp/report.h"
#include "gtest/gtest.h"
#include "tests/gateway/link/body_octets.h"
#include "tools/lib/pdu_explain.h"

namespace sluice::cmpp {
namespace {

std::string Bytes(const Vector& v) { return absl::HexStringToBytes(v.hex); }

TEST(CmppVectors, EveryFieldIsReadAsItWasMeant) {
  ASSERT_GE(Vectors().size(), 28u);
  for (const Vector& v : Vectors()) {
    SCOPED_TRACE(v.id);
    const Explanation e = Explain(v.version, Bytes(v));
    EXPECT_TRUE(e.status.ok()) << e.status;
    EXPECT_EQ(e.fields[1].meaning, v.command);
    size_t offset = 0;
    size_t next = 0;
    for (const ExplainedField& field : e.fields) {
      if (field.name.rfind("report ", 0) != 0) {
        EXPECT_EQ(field.offset, offset) << field.name;
        offset += field.size;
      }
      // The list of fields has the count where we show count and numbers.
      ASSERT_LT(next, v.fields.size()) << field.name;
      const VectorField& wanted = v.fields[next++];
      EXPECT_EQ(field.name, wanted.name);
      if (wanted.value) {
        EXPECT_EQ(field.value, *wanted.value) << field.name;
      }
      if (wanted.meaning) {
        EXPECT_EQ(field.meaning, *wanted.meaning) << field.name;
      }
    }
    EXPECT_EQ(next, v.fields.size());
    EXPECT_EQ(offset, Bytes(v).size());
  }
}

TEST(CmppVectors, EncodeAgainToTheSameOctets) {
  for (const Vector& v : Vectors()) {
    const Explanation e = Explain(v.version, Bytes(v));
    EXPECT_TRUE(e.faithful()) << v.id << " differs at " << e.first_difference;
    EXPECT_EQ(absl::BytesToHexString(e.encoded_again), v.hex) << v.id;
  }
}

TEST(CmppVectors, EveryTruncationIsRefused) {
  for (const Vector& v : Vectors()) {
    const std::string pdu = Bytes(v);
    for (size_t size = 0; size < pdu.size(); ++size) {
      // The header names more octets than there are.
      EXPECT_FALSE(Explain(v.version, pdu.substr(0, size)).status.ok())
          << v.id << " cut to " << size;
      if (size < kHeaderSize) continue;
      // The header names the cut length. ACTIVE_TEST_RESP may be short, and a
      // 3.0 response without its last three octets is a 2.0 response.
      std::string cut = pdu.substr(0, size);
      PatchLength(0, cut);
      const Explanation e = Explain(v.version, cut);
      const Command command = DecodeHeader(cut)->command;
      if (command == Command::kActiveTestResp ||
          LayoutOf(command, size - kHeaderSize, v.version) != v.version) {
        EXPECT_TRUE(e.faithful()) << v.id;
        continue;
      }
      EXPECT_EQ(e.status.code(), absl::StatusCode::kOutOfRange)
          << v.id << " cut to " << size << ": " << e.status;
    }
  }
}

TEST(CmppVectors, OctetsLeftOverAreRefused) {
  for (const Vector& v : Vectors()) {
    std::string longer = Bytes(v) + std::string(7, '\0');
    PatchLength(0, longer);
    const Explanation e = Explain(v.version, longer);
    EXPECT_EQ(e.status.code(), absl::StatusCode::kInvalidArgument) << v.id;
    EXPECT_FALSE(e.faithful());
  }
}

TEST(CmppVectors, TheReaderSaysWhereAFileIsWrong) {
  const absl::Status faults =
      ParseVectors("f",
                   "hex 00\n[A] 2.0 X\nhex 0\nhex 0g\n[B] 2 X\n"
                   "[C] 3.0\n\xff\n")
          .status();
  EXPECT_EQ(faults.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(faults.message(),
            "f:1:1: stands before the first [id]\n"
            "f:3:1: not pairs of hexadecimal digits\n"
            "f:4:1: not pairs of hexadecimal digits\n"
            "f:5:1: not '[id] 2.0 COMMAND'\n"
            "f:6:1: not '[id] 2.0 COMMAND'\n"
            "f:7:1: not UTF-8");
  const auto one = *ParseVectors("f",
                                 "# x\n[A] 3.0 X\nhex 00\nhex 1f # y\n"
                                 "a = 1 | b\nc d\n");
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].hex, "001f");
  ASSERT_EQ(one[0].fields.size(), 2u);
  EXPECT_EQ(one[0].fields[0].value, "1");
  EXPECT_EQ(one[0].fields[0].meaning, "b");
  EXPECT_EQ(one[0].fields[1].name, "c d");
  EXPECT_FALSE(one[0].fields[1].value || one[0].fields[1].meaning);
}

// origin: ../shared/vectors, stand-alone status report bodies (gocmpp
// receipt_test.go, used there for 3.0 too; yedamao/go_cmpp report_test.go).
TEST(CmppReport, MatchesGoldenBytes) {
  const struct {
    absl::string_view hex;
    ReportBody report;
  } cases[] = {
      {"b4c553000001000044454c49565244313531313132303935353135313131323039"
       "353731333431323334303030300000000000000000000012345678",
       {.msg_id = 0xb4c5530000010000,
        .stat = "DELIVRD",
        .submit_time = "1511120955",
        .done_time = "1511120957",
        .dest_terminal_id = "13412340000",
        .smsc_sequence = 0x12345678}},
      {"6642908009d959fe4d4b3a30303132313830363132313634303138303631323136"
       "3430383631343731343736323839340000000000000000"
       "3f8a2ec0",
       {.msg_id = 0x6642908009d959fe,
        .stat = "MK:0012",
        .submit_time = "1806121640",
        .done_time = "1806121640",
        .dest_terminal_id = "8614714762894",
        .smsc_sequence = 0x3f8a2ec0}},
  };
  for (const auto& c : cases) {
    const std::string bytes = absl::HexStringToBytes(c.hex);
    const absl::StatusOr<ReportBody> report = DecodeReport(bytes);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(*report, c.report);
    EXPECT_EQ(absl::BytesToHexString(
                  link::BodyOctets(*report, ReportNumberWidth(bytes.size()))),
              c.hex);
  }
}

}  // namespace
}  // namespace sluice::cmpp
