// The filters of AuditService.SearchMessages: how a request is read, and what
// it finds on a real store.

#include "gateway/admin/search_filter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gateway/admin/audit_search.h"
#include "gateway/admin/named_party.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "tests/fakes/wait.h"
#include "tests/store/store_fixture.h"

namespace sluice::gateway {
namespace {

using admin::v1::SearchMessagesRequest;
using Numbers = std::vector<std::string>;

constexpr char kAnna[] = "13800000001";
constexpr char kBo[] = "13800000002";
constexpr char kCai[] = "13800000003";

SearchMessagesRequest FromTheStart() {
  SearchMessagesRequest request;
  request.mutable_start_time()->set_seconds(1);
  return request;
}

absl::StatusOr<Search> Read(const SearchMessagesRequest& request) {
  return ReadSearch(request, *WorldSnapshot()->registry, kTenInTheMorningMs);
}

// The field that the error is about, after checking its prose.
std::string FaultyField(const SearchMessagesRequest& request,
                        absl::string_view english = "",
                        absl::string_view chinese = "") {
  const absl::Status status = Read(request).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), english)) << status;
  EXPECT_TRUE(absl::StrContains(ChineseOf(status), chinese))
      << ChineseOf(status);
  EXPECT_FALSE(ChineseOf(status).empty()) << status;
  return FieldOf(status);
}

TEST(ReadSearch, TimesThatFindNothingAreErrors) {
  SearchMessagesRequest request;
  EXPECT_EQ(FaultyField(request), "start_time");
  request.mutable_start_time()->set_seconds(kTenInTheMorningMs / 1000 + 3600);
  EXPECT_EQ(FaultyField(request, "2026-11-22 11:00:00 +08:00 is still to come",
                        "还没有到"),
            "start_time");
  // A caller's clock may be a little ahead.
  request.mutable_start_time()->set_seconds(kTenInTheMorningMs / 1000 + 30);
  EXPECT_TRUE(Read(request).ok());
  request.mutable_start_time()->set_seconds(1'000'000);
  request.mutable_end_time()->set_seconds(1'000'000);
  EXPECT_EQ(FaultyField(request, "is not after the start", "不晚于起始时间"),
            "end_time");
  request.mutable_end_time()->set_seconds(1'000'001);
  EXPECT_TRUE(Read(request).ok());
}

TEST(ReadSearch, NumbersAreReadAsPasted) {
  for (const char* const pasted :
       {"１３８ ０００００００１", "手机号：138-0000-0001",
        "\u202a+86 138.0000.0001\u202c"}) {
    SearchMessagesRequest request = FromTheStart();
    request.set_recipient(pasted);
    const auto search = Read(request);
    ASSERT_TRUE(search.ok()) << search.status();
    EXPECT_EQ(search->recipient.e164, 8613800000001u);
  }
  SearchMessagesRequest request = FromTheStart();
  request.set_recipient("10086");
  EXPECT_EQ(FaultyField(request, "--recipient-as-submitted", "按时间查找"),
            "recipient");
  request.set_recipient("");
  request.set_recipient_as_submitted("１００ ８６");
  EXPECT_EQ(Read(request)->recipient_as_submitted, "10086");
  request.set_recipient_as_submitted(kAnna);
  EXPECT_EQ(FaultyField(request, "--recipient"), "recipient_as_submitted");
  request.set_recipient_as_submitted("10086");
  request.set_recipient(kAnna);
  EXPECT_EQ(FaultyField(request), "recipient_as_submitted");
}

TEST(ReadSearch, CodesAreReadInAnyCase) {
  SearchMessagesRequest request = FromTheStart();
  request.set_reason("content_prohibited");
  EXPECT_EQ(Read(request)->reason, "CONTENT_PROHIBITED");
  request.set_reason("content_prohibitd");
  EXPECT_EQ(FaultyField(request, "did you mean 'CONTENT_PROHIBITED'",
                        "CONTENT_PROHIBITED"),
            "reason");
}

