// How the dossier tells what became of a message's parts.

#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "sluice/admin/v1/dossier.grpc.pb.h"
#include "tests/tools/chinese.h"
#include "tests/tools/fake_server.h"

namespace sluice::ctl {
namespace {

class FakeDossier final : public admin::v1::DossierService::Service {
 public:
  grpc::Status GetDossier(grpc::ServerContext*,
                          const admin::v1::GetDossierRequest*,
                          admin::v1::GetDossierResponse* response) override {
    response->set_recipient("+8613800138000");
    *response->add_entries()->mutable_message() = message_;
    return grpc::Status::OK;
  }

  void Add(v1::MessageState state, uint32_t part,
           const std::string& code = "") {
    admin::v1::MessageEvent& event = *message_.add_events();
    event.set_state(state);
    event.set_part(part);
    event.set_carrier_code(code);
    message_.set_state(state);
  }
  void SetParts(uint32_t parts) { message_.set_parts(parts); }

 private:
  admin::v1::MessageRecord message_;
};

TEST(DossierText, TellsTheFateOfEachPart) {
  FakeDossier service;
  FakeServer server({&service});
  service.SetParts(4);
  service.Add(v1::MESSAGE_STATE_HANDED_OVER, 0);
  for (uint32_t part = 1; part <= 4; ++part) {
    service.Add(v1::MESSAGE_STATE_TAKEN, part, "0");
  }
  service.Add(v1::MESSAGE_STATE_DELIVERED, 1, "DELIVRD");
  service.Add(v1::MESSAGE_STATE_UNDELIVERED, 2, "MK:0012");
  service.Add(v1::MESSAGE_STATE_DELIVERED, 4, "DELIVRD");
  const std::string chinese =
      server.RunAsIs({"dossier", "13800138000"}, 80).out;
  ExpectAll(chinese, {"共 4 条：第 1、4 条已送达，第 2 条未送达，第 3 条",
                      "第 2 条，运营商答复 MK:0012（短信中心报告失败）",
                      "第 4 条，运营商答复 DELIVRD（已送达）"});
  ExpectNarrow(chinese);
  ExpectAll(server.Run({"dossier", "13800138000"}).out,
            {"4 parts: parts 1, 4 delivered; part 2 undelivered; part 3 taken",
             "carrier says MK:0012 (the SMSC reports a failure)"});
}

// An answer and an end may be about the whole message.
TEST(DossierText, TellsThePartsOfWhichNothingElseCame) {
  FakeDossier service;
  FakeServer server({&service});
  service.SetParts(3);
  EXPECT_FALSE(
      absl::StrContains(server.Run({"dossier", "13800138000"}).out, "parts:"));
  service.Add(v1::MESSAGE_STATE_HANDED_OVER, 0);
  service.Add(v1::MESSAGE_STATE_TAKEN, 0, "0");
  service.Add(v1::MESSAGE_STATE_UNDELIVERED, 2, "UNDELIV");
  ExpectAll(server.Run({"dossier", "13800138000"}).out,
            {"3 parts: parts 1, 3 taken; part 2 undelivered"});
  service.Add(v1::MESSAGE_STATE_DELIVERED, 1, "DELIVRD");
  service.Add(v1::MESSAGE_STATE_NO_REPORT, 0);
  ExpectAll(
      server.Run({"dossier", "13800138000"}).out,
      {"3 parts: part 1 delivered; part 2 undelivered; part 3 no report"});
}

TEST(DossierText, DoesNotCountOnePart) {
  FakeDossier service;
  FakeServer server({&service});
  service.SetParts(1);
  service.Add(v1::MESSAGE_STATE_UNDELIVERED, 1, "XX:0001");
  const std::string english = server.Run({"dossier", "13800138000"}).out;
  EXPECT_FALSE(absl::StrContains(english, "parts:")) << english;
  ExpectAll(english, {"carrier says XX:0001 (other failure)"});
}

}  // namespace
}  // namespace sluice::ctl
