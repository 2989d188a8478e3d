// OptOutsService.ImportOptOuts on a whole server: counts, malformed entries by
// index and field, roles, limits and overload.

#include <set>

#include "absl/strings/match.h"
#include "google/rpc/error_details.pb.h"
#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {
namespace {

class ImportTest : public ServerTest {
 protected:
  using Stream = grpc::ClientReaderWriter<admin::v1::ImportOptOutsRequest,
                                          admin::v1::ImportOptOutsResponse>;

  void SetUp() override {
    config_.mutable_store()->set_partitions(2);
    config_.mutable_limits()->set_inbox_messages_max(20'000);
    Start();
    MakeWorld();
  }

  static void Add(const std::string& recipient,
                  admin::v1::ImportOptOutsRequest& request) {
    admin::v1::AddOptOutRequest& entry = *request.add_opt_outs();
    entry.set_recipient(recipient);
    entry.mutable_scope()->set_content_provider_id("shop");
  }

  static admin::v1::ImportOptOutsRequest Batch(uint64_t batch, int first,
                                               int count) {
    admin::v1::ImportOptOutsRequest request;
    request.set_batch(batch);
    for (int i = 0; i < count; ++i) Add(Number(first + i), request);
    return request;
  }

  // Sends all batches through one stream before it reads answers.
  grpc::Status Import(
      const std::string& key,
      const std::vector<admin::v1::ImportOptOutsRequest>& requests,
      std::vector<admin::v1::ImportOptOutsResponse>* responses) {
    const auto context = As(key);
    const auto stream =
        admin::v1::OptOutsService::NewStub(channel_)->ImportOptOuts(
            context.get());
    for (const auto& request : requests) stream->Write(request);
    stream->WritesDone();
    admin::v1::ImportOptOutsResponse response;
    while (stream->Read(&response)) responses->push_back(response);
    return stream->Finish();
  }

  admin::v1::ImportOptOutsResponse ImportOne(
      const admin::v1::ImportOptOutsRequest& request) {
    std::vector<admin::v1::ImportOptOutsResponse> responses;
    const grpc::Status status = Import(admin_key_, {request}, &responses);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return responses.size() == 1 ? responses[0]
                                 : admin::v1::ImportOptOutsResponse();
  }

  // All pages, each by a call of its own from the token of the last one on.
  std::vector<admin::v1::OptOut> Exported(
      admin::v1::StreamOptOutsRequest request) {
    std::vector<admin::v1::OptOut> all;
    const auto stub = admin::v1::OptOutsService::NewStub(channel_);
    do {
      const auto context = As(admin_key_);
      const auto stream = stub->StreamOptOuts(context.get(), request);
      admin::v1::StreamOptOutsResponse page;
      if (!stream->Read(&page)) {
        ADD_FAILURE() << stream->Finish().error_message();
        break;
      }
      context->TryCancel();
      all.insert(all.end(), page.opt_outs().begin(), page.opt_outs().end());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return all;
  }
  static std::set<std::string> NumbersOf(
      const std::vector<admin::v1::OptOut>& all) {
    std::set<std::string> numbers;
    for (const admin::v1::OptOut& one : all) numbers.insert(one.recipient());
    return numbers;
  }
  grpc::StatusCode ExportEnds(const admin::v1::StreamOptOutsRequest& request) {
    const auto context = As(admin_key_);
    const auto stream =
        admin::v1::OptOutsService::NewStub(channel_)->StreamOptOuts(
            context.get(), request);
    admin::v1::StreamOptOutsResponse page;
    while (stream->Read(&page)) continue;
    return stream->Finish().error_code();
  }

  admin::v1::LookupOptOutsResponse Lookup(const std::string& number) {
    admin::v1::LookupOptOutsRequest request;
    request.set_recipient(number);
    admin::v1::LookupOptOutsResponse found;
    const grpc::Status status =
        admin::v1::OptOutsService::NewStub(channel_)->LookupOptOuts(
            As(admin_key_).get(), request, &found);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return found;
  }
};

TEST_F(ImportTest, CountsWhatIsNewAndWhatWasThere) {
  ASSERT_EQ(SubmitOne(Commercial(Number(3))).decision(), v1::DECISION_ACCEPTED);
  std::vector<admin::v1::ImportOptOutsResponse> responses;
  const grpc::Status status =
      Import(admin_key_, {Batch(7, 0, 10), Batch(8, 5, 10), Batch(9, 0, 15)},
             &responses);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(responses.size(), 3u);
  EXPECT_EQ(responses[0].batch(), 7u);
  EXPECT_EQ(responses[0].added(), 10u);
  EXPECT_EQ(responses[0].existed(), 0u);
  EXPECT_EQ(responses[0].cancelled(), 1u);
  EXPECT_EQ(responses[1].batch(), 8u);
  EXPECT_EQ(responses[1].added(), 5u);
  EXPECT_EQ(responses[1].existed(), 5u);
  EXPECT_EQ(responses[2].added(), 0u);
  EXPECT_EQ(responses[2].existed(), 15u);
  EXPECT_EQ(SubmitOne(Commercial(Number(14))).reasons(0).code(),
            "RECIPIENT_OPTED_OUT");
  EXPECT_EQ(SubmitOne(Commercial(Number(15))).decision(),
            v1::DECISION_ACCEPTED);
  Restart();
  EXPECT_EQ(ImportOne(Batch(1, 0, 15)).existed(), 15u);
  const admin::v1::LookupOptOutsResponse found = Lookup(Number(3));
  ASSERT_EQ(found.opt_outs_size(), 1);
  EXPECT_EQ(found.opt_outs(0).source(), admin::v1::OPT_OUT_SOURCE_IMPORT);
  EXPECT_EQ(found.opt_outs(0).scope().content_provider_id(), "shop");
}

TEST_F(ImportTest, LookUpGivesOptOutsByPage) {
  // One opt-out for each class.
  for (int i = 0; i < 5; ++i) {
    admin::v1::ImportOptOutsRequest request = Batch(1, 3, 1);
    admin::v1::OptOutScope& scope =
        *request.mutable_opt_outs(0)->mutable_scope();
    scope.add_classes(static_cast<v1::MessageClass>(i + 1));
    ASSERT_EQ(ImportOne(request).added(), 1u) << i;
  }
  const auto stub = admin::v1::OptOutsService::NewStub(channel_);
  admin::v1::LookupOptOutsRequest request;
  request.set_recipient(Number(3));
  request.set_page_size(2);
  std::vector<int> sizes;
  std::set<std::string> ids;
  do {
    admin::v1::LookupOptOutsResponse page;
    ASSERT_TRUE(stub->LookupOptOuts(As(admin_key_).get(), request, &page).ok());
    sizes.push_back(page.opt_outs_size());
    for (const admin::v1::OptOut& one : page.opt_outs()) ids.insert(one.id());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && sizes.size() < 9);
  EXPECT_THAT(sizes, testing::ElementsAre(2, 2, 1));
  EXPECT_EQ(ids.size(), 5u);
  request.set_page_token("made-up");
  admin::v1::LookupOptOutsResponse page;
  EXPECT_EQ(
      stub->LookupOptOuts(As(admin_key_).get(), request, &page).error_code(),
      grpc::StatusCode::INVALID_ARGUMENT);
}

// Every opt-out of a time, in pages, whatever the partition; also after a start
// and from a page's token on.
TEST_F(ImportTest, AnExportHasEachOptOutOnce) {
  ASSERT_EQ(ImportOne(Batch(1, 0, 25)).added(), 25u);
  admin::v1::AddOptOutRequest of_all;
  of_all.set_recipient(Number(30));
  admin::v1::AddOptOutResponse added;
  const auto stub = admin::v1::OptOutsService::NewStub(channel_);
  ASSERT_TRUE(stub->AddOptOut(As(admin_key_).get(), of_all, &added).ok());
  admin::v1::RemoveOptOutRequest remove;
  remove.set_recipient(Number(7));
  remove.mutable_scope()->set_content_provider_id("shop");
  remove.set_proof("letter of today");
  *remove.mutable_consent_time() = added.opt_out().create_time();
  admin::v1::RemoveOptOutResponse removed;
  const grpc::Status status =
      stub->RemoveOptOut(As(admin_key_).get(), remove, &removed);
  ASSERT_TRUE(status.ok()) << status.error_message();
  Restart();

  admin::v1::StreamOptOutsRequest request;
  request.mutable_start_time()->set_seconds(1);
  request.set_page_size(4);
  const std::vector<admin::v1::OptOut> all = Exported(request);
  EXPECT_EQ(NumbersOf(all).size(), 26u);
  EXPECT_EQ(all.size(), 26u);
  for (const admin::v1::OptOut& opt_out : all) {
    EXPECT_EQ(opt_out.has_remove_time(),
              absl::EndsWith(opt_out.recipient(), Number(7)));
  }
  request.set_in_force(true);
  EXPECT_EQ(Exported(request).size(), 25u);
  request.set_content_provider_id("shop");
  EXPECT_EQ(Exported(request).size(), 24u);
  request.set_in_force(false);
  request.mutable_end_time()->set_seconds(2);
  EXPECT_EQ(Exported(request).size(), 0u);
  request.mutable_start_time()->set_seconds(3);
  EXPECT_EQ(ExportEnds(request), grpc::StatusCode::INVALID_ARGUMENT);
  request.clear_end_time();
  request.set_page_token("made-up");
  EXPECT_EQ(ExportEnds(request), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ImportTest, BadEntriesAreNamedAndTheRestIsRecorded) {
  admin::v1::ImportOptOutsRequest request;
  Add(Number(0), request);
  Add("12345", request);
  Add(Number(1), request);
  request.mutable_opt_outs(2)->mutable_scope()->set_content_provider_id("none");
  Add(Number(2), request);
  request.mutable_opt_outs(3)->mutable_scope()->set_signature_id("none");
  Add(Number(3), request);
  request.mutable_opt_outs(4)->mutable_scope()->add_classes(
      static_cast<v1::MessageClass>(77));
  Add(Number(4), request);
  request.mutable_opt_outs(5)->set_evidence(std::string(1001, 'x'));
  Add(Number(5), request);
  request.mutable_opt_outs(6)->set_source(
      static_cast<admin::v1::OptOutSource>(99));
  Add(Number(6), request);
  request.mutable_opt_outs(7)->set_evidence("list of 2026-01, line 8");
  request.mutable_opt_outs(7)->set_source(
      admin::v1::OPT_OUT_SOURCE_HOTLINE_12321);
  const admin::v1::ImportOptOutsResponse response = ImportOne(request);
  EXPECT_EQ(response.added(), 2u);
  std::vector<std::pair<uint32_t, std::string>> refused;
  for (const admin::v1::RefusedOptOut& r : response.refused()) {
    refused.emplace_back(r.index(), r.field());
    EXPECT_FALSE(r.fault().empty());
    EXPECT_FALSE(absl::StrContains(r.fault(), "12345"));
  }
  EXPECT_EQ(refused, (std::vector<std::pair<uint32_t, std::string>>{
                         {1, "recipient"},
                         {2, "scope.content_provider_id"},
                         {3, "scope.signature_id"},
                         {4, "scope.classes"},
                         {5, "evidence"},
                         {6, "source"}}));
  const admin::v1::LookupOptOutsResponse found = Lookup(Number(6));
  ASSERT_EQ(found.opt_outs_size(), 1);
  EXPECT_EQ(found.opt_outs(0).source(),
            admin::v1::OPT_OUT_SOURCE_HOTLINE_12321);
  EXPECT_EQ(found.opt_outs(0).evidence(), "list of 2026-01, line 8");
  // A batch without a valid entry gets an answer as well.
  admin::v1::ImportOptOutsRequest bad;
  Add("1", bad);
  EXPECT_EQ(ImportOne(bad).refused_size(), 1);
}

TEST_F(ImportTest, AFaultyBatchIsAnsweredAndTheNextIsTaken) {
  admin::v1::ImportOptOutsRequest not_utf8 = Batch(3, 0, 1);
  not_utf8.mutable_opt_outs(0)->set_evidence("\xff");
  std::vector<admin::v1::ImportOptOutsResponse> responses;
  const grpc::Status status = Import(
      admin_key_,
      {Batch(1, 0, 0), Batch(2, 0, 10'001), not_utf8, Batch(4, 0, 10'000)},
      &responses);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(responses.size(), 4u);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(responses[i].batch(), static_cast<uint64_t>(i + 1));
    EXPECT_EQ(responses[i].status().code(), grpc::INVALID_ARGUMENT) << i;
  }
  EXPECT_FALSE(responses[3].has_status());
  EXPECT_EQ(responses[3].added(), 10'000u);
}

TEST_F(ImportTest, OnlyItsRolesMayImport) {
  std::vector<admin::v1::ImportOptOutsResponse> responses;
  for (const admin::v1::Role role :
       {admin::v1::ROLE_AUDIT, admin::v1::ROLE_SUBMIT}) {
    const std::string key =
        MakeKey(role == admin::v1::ROLE_SUBMIT ? "acc" : "", {role});
    EXPECT_EQ(Import(key, {Batch(1, 0, 1)}, &responses).error_code(),
              grpc::StatusCode::PERMISSION_DENIED);
  }
  EXPECT_EQ(Import("", {Batch(1, 0, 1)}, &responses).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_TRUE(responses.empty());
  for (const admin::v1::Role role :
       {admin::v1::ROLE_OFFICER, admin::v1::ROLE_COMPLAINTS}) {
    EXPECT_TRUE(Import(MakeKey("", {role}), {Batch(1, 0, 1)}, &responses).ok());
  }
  EXPECT_EQ(responses.size(), 2u);
}

TEST_F(ImportTest, OverloadIsAnsweredWithADelay) {
  config_.mutable_limits()->set_inbox_messages_max(10);
  Restart();
  const admin::v1::ImportOptOutsResponse response = ImportOne(Batch(1, 0, 11));
  EXPECT_EQ(response.status().code(), grpc::RESOURCE_EXHAUSTED);
  ASSERT_EQ(response.status().details_size(), 2);
  google::rpc::ErrorInfo info;
  EXPECT_TRUE(response.status().details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "OVERLOADED");
  google::rpc::RetryInfo retry;
  EXPECT_TRUE(response.status().details(1).UnpackTo(&retry));
  EXPECT_EQ(ImportOne(Batch(1, 0, 10)).added(), 10u);
}

}  // namespace
}  // namespace sluice::gateway