TEST(ReadSearch, BadFiltersAreNamed) {
  const auto faulty = [](auto change) {
    SearchMessagesRequest request = FromTheStart();
    change(request);
    return FaultyField(request);
  };
  EXPECT_EQ(faulty([](auto& r) { r.set_access_number("abc"); }),
            "access_number");
  EXPECT_EQ(faulty([](auto& r) { r.set_access_number(" - "); }),
            "access_number");
  EXPECT_EQ(faulty([](auto& r) { r.set_key(std::string(257, 'k')); }), "key");
  EXPECT_EQ(faulty([](auto& r) { r.add_words(" \u200b"); }), "words");
  EXPECT_EQ(faulty([](auto& r) {
              for (int i = 0; i < 17; ++i) r.add_words("x");
            }),
            "words");
  EXPECT_EQ(
      faulty([](auto& r) { r.set_state(static_cast<v1::MessageState>(99)); }),
      "state");
  EXPECT_EQ(faulty([](auto& r) {
              r.set_message_class(static_cast<v1::MessageClass>(99));
            }),
            "message_class");
  EXPECT_EQ(faulty([](auto& r) {
              r.set_carrier(static_cast<admin::v1::Carrier>(99));
            }),
            "carrier");
  EXPECT_EQ(faulty([](auto& r) { r.set_port_id("nowhere"); }), "port_id");
  EXPECT_EQ(faulty([](auto& r) { r.set_signature_id("nobody"); }),
            "signature_id");
}

TEST(ReadSearch, TheSubjectNamesFiltersButNotWordsOrNumbers) {
  SearchMessagesRequest request = FromTheStart();
  request.set_recipient_as_submitted("13800");
  request.set_state(v1::MESSAGE_STATE_DELIVERED);
  request.set_port_id("shop-ads");
  request.set_client_ref(kAnna);
  request.add_words("张三的病历");
  request.add_words("住院");
  const std::string subject = SubjectOf(request, *Read(request));
  EXPECT_TRUE(absl::StartsWith(subject, "from 1970-01-01 08:00:0")) << subject;
  EXPECT_FALSE(absl::StrContains(subject, "until")) << subject;
  EXPECT_TRUE(absl::StrContains(subject, "MESSAGE_STATE_DELIVERED")) << subject;
  EXPECT_TRUE(absl::StrContains(subject, "port shop-ads")) << subject;
  EXPECT_TRUE(absl::StrContains(subject, "words: 2")) << subject;
  for (const char* const hidden : {"张三", "住院", "13800 ", kAnna}) {
    EXPECT_FALSE(absl::StrContains(subject, hidden)) << subject;
  }
}

TEST(NamedParty, IsFoundByIdThenNameThenLikeness) {
  const std::shared_ptr<const filter::Snapshot> snapshot = WorldSnapshot();
  const filter::Registry& registry = *snapshot->registry;
  const auto id = [&](store::v1::PartyKind kind, absl::string_view text) {
    const auto found = FindNamed(registry, kind, text, "field");
    return found.ok() ? (*found)->id() : std::string(found.status().message());
  };
  EXPECT_EQ(id(store::v1::PARTY_KIND_CONTENT_PROVIDER, "shop"), "shop");
  EXPECT_EQ(id(store::v1::PARTY_KIND_CONTENT_PROVIDER, "云杉超市"), "shop");
  EXPECT_EQ(id(store::v1::PARTY_KIND_CONTENT_PROVIDER, " 雲杉超市 "), "shop");
  EXPECT_EQ(id(store::v1::PARTY_KIND_ACCOUNT, "ＳＥＮＤＥＲ"), "acc");
  EXPECT_EQ(id(store::v1::PARTY_KIND_SIGNATURE, "【江畔银行】"), "bank-sig");
  EXPECT_EQ(id(store::v1::PARTY_KIND_PORT, "1069-0012"), "shop-ads");
  EXPECT_EQ(id(store::v1::PARTY_KIND_PORT, "bank-service"), "bank-service");
  EXPECT_EQ(id(store::v1::PARTY_KIND_CONTENT_PROVIDER, "shpo"),
            "field: there is no content provider 'shpo', did you mean 'shop' "
            "(云杉超市)?");
  EXPECT_EQ(id(store::v1::PARTY_KIND_CONTENT_PROVIDER, "江畔"),
            "field: there is no content provider '江畔', did you mean 'bank' "
            "(江畔银行)?");
  EXPECT_EQ(id(store::v1::PARTY_KIND_CONTENT_PROVIDER, "xyz"),
            "field: there is no content provider 'xyz': `sluicectl registry "
            "list content-provider` lists them all");
  EXPECT_EQ(*NumberOfNamed(registry, store::v1::PARTY_KIND_PORT, "", "f"), 0u);
}

