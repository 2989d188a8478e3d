#include "gateway/link/cmpp/deliveries.h"

#include <memory>
#include <string>

#include "gateway/link/cmpp/report.h"
#include "gateway/link/cmpp/result.h"
#include "tests/gateway/link/body_octets.h"
#include "tests/gateway/link/cmpp/link_parts.h"

namespace sluice::cmpp {
namespace {

constexpr uint64_t kSession = 5;
constexpr uint32_t kSequence = 9;

std::string MoBody(uint64_t msg_id) {
  return link::BodyOctets(Deliver{.msg_id = msg_id, .content = "TD"},
                          Version::k20);
}

std::string ReportBodyOf(uint64_t msg_id) {
  const ReportBody report = {.msg_id = 3, .stat = "DELIVRD"};
  return link::BodyOctets(Deliver{.msg_id = msg_id,
                                  .registered_delivery = 1,
                                  .content = link::BodyOctets(report, 21)},
                          Version::k20);
}

class DeliveriesTest : public LinkPartTest {
 protected:
  Deliveries Make() { return {context_, Version::k20, kSession, inbox_}; }

  const std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>([] {});
};

TEST_F(DeliveriesTest, AnMoIsAnsweredWhenItIsAcknowledged) {
  Deliveries deliveries = Make();
  EXPECT_EQ(deliveries.Take(kSequence, MoBody(7)), std::nullopt);
  ASSERT_EQ(owner_.Look().mos.size(), 1u);
  EXPECT_EQ(owner_.Look().mos[0].text, "TD");
  const auto acknowledged = inbox_->Take().acknowledged;
  ASSERT_EQ(acknowledged.size(), 1u);
  EXPECT_EQ(acknowledged[0].session, kSession);
  EXPECT_EQ(acknowledged[0].sequence, kSequence);
  EXPECT_EQ(deliveries.Settle(acknowledged[0]), (DeliverResp{7, kResultOk}));
}

TEST_F(DeliveriesTest, AReportGoesToTheOwnerAsOne) {
  Deliveries deliveries = Make();
  EXPECT_EQ(deliveries.Take(kSequence, ReportBodyOf(7)), std::nullopt);
  ASSERT_EQ(owner_.Look().reports.size(), 1u);
  EXPECT_EQ(owner_.Look().reports[0].stat, "DELIVRD");
}

TEST_F(DeliveriesTest, AnUnreadableDeliverIsAnsweredAtOnce) {
  Deliveries deliveries = Make();
  const std::string body = MoBody(7);
  EXPECT_EQ(deliveries.Take(kSequence, body.substr(0, body.size() - 1)),
            (DeliverResp{7, kResultStructure}));
  EXPECT_EQ(deliveries.Take(kSequence, ""), (DeliverResp{0, kResultStructure}));
  const std::string no_report = link::BodyOctets(
      Deliver{.msg_id = 8, .registered_delivery = 1, .content = "short"},
      Version::k20);
  EXPECT_EQ(deliveries.Take(kSequence, no_report),
            (DeliverResp{8, kResultStructure}));
  EXPECT_TRUE(owner_.Look().mos.empty());
  EXPECT_EQ(notes_.Read().unreadable_delivers, 3u);
}

// DELIVERs with a wrong layout.
const struct {
  absl::string_view name;
  Version spoken;
  Version layout;
  bool report;
  int msg_length;  // -1: the truth.
  int cut;         // Octets missing at the end.
} kWrongLayouts[] = {
    {"length 0", Version::k20, Version::k20, true, 0, 0},
    {"length 0, reply", Version::k20, Version::k20, false, 0, 0},
    {"length 0 in 3.0", Version::k30, Version::k30, true, 0, 0},
    {"length 0 in 3.0, reply", Version::k30, Version::k30, false, 0, 0},
    {"60 for 71", Version::k30, Version::k30, true, 60, 0},
    {"71 for 60", Version::k20, Version::k20, true, 71, 0},
    {"too large", Version::k20, Version::k20, false, 255, 0},
    {"a little too large", Version::k20, Version::k20, false, 7, 0},
    {"a little too large in 3.0", Version::k30, Version::k30, false, 20, 0},
    {"too small", Version::k20, Version::k20, false, 2, 0},
    {"Reserved is missing", Version::k20, Version::k20, false, -1, 8},
    {"LinkID is missing", Version::k30, Version::k30, true, -1, 20},
    {"Reserved is cut", Version::k20, Version::k20, false, -1, 1},
    {"LinkID has 8 octets", Version::k30, Version::k30, false, -1, 12},
    {"2.0 in a session of 3.0", Version::k30, Version::k20, true, -1, 0},
    {"3.0 in a session of 2.0", Version::k20, Version::k30, false, -1, 0},
};

TEST_F(DeliveriesTest, AWrongLayoutLosesNeitherReportsNorReplies) {
  for (const auto& c : kWrongLayouts) {
    SCOPED_TRACE(c.name);
    const ReportBody report = {.msg_id = 3,
                               .stat = "DELIVRD",
                               .dest_terminal_id = "13800138000",
                               .smsc_sequence = 0x01020304};
    Deliver deliver{.msg_id = 7,
                    .dest_id = "106900001",
                    .msg_fmt = 8,
                    .src_terminal_id = "13800138000",
                    .registered_delivery = c.report,
                    .content = "\x90\x01\x8b\xa2"};
    if (c.report) {
      deliver.content = link::BodyOctets(report, NumberWidth(c.layout));
    }
    std::string body = link::BodyOctets(deliver, c.layout);
    if (c.msg_length >= 0) {
      body[DeliverHeadSize(c.layout)] = static_cast<char>(c.msg_length);
    }
    body.resize(body.size() - c.cut);
    link::RecordingOwner owner;
    Deliveries deliveries({link_, owner, options_, clock_, notes_}, c.spoken,
                          kSession, inbox_);
    EXPECT_EQ(deliveries.Take(kSequence, body), std::nullopt);
    const auto told = owner.Look();
    ASSERT_EQ(told.reports.size(), c.report ? 1u : 0u);
    ASSERT_EQ(told.mos.size(), c.report ? 0u : 1u);
    if (c.report) {
      EXPECT_EQ(told.reports[0].message_id, "0000000000000003");
      EXPECT_EQ(told.reports[0].stat, "DELIVRD");
      EXPECT_EQ(told.reports[0].recipient, "13800138000");
    } else {
      EXPECT_EQ(told.mos[0].text, "\xe9\x80\x81\xe8\xae\xa2");  // U+9001 U+8BA2
      EXPECT_EQ(told.mos[0].sender, "13800138000");
    }
  }
  EXPECT_EQ(notes_.Read().unreadable_delivers, 0u);
}

TEST_F(DeliveriesTest, PaddingIsNoContent) {
  std::string body = link::BodyOctets(
      Deliver{.src_terminal_id = "13800138000",
              .content = std::string("TD") + std::string(138, '\0')},
      Version::k20);
  body[DeliverHeadSize(Version::k20)] = 2;
  Deliveries deliveries = Make();
  EXPECT_EQ(deliveries.Take(kSequence, body), std::nullopt);
  EXPECT_EQ(owner_.Look().mos.at(0).text, "TD");
}

TEST_F(DeliveriesTest, AReplyThatIsMarkedAsAReportIsAReply) {
  Deliveries deliveries = Make();
  for (const absl::string_view text :
       {"TD", "please stop sending me all these messages"}) {
    EXPECT_EQ(
        deliveries.Take(kSequence, link::BodyOctets(
                                       Deliver{.src_terminal_id = "13800138000",
                                               .registered_delivery = 1,
                                               .content = std::string(text)},
                                       Version::k20)),
        std::nullopt);
    ASSERT_FALSE(owner_.Look().mos.empty());
    EXPECT_EQ(owner_.Look().mos.back().text, text);
  }
}

TEST_F(DeliveriesTest, AReportThatIsCutAfterItsStatIsAReport) {
  const ReportBody report = {.msg_id = 3, .stat = "MK:0012"};
  Deliveries deliveries = Make();
  EXPECT_EQ(
      deliveries.Take(
          kSequence,
          link::BodyOctets(
              Deliver{.src_terminal_id = "13800138000",
                      .registered_delivery = 1,
                      .content = link::BodyOctets(report, 21).substr(0, 15)},
              Version::k20)),
      std::nullopt);
  EXPECT_EQ(owner_.Look().reports.at(0).stat, "MK:0012");
  EXPECT_EQ(owner_.Look().reports.at(0).recipient, "13800138000");
}

TEST_F(DeliveriesTest, TooManyOpenOnesAreAnsweredWithFlowControl) {
  options_.deliveries_open_max = 1;
  Deliveries deliveries = Make();
  EXPECT_EQ(deliveries.Take(kSequence, MoBody(7)), std::nullopt);
  EXPECT_EQ(deliveries.Take(kSequence, MoBody(8)),
            (DeliverResp{8, kResultFlowControl}));
  deliveries.Settle(inbox_->Take().acknowledged.at(0));
  EXPECT_EQ(deliveries.Take(kSequence, MoBody(8)), std::nullopt);
}

// Nor do MOs keep reports out.
TEST_F(DeliveriesTest, TooManyReportsKeepNoReplyOut) {
  options_.deliveries_open_max = 2;
  owner_.acknowledges = false;
  Deliveries deliveries = Make();
  for (uint64_t id = 1; id <= 2; ++id) {
    EXPECT_EQ(deliveries.Take(kSequence, ReportBodyOf(id)), std::nullopt);
  }
  EXPECT_EQ(deliveries.Take(kSequence, ReportBodyOf(3)),
            (DeliverResp{3, kResultFlowControl}));
  for (uint64_t id = 4; id <= 5; ++id) {
    EXPECT_EQ(deliveries.Take(kSequence, MoBody(id)), std::nullopt);
  }
  EXPECT_EQ(deliveries.Take(kSequence, MoBody(6)),
            (DeliverResp{6, kResultFlowControl}));
  // The first report is acknowledged: there is room for a report only.
  owner_.Look().kept.at(0)();
  deliveries.Settle(inbox_->Take().acknowledged.at(0));
  EXPECT_EQ(deliveries.Take(kSequence, MoBody(6)),
            (DeliverResp{6, kResultFlowControl}));
  EXPECT_EQ(deliveries.Take(kSequence, ReportBodyOf(3)), std::nullopt);
}

// An owner that drops what it was given without an acknowledgement.
class ForgetfulOwner final : public link::LinkOwner {
 public:
  void FreeWindow(link::Link&, uint32_t) override {}
  void Written(link::Link&, link::HandOverRef) override {}
  void GivenBack(link::Link&, link::HandOverRef) override {}
  void Answered(link::Link&, const link::Answer&) override {}
  void LateAnswer(link::Link&, link::HandOverRef, uint32_t,
                  const std::string&) override {}
  void Reported(link::Link&, link::Report, link::Acknowledge) override {}
  void MoReceived(link::Link&, link::Mo, link::Acknowledge) override {}
  void StateChanged(link::Link&, link::LinkState, absl::string_view) override {}
  void EndOfRun(link::Link&) override {}
};

TEST_F(DeliveriesTest, ADroppedDeliverIsNoLongerOpenAndNotAnswered) {
  options_.deliveries_open_max = 1;
  ForgetfulOwner owner;
  Deliveries deliveries({link_, owner, options_, clock_, notes_}, Version::k20,
                        kSession, inbox_);
  EXPECT_EQ(deliveries.Take(kSequence, MoBody(7)), std::nullopt);
  const auto acknowledged = inbox_->Take().acknowledged;
  ASSERT_EQ(acknowledged.size(), 1u);
  EXPECT_EQ(deliveries.Settle(acknowledged[0]), std::nullopt);
  EXPECT_EQ(deliveries.Take(kSequence, MoBody(8)), std::nullopt);
}

TEST_F(DeliveriesTest, AnotherSessionsAcknowledgementIsIgnored) {
  Deliveries deliveries = Make();
  EXPECT_EQ(deliveries.Settle({kSession - 1, kSequence, 7, true}),
            std::nullopt);
}

TEST_F(DeliveriesTest, AnAcknowledgementAfterTheInboxIsGoneDoesNothing) {
  owner_.acknowledges = false;
  auto inbox = std::make_shared<Inbox>([] {});
  Deliveries deliveries(context_, Version::k20, kSession, inbox);
  EXPECT_EQ(deliveries.Take(kSequence, MoBody(7)), std::nullopt);
  inbox.reset();
  owner_.Look().kept.at(0)();
}

}  // namespace
}  // namespace sluice::cmpp
