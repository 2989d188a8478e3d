// Single bodies, digests and tables; vectors_test.cc has the whole PDUs.

#include <string>

#include "absl/strings/escaping.h"
#include "absl/time/civil_time.h"
#include "gateway/link/cmpp/bodies.h"
#include "gateway/link/cmpp/login.h"
#include "gateway/link/cmpp/msg_id.h"
#include "gateway/link/cmpp/report.h"
#include "gateway/link/cmpp/result.h"
#include "gtest/gtest.h"
#include "tests/gateway/link/body_octets.h"

namespace sluice::cmpp {
namespace {

std::string Hex(const Digest& digest) {
  return absl::BytesToHexString(
      {reinterpret_cast<const char*>(digest.data()), digest.size()});
}

// origin: ../shared/vectors, CMPP2-01 (the body after the 12-byte header)
constexpr char kConnectHex[] =
    "393030303032"                      // Source_Addr
    "c7446b628f795ffe1531e1907861e8a1"  // AuthenticatorSource
    "20"                                // Version
    "42e16e08";                         // Timestamp
const Connect kConnect = {
    .source_addr = "900002",
    .authenticator = {0xc7, 0x44, 0x6b, 0x62, 0x8f, 0x79, 0x5f, 0xfe,  //
                      0x15, 0x31, 0xe1, 0x90, 0x78, 0x61, 0xe8, 0xa1},
    .version = 0x20,
    .timestamp = 1122070024};

TEST(CmppConnect, MatchesGoldenBytes) {
  EXPECT_EQ(absl::BytesToHexString(link::BodyOctets(kConnect, Version::k20)),
            kConnectHex);
  EXPECT_EQ(*link::DecodeBody<Connect>(absl::HexStringToBytes(kConnectHex),
                                       Version::k20),
            kConnect);
}

// origin: ../shared/vectors, worked authenticator values
TEST(CmppLogin, AuthenticatorSource) {
  EXPECT_EQ(Hex(AuthenticatorSource("900002", "secret88", 1122070024)),
            "c7446b628f795ffe1531e1907861e8a1");
  EXPECT_EQ(Hex(AuthenticatorSource("900003", "secret88", 1122070024)),
            "808011753cd91aeae3df962578d69acf");
  EXPECT_EQ(Hex(AuthenticatorSource("900001", "888888", 1021080510)),
            "90d00c1d517abd0b4f65f6bcf8535d16");
}

TEST(CmppLogin, AuthenticatorIsmgInBothWidths) {
  const Digest source = AuthenticatorSource("900002", "secret88", 1122070024);
  const Digest four = AuthenticatorIsmg(0, 4, source, "secret88");
  const Digest one = AuthenticatorIsmg(0, 1, source, "secret88");
  EXPECT_EQ(Hex(four), "4e67e550af7becc67203c04648fb450b");
  EXPECT_EQ(Hex(one), "bb6d340cbe0a40f22bfcaef2a756732f");
  EXPECT_EQ(
      Hex(AuthenticatorIsmg(
          0, 1, AuthenticatorSource("900001", "888888", 1021080510), "888888")),
      "6c0b846e25bab6daa4ed1c466e0f4bd8");
  EXPECT_TRUE(IsmgKnowsSecret({0, four, 0x20}, source, "secret88"));
  EXPECT_TRUE(IsmgKnowsSecret({0, one, 0x20}, source, "secret88"));
  EXPECT_FALSE(IsmgKnowsSecret({0, one, 0x20}, source, "secret89"));
  EXPECT_FALSE(IsmgKnowsSecret({3, one, 0x20}, source, "secret88"));
  EXPECT_FALSE(IsmgKnowsSecret({0, {}, 0x20}, source, "secret88"));
}

TEST(CmppLogin, TimestampIsTheCarriersLocalTime) {
  const absl::TimeZone zone = absl::FixedTimeZone(8 * 3600);
  EXPECT_EQ(LoginTimestamp(
                absl::FromCivil(absl::CivilSecond(2026, 3, 1, 0, 0, 0), zone)),
            301000000u);
  EXPECT_EQ(LoginTimestamp(absl::FromCivil(
                absl::CivilSecond(2026, 11, 22, 7, 0, 24), zone)),
            1122070024u);
}

TEST(CmppEncode, ErrorsNameTheirFieldAndLeaveTheBufferAlone) {
  const struct {
    Submit submit;
    absl::string_view error;
  } cases[] = {
      {{.src_id = std::string(22, '1')}, "Src_Id: 22 octets, room for 21"},
      {{.service_id = std::string("a\0b", 3)}, "Service_Id: NUL inside"},
      {{.dest_terminal_id = {100, "1"}}, "DestUsr_tl: 100, at most 99"},
      {{.dest_terminal_id = {std::string(22, '1')}},
       "Dest_terminal_Id: 22 octets, room for 21"},
      {{.content = std::string(256, 'x')},
       "Msg_Length: 256 octets, room for 255"},
      {{.link_id = {0, 0, 0, 0, 0, 0, 0, 0, 1}}, "Reserve: more than 8 octets"},
  };
  for (const auto& c : cases) {
    std::string out = "before";
    const absl::Status status = AppendPdu(c.submit, Version::k20, 1, out);
    EXPECT_EQ(status, absl::InvalidArgumentError(c.error));
    EXPECT_EQ(out, "before");
  }
  EXPECT_EQ(
      EncodePdu(SubmitResp{.result = 256}, Version::k20, 1).status(),
      absl::InvalidArgumentError("Result: 256 does not fit into one octet"));
}

TEST(CmppDecode, MoreThan99NumbersAreRefused) {
  std::string body =
      link::BodyOctets(Submit{.dest_terminal_id = {}}, Version::k20);
  const size_t count_at = body.size() - 8 - 1 - 1;
  body[count_at] = 100;
  EXPECT_EQ(link::DecodeBody<Submit>(body, Version::k20).status(),
            absl::InvalidArgumentError("DestUsr_tl: 100, at most 99"));
}

// The length of a response decides its layout, whatever the request was.
TEST(CmppDecode, AnswersOfTheOtherVersionAreRead) {
  for (const Version sent : {Version::k20, Version::k30}) {
    for (const Version spoken : {Version::k20, Version::k30}) {
      SubmitResp submit;
      EXPECT_TRUE(
          TakePduBody(link::BodyOctets(SubmitResp{5, 8}, sent), spoken, submit)
              .ok());
      EXPECT_EQ(submit, (SubmitResp{5, 8}));
      ConnectResp connect;
      EXPECT_TRUE(TakePduBody(link::BodyOctets(ConnectResp{4, {1}, 0x20}, sent),
                              spoken, connect)
                      .ok());
      EXPECT_EQ(connect, (ConnectResp{4, {1}, 0x20}));
    }
  }
}

TEST(CmppMsgId, Parts) {
  // origin: ../shared/vectors, CMPP2-03
  EXPECT_EQ(MsgIdMeaning(0xbb1c06038d271f0a),
            "11-22 07:00:24 gw 232743 seq 7946");
  EXPECT_EQ(MakeMsgId({11, 22, 7, 0, 24, 232743, 7946}), 0xbb1c06038d271f0a);
  EXPECT_EQ(MsgIdKey(0xbb1c06038d271f0a), "bb1c06038d271f0a");
  EXPECT_EQ(MsgIdKey(0), "0000000000000000");
  EXPECT_EQ(MsgIdKey(0x3039), "0000000000003039");
}

TEST(CmppResult, Table) {
  const struct {
    uint32_t result;
    std::vector<uint32_t> retry_codes;
    Reaction reaction;
  } cases[] = {
      {0, {}, Reaction::kTaken},        {0, {0}, Reaction::kTaken},
      {1, {}, Reaction::kConfigure},    {8, {}, Reaction::kRetry},
      {9, {}, Reaction::kFail},         {13, {}, Reaction::kFail},
      {14, {}, Reaction::kFail},        {87, {}, Reaction::kFail},
      {87, {87, 88}, Reaction::kRetry}, {1000, {}, Reaction::kFail},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(MeaningOf(c.result, c.retry_codes).reaction, c.reaction)
        << c.result;
  }
}

TEST(CmppReport, StatDecides) {
  EXPECT_EQ(DeliveryOf("DELIVRD"), link::Delivery::kDelivered);
  EXPECT_EQ(DeliveryOf("ACCEPTD"), link::Delivery::kIntermediate);
  for (const absl::string_view stat :
       {"EXPIRED", "DELETED", "UNDELIV", "UNKNOWN", "REJECTD", "MK:0012", "",
        "delivrd", "XX:0000"}) {
    EXPECT_EQ(DeliveryOf(stat), link::Delivery::kFailed) << stat;
  }
}

TEST(CmppReport, TimesAreRealOrNotThere) {
  const absl::TimeZone zone = absl::FixedTimeZone(8 * 3600);
  EXPECT_EQ(ReportTime("2611220701"),
            absl::FromCivil(absl::CivilMinute(2026, 11, 22, 7, 1), zone));
  for (const absl::string_view text :
       {"", "261122070", "26112207011", "2613220701", "2611310701",
        "2611222401", "2611220760", "26-1-2 7:1"}) {
    EXPECT_EQ(ReportTime(text), absl::InfinitePast()) << text;
  }
}

TEST(CmppReport, ShorterThanItsFixedPartIsRefused) {
  for (size_t size = 0; size < kReportFixedSize; ++size) {
    EXPECT_EQ(DecodeReport(std::string(size, '0')).status().code(),
              absl::StatusCode::kOutOfRange)
        << size;
  }
}

}  // namespace
}  // namespace sluice::cmpp