TEST(NamedParty, SeveralOfANameAreListed) {
  std::vector<store::v1::Party> parties = WorldParties();
  for (store::v1::Party& party : parties) {
    if (party.has_content_provider()) {
      party.mutable_content_provider()->set_name("同名");
    }
  }
  const auto registry = *filter::Registry::Build(parties);
  const auto kind = store::v1::PARTY_KIND_CONTENT_PROVIDER;
  const absl::Status several =
      FindNamed(*registry, kind, "同名", "field").status();
  EXPECT_TRUE(absl::StrContains(several.message(), "'shop', 'bank'") ||
              absl::StrContains(several.message(), "'bank', 'shop'"))
      << several;
  EXPECT_EQ((*FindNamed(*registry, kind, "bank", "field"))->id(), "bank");
}

class SearchFilterTest : public store::StoreTest {
 protected:
  void SetUp() override {
    store_ = Open(4);
    ASSERT_TRUE(
        SubmitAll(*store_,
                  {{.recipient = kAnna},
                   {.recipient = kBo,
                    .text = kCodeText,
                    .message_class = MessageClass::kVerification,
                    .key = "order-7"},
                   {.recipient = kCai, .text = "【云杉超市】代开發票，請來電"},
                   {.recipient = "10086"},
                   {.recipient = "Pseudo-1"}})
            .ok());
  }

  // The recipients of all pages.
  Numbers Find(SearchMessagesRequest request) {
    Numbers found;
    request.mutable_start_time()->set_seconds(1);
    for (int pages = 0; pages < 100; ++pages) {
      const auto search =
          ReadSearch(request, *store_->snapshot()->registry, store_->NowMs());
      EXPECT_TRUE(search.ok()) << search.status();
      if (!search.ok()) return found;
      const auto page = RunSearch(*store_, *search, filter::Language::kEnglish);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return found;
      EXPECT_EQ(page->filters(), search->filters);
      for (const auto& message : page->messages()) {
        found.push_back(message.recipient());
      }
      if (page->next_page_token().empty()) break;
      request.set_page_token(page->next_page_token());
    }
    std::sort(found.begin(), found.end());
    return found;
  }
  template <class Change>
  Numbers With(Change change) {
    SearchMessagesRequest request;
    change(request);
    return Find(request);
  }

  const std::string anna_ = "+8613800000001";
  const std::string bo_ = "+8613800000002";
  const std::string cai_ = "+8613800000003";
  std::unique_ptr<store::Store> store_;
};

TEST_F(SearchFilterTest, FindsByWhatTheMessageWas) {
  EXPECT_EQ(With([](auto&) {}).size(), 5u);
  EXPECT_EQ(With([](auto& r) {
              r.set_message_class(v1::MESSAGE_CLASS_VERIFICATION);
            }),
            Numbers{bo_});
  EXPECT_EQ(With([](auto& r) { r.set_key("order-7"); }), Numbers{bo_});
  EXPECT_EQ(With([](auto& r) { r.set_key("order"); }), Numbers());
  EXPECT_EQ(With([](auto& r) { r.set_client_ref("none"); }), Numbers());
  EXPECT_EQ(With([](auto& r) { r.set_campaign_id("none"); }), Numbers());
  EXPECT_EQ(With([](auto& r) { r.set_port_id("shop-service"); }), Numbers{bo_});
  EXPECT_EQ(With([](auto& r) { r.set_port_id("1069 0011"); }), Numbers{bo_});
  EXPECT_EQ(With([](auto& r) { r.set_access_number("1069-0011"); }),
            Numbers{bo_});
  EXPECT_EQ(With([](auto& r) { r.set_access_number("1069"); }), Numbers());
  EXPECT_EQ(With([](auto& r) { r.set_signature_id("江畔银行"); }), Numbers());
  EXPECT_GE(With([](auto& r) { r.set_signature_id("【云杉超市】"); }).size(),
            3u);
  EXPECT_GE(
      With([](auto& r) { r.set_carrier(admin::v1::CARRIER_MOBILE); }).size(),
      3u);
  EXPECT_EQ(With([](auto& r) { r.set_carrier(admin::v1::CARRIER_UNICOM); }),
            Numbers());
}

