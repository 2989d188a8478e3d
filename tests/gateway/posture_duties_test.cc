// For each duty of policy.yaml, as shipped, switched off and switched on for
// every class: posture lists the classes whose messages the check lets pass,
// and no others.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "sluice/admin/v1/operations.grpc.pb.h"
#include "sluice/admin/v1/opt_outs.grpc.pb.h"
#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {
namespace {

enum class Turn { kShipped, kOff, kOn };

// A policy.yaml, changed.
using Change = std::string (*)(std::string policy);

struct Duty {
  const char* code;
  Change off;
  Change on;
};

std::string WithoutFlag(const std::string& policy, const std::string& flag) {
  return absl::StrReplaceAll(policy,
                             {{absl::StrCat("\n    ", flag, ": true"), ""}});
}

std::string WithFlag(const std::string& policy, const std::string& flag) {
  return absl::StrReplaceAll(
      WithoutFlag(policy, flag),
      {{"\n    validity_minutes:",
        absl::StrCat("\n    ", flag, ": true\n    validity_minutes:")}});
}

template <const char* const& kFlag>
std::string Off(std::string policy) {
  return WithoutFlag(policy, kFlag);
}
template <const char* const& kFlag>
std::string On(std::string policy) {
  return WithFlag(policy, kFlag);
}

// Without what stands between the two.
std::string Cut(std::string policy, const char* from, const char* to) {
  const size_t begin = policy.find(from);
  return policy.erase(begin, policy.find(to, begin + 1) - begin);
}

const char* const kSignature = "needs_signature";
const char* const kConsent = "needs_consent";
const char* const kWording = "needs_opt_out_wording";
const char* const kOptOut = "stopped_by_opt_out";

constexpr char kEveryClass[] =
    "[verification, notice, commercial, consent_request, public_interest]";

const Duty kDuties[] = {
    {"SIGNATURE_MISSING", Off<kSignature>, On<kSignature>},
    {"CONSENT_MISSING", Off<kConsent>, On<kConsent>},
    {"OPTOUT_NOTICE_MISSING", Off<kWording>, On<kWording>},
    {"RECIPIENT_OPTED_OUT", Off<kOptOut>, On<kOptOut>},
    {"SEND_HOURS",
     [](std::string p) {
       return Cut(std::move(p), "\nsend_hours:", "\nlimits:");
     },
     [](std::string p) {
       return absl::StrReplaceAll(
           p, {{"- classes: [commercial, consent_request]\n    open:",
                absl::StrCat("- classes: ", kEveryClass, "\n    open:")}});
     }},
    {"FREQUENCY_LIMIT",
     [](std::string p) {
       return Cut(std::move(p), "\nlimits:", "\ncampaigns:");
     },
     [](std::string p) {
       return absl::StrReplaceAll(
           p, {{"\nlimits:\n",
                "\nlimits:\n  - {id: all, by: [recipient], max: 1, window: "
                "day,\n     basis: policy, mode: enforce}\n"}});
     }},
    {"CAMPAIGN_UNREVIEWED",
     [](std::string p) {
       return Cut(std::move(p), "\ncampaigns:", "\nchecks:");
     },
     [](std::string p) {
       return absl::StrReplaceAll(
           p, {{"[notice, public_interest]",
                "[notice, public_interest, verification, consent_request]"}});
     }},
    {"LINK_NOT_REGISTERED",
     [](std::string p) {
       return Cut(std::move(p), "\nlinks:", "\nsignature:");
     },
     [](std::string p) { return p; }},
};

// A text that passes every check of its class at ten in the morning.
std::string TextOf(v1::MessageClass c) {
  switch (c) {
    case v1::MESSAGE_CLASS_VERIFICATION:
      return kCodeText;
    case v1::MESSAGE_CLASS_NOTICE:
      return "【云杉超市】您的订单已发出，请留意查收。拒收请回复R";
    case v1::MESSAGE_CLASS_COMMERCIAL:
      return kCommercialText;
    case v1::MESSAGE_CLASS_CONSENT_REQUEST:
      return "【云杉超市】是否愿意接收本店的优惠信息？详询门店。拒收请回复R";
    default:
      return "【云杉超市】天气干燥，请注意防火。拒收请回复R";
  }
}

class PostureDuties
    : public ServerTest,
      public testing::WithParamInterface<std::pair<size_t, Turn>> {
 protected:
  const Duty& duty() const { return kDuties[GetParam().first]; }
  bool Is(const char* code) const { return duty().code == std::string(code); }

  void SetUp() override {
    const std::string pack = folder_.path() + "/pack";
    std::filesystem::copy(WorldPack(), pack,
                          std::filesystem::copy_options::recursive);
    std::ifstream in(pack + "/policy.yaml");
    std::string policy{std::istreambuf_iterator<char>(in), {}};
    std::ofstream(pack + "/policy.yaml") << Changed(std::move(policy));
    config_.mutable_rules()->set_pack(pack);
    if (Is("SEND_HOURS")) clock_.Advance(absl::Hours(13));
    Start();
    MakeWorld();
    store::v1::Party port;
    port.set_id("shop-public");
    port.mutable_port()->set_number("10690013");
    port.mutable_port()->set_content_provider_id("shop");
    port.mutable_port()->set_licensee_id("lic");
    port.mutable_port()->add_purposes(v1::MESSAGE_CLASS_PUBLIC_INTEREST);
    port.mutable_port()->set_signature_placement(
        store::v1::Port::PLACEMENT_CHECK);
    port.mutable_port()->set_notice_placement(store::v1::Port::PLACEMENT_CHECK);
    const grpc::Status made = Create(port);
    ASSERT_TRUE(made.ok()) << made.error_message();
  }

  // With all checks enforced, but for consents where they would hide the check
  // that is looked at, and limits that a test reaches.
  std::string Changed(std::string policy) const {
    policy = absl::StrReplaceAll(
        policy, {{"mode: observe", "mode: enforce"},
                 {"recipients_max: 500", "recipients_max: 3"},
                 {"recipients_max: 2000", "recipients_max: 3"}});
    if (!Is("CONSENT_MISSING")) {
      policy = absl::StrReplaceAll(
          policy, {{"- code: CONSENT_MISSING\n    mode: enforce",
                    "- code: CONSENT_MISSING\n    mode: observe"}});
    }
    if (GetParam().second == Turn::kShipped) return policy;
    return GetParam().second == Turn::kOff ? duty().off(std::move(policy))
                                           : duty().on(std::move(policy));
  }

  bool Has(const v1::Verdict& verdict) const {
    return absl::c_any_of(verdict.reasons(), [this](const v1::Reason& reason) {
      return Is(reason.code().c_str());
    });
  }

  // Whether the check finds what is wrong with a message of this class.
  bool Enforces(v1::MessageClass c) {
    std::string text = TextOf(c);
    if (Is("SIGNATURE_MISSING")) text.erase(0, text.find("】") + 3);
    if (Is("OPTOUT_NOTICE_MISSING")) {
      text = absl::StrReplaceAll(text, {{"拒收请回复R", ""}});
    }
    if (Is("LINK_NOT_REGISTERED")) text += "http://example.com";
    if (Is("RECIPIENT_OPTED_OUT")) OptOut(Number(c));
    if (Is("FREQUENCY_LIMIT")) return AnyOfManyHas(c, text);
    v1::SubmitRequest request;
    for (int n = 0; n < (Is("CAMPAIGN_UNREVIEWED") ? 6 : 1); ++n) {
      *request.add_messages() = Message(Number(c + 10 * n), c, text);
    }
    return AnyHas(request);
  }

  // More than any limit of the pack allows, to one number.
  bool AnyOfManyHas(v1::MessageClass c, const std::string& text) {
    v1::SubmitRequest request;
    for (int n = 0; n < 51; ++n) {
      *request.add_messages() = Message(
          Number(c), c,
          absl::StrReplaceAll(text, {{"】", absl::StrCat("】第", n, "条：")}}));
    }
    return AnyHas(request);
  }

  bool AnyHas(const v1::SubmitRequest& request) {
    v1::SubmitResponse response;
    const grpc::Status status = Submit(request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return absl::c_any_of(response.verdicts(),
                          [this](const auto& one) { return Has(one); });
  }

  void OptOut(const std::string& number) {
    admin::v1::AddOptOutRequest request;
    request.set_recipient(number);
    request.mutable_scope()->set_content_provider_id("shop");
    admin::v1::AddOptOutResponse response;
    const grpc::Status status =
        admin::v1::OptOutsService::NewStub(channel_)->AddOptOut(
            As(admin_key_).get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
  }

  // Whether posture says that the check is not enforced for the class.
  bool IsListed(v1::MessageClass c) {
    admin::v1::GetPostureResponse posture;
    EXPECT_TRUE(admin::v1::OperationsService::NewStub(channel_)
                    ->GetPosture(As(admin_key_).get(), {}, &posture)
                    .ok());
    return absl::c_any_of(posture.not_enforced(), [&](const auto& line) {
      return Is(line.code().c_str()) && line.rule().empty() &&
             (line.classes().empty() ||
              absl::c_linear_search(line.classes(), c));
    });
  }
};

TEST_P(PostureDuties, AreWhatTheChecksEnforce) {
  for (int c = 1; c < kMessageClasses; ++c) {
    const auto one = static_cast<v1::MessageClass>(c);
    EXPECT_NE(Enforces(one), IsListed(one)) << v1::MessageClass_Name(one);
  }
}

std::vector<std::pair<size_t, Turn>> Turns() {
  std::vector<std::pair<size_t, Turn>> turns;
  for (size_t i = 0; i < std::size(kDuties); ++i) {
    for (const Turn turn : {Turn::kShipped, Turn::kOff, Turn::kOn}) {
      turns.emplace_back(i, turn);
    }
  }
  return turns;
}

std::string NameOf(
    const testing::TestParamInfo<PostureDuties::ParamType>& info) {
  static constexpr const char* kTurns[] = {"Shipped", "Off", "On"};
  return absl::StrCat(kDuties[info.param.first].code, "_",
                      kTurns[static_cast<int>(info.param.second)]);
}

INSTANTIATE_TEST_SUITE_P(All, PostureDuties, testing::ValuesIn(Turns()),
                         NameOf);

}  // namespace
}  // namespace sluice::gateway
