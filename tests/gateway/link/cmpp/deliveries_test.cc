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
  const ReportBody report = {.msg_id = 3, .stat = "DELIVRD"};
  const std::string body =
      link::BodyOctets(Deliver{.msg_id = 7,
                               .registered_delivery = 1,
                               .content = link::BodyOctets(report, 21)},
                       Version::k20);
  EXPECT_EQ(deliveries.Take(kSequence, body), std::nullopt);
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

TEST_F(DeliveriesTest, TooManyOpenOnesAreAnsweredWithFlowControl) {
  options_.deliveries_open_max = 1;
  Deliveries deliveries = Make();
  EXPECT_EQ(deliveries.Take(kSequence, MoBody(7)), std::nullopt);
  EXPECT_EQ(deliveries.Take(kSequence, MoBody(8)),
            (DeliverResp{8, kResultFlowControl}));
  deliveries.Settle(inbox_->Take().acknowledged.at(0));
  EXPECT_EQ(deliveries.Take(kSequence, MoBody(8)), std::nullopt);
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