TEST_F(SearchFilterTest, FindsWordsInAnyScriptAndWidth) {
  EXPECT_EQ(With([](auto& r) { r.add_words("发票"); }), Numbers{cai_});
  EXPECT_EQ(With([](auto& r) { r.add_words("發票"); }), Numbers{cai_});
  EXPECT_EQ(With([](auto& r) { r.add_words("验证码４８２９１３"); }),
            Numbers{bo_});
  EXPECT_EQ(With([](auto& r) {
              r.add_words("云杉");
              r.add_words("请来电");
            }),
            Numbers{cai_});
  EXPECT_EQ(With([](auto& r) {
              r.add_words("验证码");
              r.add_words("请来电");
            }),
            Numbers());
  // With a number, too.
  EXPECT_EQ(With([](auto& r) {
              r.add_words("发票");
              r.set_recipient(kAnna);
            }),
            Numbers());
}

TEST_F(SearchFilterTest, FindsNumbersThatAreNotValidAsSubmitted) {
  const auto submitted = [this](const char* text) {
    return With([text](auto& r) { r.set_recipient_as_submitted(text); });
  };
  EXPECT_EQ(submitted("10086"), Numbers{"10086"});
  EXPECT_EQ(submitted("客服：１００８６"), Numbers{"10086"});
  EXPECT_EQ(submitted("pseudo-1"), Numbers{"Pseudo-1"});
  EXPECT_EQ(submitted("10087"), Numbers());
}

TEST_F(SearchFilterTest, FindsByTheStateAfterAllEvents) {
  const auto in = [this](v1::MessageState state, const char* number = "",
                         const char* code = "") {
    return With([&](auto& r) {
      r.set_state(state);
      r.set_recipient(number);
      r.set_carrier_code(code);
      r.set_page_size(1);
    });
  };
  EXPECT_EQ(in(v1::MESSAGE_STATE_QUEUED), (Numbers{anna_, bo_}));
  // Rejected, and two of them without a valid number.
  EXPECT_EQ(in(v1::MESSAGE_STATE_REJECTED),
            (Numbers{cai_, "10086", "Pseudo-1"}));
  const Phone anna = *ParsePhone(kAnna);
  const int partition = store_->PartitionOf(anna);
  const auto work = TakeAllWork(*store_, partition);
  ASSERT_TRUE(work.ok()) << work.status();
  for (const store::WorkItem& item : *work) {
    if (item.recipient != anna) continue;
    store::CarrierAnswer answer;
    answer.message = item.message;
    answer.recipient = anna;
    answer.link = "test";
    answer.state = v1::MESSAGE_STATE_REFUSED;
    answer.carrier_code = "MK:8";
    store::LinkRun run;
    run.written.push_back(item.message);
    run.answers.push_back(std::move(answer));
    store_->Ran(partition, std::move(run));
  }
  ASSERT_TRUE(WaitFor("the answer to be durable", [&] {
    return in(v1::MESSAGE_STATE_REFUSED) == Numbers{anna_};
  }));
  EXPECT_EQ(in(v1::MESSAGE_STATE_REFUSED, kAnna, "mk:8"), Numbers{anna_});
  EXPECT_EQ(in(v1::MESSAGE_STATE_REFUSED, "", "mk:8"), Numbers{anna_});
  EXPECT_EQ(in(v1::MESSAGE_STATE_QUEUED, kAnna), Numbers());
  EXPECT_EQ(in(v1::MESSAGE_STATE_QUEUED, "", "mk:8"), Numbers());
}

TEST_F(SearchFilterTest, SaysHowFarASearchHasCome) {
  SearchMessagesRequest request = FromTheStart();
  request.set_page_size(1);
  const auto search =
      ReadSearch(request, *store_->snapshot()->registry, store_->NowMs());
  ASSERT_TRUE(search.ok()) << search.status();
  const auto page = RunSearch(*store_, *search, filter::Language::kEnglish);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_NE(page->next_page_token(), "");
  EXPECT_EQ(page->reached_time().seconds(), kTenInTheMorningMs / 1000);
}

}  // namespace
}  // namespace sluice::gateway
