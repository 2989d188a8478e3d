// Corrections of opt-outs on a whole server: two persons, states, roles, pages,
// imports, and what a restart in the middle leaves.

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "gateway/corrections/correction_run.h"
#include "gateway/corrections/import_book.h"
#include "tests/gateway/rpc_detail.h"
#include "tests/gateway/server_fixture.h"
#include "tests/store/store_fixture.h"

namespace sluice::gateway {
namespace {

using admin::v1::OptOutCorrection;
using Stub = admin::v1::OptOutsService::Stub;

class CorrectionsTest : public ServerTest {
 protected:
  void SetUp() override {
    config_.mutable_store()->set_partitions(2);
    Start();
    MakeWorld();
    MakeKeys();
  }

  void MakeKeys() {
    officer_ = MakeKey("", {admin::v1::ROLE_OFFICER});
    colleague_ = MakeKey("", {admin::v1::ROLE_OFFICER});
    complaints_ = MakeKey("", {admin::v1::ROLE_COMPLAINTS});
    audit_ = MakeKey("", {admin::v1::ROLE_AUDIT});
  }

  template <typename Request, typename Response>
  grpc::Status Call(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                 const Request&, Response*),
                    const std::string& key, const Request& request,
                    Response& response) {
    const auto stub = admin::v1::OptOutsService::NewStub(channel_);
    return ((*stub).*method)(As(key).get(), request, &response);
  }

  // Imports the numbers from `first` on; returns the import's id.
  std::string Import(const std::string& id, int first, int count) {
    const auto context = As(officer_);
    const auto stub = admin::v1::OptOutsService::NewStub(channel_);
    const auto stream = stub->ImportOptOuts(context.get());
    std::string answered;
    for (int at = 0; at < count; at += 5'000) {
      admin::v1::ImportOptOutsRequest request;
      request.set_import_id(id);
      for (int i = at; i < std::min(count, at + 5'000); ++i) {
        admin::v1::AddOptOutRequest& entry = *request.add_opt_outs();
        entry.set_recipient(Number(first + i));
        entry.mutable_scope()->set_content_provider_id("shop");
      }
      EXPECT_TRUE(stream->Write(request));
      admin::v1::ImportOptOutsResponse response;
      EXPECT_TRUE(stream->Read(&response));
      EXPECT_FALSE(response.has_status()) << response.status().message();
      answered = response.import_id();
    }
    stream->WritesDone();
    EXPECT_TRUE(stream->Finish().ok());
    return answered;
  }

  // The answer to a stream of one number.
  admin::v1::ImportOptOutsResponse ImportOne(const std::string& id,
                                             const std::string& recipient) {
    const auto context = As(officer_);
    const auto stub = admin::v1::OptOutsService::NewStub(channel_);
    const auto stream = stub->ImportOptOuts(context.get());
    admin::v1::ImportOptOutsRequest request;
    request.set_import_id(id);
    admin::v1::AddOptOutRequest& entry = *request.add_opt_outs();
    entry.set_recipient(recipient);
    entry.mutable_scope()->set_content_provider_id("shop");
    EXPECT_TRUE(stream->Write(request));
    admin::v1::ImportOptOutsResponse response;
    EXPECT_TRUE(stream->Read(&response));
    stream->WritesDone();
    EXPECT_TRUE(stream->Finish().ok());
    return response;
  }

  admin::v1::AddOptOutResponse Add(const std::string& recipient,
                                   const std::string& evidence) {
    admin::v1::AddOptOutRequest request;
    request.set_recipient(recipient);
    request.mutable_scope()->set_content_provider_id("shop");
    request.set_source(admin::v1::OPT_OUT_SOURCE_COMPLAINT);
    request.set_evidence(evidence);
    admin::v1::AddOptOutResponse response;
    const grpc::Status status =
        Call(&Stub::AddOptOut, complaints_, request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  std::vector<admin::v1::OptOut> Lookup(const std::string& recipient) {
    admin::v1::LookupOptOutsRequest request;
    request.set_recipient(recipient);
    admin::v1::LookupOptOutsResponse response;
    const grpc::Status status =
        Call(&Stub::LookupOptOuts, officer_, request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return {response.opt_outs().begin(), response.opt_outs().end()};
  }

  grpc::Status Propose(const std::string& key, const std::string& opt_out_id,
                       const std::string& import_id,
                       OptOutCorrection* correction = nullptr) {
    admin::v1::ProposeCorrectionRequest request;
    request.set_opt_out_id(opt_out_id);
    request.set_import_id(import_id);
    request.set_reason("the wrong list");
    admin::v1::ProposeCorrectionResponse response;
    const grpc::Status status =
        Call(&Stub::ProposeCorrection, key, request, response);
    if (correction != nullptr) *correction = response.correction();
    return status;
  }

  grpc::Status Confirm(const std::string& key, const std::string& id,
                       OptOutCorrection* correction = nullptr) {
    admin::v1::ConfirmCorrectionRequest request;
    request.set_id(id);
    request.set_remark("looked at it");
    admin::v1::ConfirmCorrectionResponse response;
    const grpc::Status status =
        Call(&Stub::ConfirmCorrection, key, request, response);
    if (correction != nullptr) *correction = response.correction();
    return status;
  }

  grpc::Status Withdraw(const std::string& key, const std::string& id,
                        const std::string& remark) {
    admin::v1::WithdrawCorrectionRequest request;
    request.set_id(id);
    request.set_remark(remark);
    admin::v1::WithdrawCorrectionResponse response;
    return Call(&Stub::WithdrawCorrection, key, request, response);
  }

  std::vector<OptOutCorrection> List(
      admin::v1::CorrectionState state =
          admin::v1::CORRECTION_STATE_UNSPECIFIED) {
    admin::v1::ListCorrectionsRequest request;
    request.set_state(state);
    request.set_page_size(1);
    std::vector<OptOutCorrection> found;
    do {
      admin::v1::ListCorrectionsResponse page;
      const grpc::Status status =
          Call(&Stub::ListCorrections, audit_, request, page);
      EXPECT_TRUE(status.ok()) << status.error_message();
      found.insert(found.end(), page.corrections().begin(),
                   page.corrections().end());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return found;
  }

  OptOutCorrection Find(const std::string& id) {
    for (OptOutCorrection& one : List()) {
      if (one.id() == id) return one;
    }
    ADD_FAILURE() << "no correction " << id;
    return {};
  }
  OptOutCorrection AwaitDone(const std::string& id) {
    OptOutCorrection found;
    EXPECT_TRUE(WaitFor("the correction's end", [&] {
      found = Find(id);
      return found.state() != admin::v1::CORRECTION_STATE_RUNNING;
    }));
    return found;
  }

  std::string officer_, colleague_, complaints_, audit_;
};

TEST_F(CorrectionsTest, TwoPersonsRemoveOneOptOutAndTheOtherStays) {
  const std::string number = Number(1);
  const auto wrong = Add(number, "call 118, wrong number");
  const auto own = Add(number, "call 119");
  EXPECT_FALSE(own.existed());
  OptOutCorrection correction;
  grpc::Status status =
      Propose(complaints_, wrong.opt_out().id(), "", &correction);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(correction.state(), admin::v1::CORRECTION_STATE_PROPOSED);
  EXPECT_EQ(correction.found(), 1u);
  EXPECT_EQ(correction.proposer(), KeyId(complaints_));
  EXPECT_FALSE(Lookup(number)[0].has_remove_time());
  // Once is enough.
  EXPECT_EQ(Propose(officer_, wrong.opt_out().id(), "").error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(Confirm(complaints_, correction.id()).error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  status = Confirm(officer_, correction.id(), &correction);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(correction.state(), admin::v1::CORRECTION_STATE_DONE);
  EXPECT_EQ(correction.removed(), 1u);
  EXPECT_EQ(correction.decider(), KeyId(officer_));
  EXPECT_EQ(correction.remark(), "looked at it");
  const auto opt_outs = Lookup(number);
  ASSERT_EQ(opt_outs.size(), 2u);
  EXPECT_EQ(opt_outs[0].remover(), KeyId(officer_));
  EXPECT_EQ(opt_outs[0].removal_proof(), "the wrong list");
  EXPECT_EQ(opt_outs[0].correction_id(), correction.id());
  EXPECT_FALSE(opt_outs[0].has_consent_time());
  EXPECT_FALSE(opt_outs[1].has_remove_time());
  EXPECT_EQ(SubmitOne(Commercial(number)).decision(), v1::DECISION_REJECTED);
  // It is over, and cannot be proposed again.
  EXPECT_EQ(Confirm(colleague_, correction.id()).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(Propose(officer_, wrong.opt_out().id(), "").error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(CorrectionsTest, ThePersonWhoProposedCannotConfirm) {
  const auto wrong = Add(Number(1), "call 118");
  OptOutCorrection correction;
  ASSERT_TRUE(Propose(officer_, wrong.opt_out().id(), "", &correction).ok());
  const grpc::Status same = Confirm(officer_, correction.id());
  EXPECT_EQ(same.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(same), "NEEDS_COLLEAGUE") << same.error_message();
  EXPECT_EQ(Find(correction.id()).state(),
            admin::v1::CORRECTION_STATE_PROPOSED);
  config_.mutable_rules()->set_approval(config::v1::APPROVAL_ONE_PERSON);
  Restart();
  EXPECT_TRUE(Confirm(officer_, correction.id()).ok());
  EXPECT_TRUE(Lookup(Number(1))[0].has_remove_time());
}

TEST_F(CorrectionsTest, AWithdrawnCorrectionHasNoEffect) {
  const auto wrong = Add(Number(1), "call 118");
  OptOutCorrection correction;
  ASSERT_TRUE(Propose(officer_, wrong.opt_out().id(), "", &correction).ok());
  EXPECT_EQ(Withdraw(colleague_, correction.id(), "").error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(Withdraw(officer_, correction.id(), "it was right").ok());
  Restart();
  EXPECT_EQ(Find(correction.id()).state(),
            admin::v1::CORRECTION_STATE_WITHDRAWN);
  EXPECT_EQ(Confirm(colleague_, correction.id()).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_FALSE(Lookup(Number(1))[0].has_remove_time());
  // It may be proposed again.
  EXPECT_TRUE(Propose(officer_, wrong.opt_out().id(), "").ok());
  EXPECT_EQ(List().size(), 2u);
  EXPECT_EQ(List(admin::v1::CORRECTION_STATE_WITHDRAWN).size(), 1u);
}

TEST_F(CorrectionsTest, WhatIsNotThereCannotBeProposed) {
  const auto refuse = [&](const std::string& opt_out, const std::string& import,
                          grpc::StatusCode code) {
    const grpc::Status status = Propose(officer_, opt_out, import);
    EXPECT_EQ(status.error_code(), code) << opt_out << import;
  };
  refuse("", "", grpc::StatusCode::INVALID_ARGUMENT);
  refuse("a", "b", grpc::StatusCode::INVALID_ARGUMENT);
  refuse("000000000000000", "", grpc::StatusCode::NOT_FOUND);
  refuse("13800138000", "", grpc::StatusCode::NOT_FOUND);
  refuse("", "none.txt", grpc::StatusCode::NOT_FOUND);
  // A message is no opt-out.
  refuse(SubmitOne(Notice(Number(1))).message_id(), "",
         grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Confirm(officer_, "c7").error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Confirm(officer_, "7").error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(CorrectionsTest, AnImportIsUndoneButForOwnRefusals) {
  Add(Number(10), "call 1");  // Before the import.
  EXPECT_EQ(Import("wrong.txt", 0, 6'000), "wrong.txt");
  Add(Number(11), "call 2");  // After it.
  EXPECT_EQ(Import("right.txt", 12, 1), "right.txt");
  OptOutCorrection correction;
  grpc::Status status = Propose(officer_, "", "wrong.txt", &correction);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(correction.found(), 6'000u);
  status = Confirm(colleague_, correction.id());
  ASSERT_TRUE(status.ok()) << status.error_message();
  correction = AwaitDone(correction.id());
  EXPECT_EQ(correction.state(), admin::v1::CORRECTION_STATE_DONE);
  EXPECT_EQ(correction.removed(), 6'000u);
  EXPECT_EQ(correction.found(), 6'000u);
  EXPECT_EQ(correction.kept(), 0u);
  for (const int own : {10, 11, 12}) {
    EXPECT_EQ(SubmitOne(Commercial(Number(own))).decision(),
              v1::DECISION_REJECTED)
        << own;
  }
  for (const int wrong : {0, 9, 13, 5'999}) {
    const auto opt_outs = Lookup(Number(wrong));
    ASSERT_EQ(opt_outs.size(), 1u);
    EXPECT_EQ(opt_outs[0].import_id(), "wrong.txt");
    EXPECT_EQ(opt_outs[0].correction_id(), correction.id());
    EXPECT_EQ(opt_outs[0].remover(), KeyId(colleague_));
  }
  EXPECT_EQ(Propose(officer_, "", "wrong.txt").error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  // The same list was right after all, and is imported again.
  Import("wrong.txt", 0, 20);
  EXPECT_EQ(SubmitOne(Commercial(Number(0))).decision(), v1::DECISION_REJECTED);
  EXPECT_TRUE(Propose(officer_, "", "wrong.txt").ok());
}

TEST_F(CorrectionsTest, ImportsAreListedAndKeepTheirIds) {
  // All that a key imports without an id on a day is one import. Repeated, it
  // changes nothing.
  const std::string made = Import("", 0, 3);
  EXPECT_EQ(made, absl::StrCat("unnamed:20261122-", KeyId(officer_)));
  EXPECT_EQ(Import("", 0, 3), made);
  EXPECT_EQ(Lookup(Number(0)).size(), 1u);
  EXPECT_EQ(Lookup(Number(0))[0].import_id(), made);
  Import("a.txt", 0, 3);
  Import("a.txt", 0, 3);
  for (int start = 0; start < 2; ++start) {
    admin::v1::ListOptOutImportsRequest request;
    request.set_page_size(1);
    admin::v1::ListOptOutImportsResponse page;
    ASSERT_TRUE(Call(&Stub::ListOptOutImports, audit_, request, page).ok());
    ASSERT_EQ(page.imports_size(), 1);
    EXPECT_EQ(page.imports(0).id(), "a.txt");
    EXPECT_EQ(page.imports(0).actor(), KeyId(officer_));
    EXPECT_TRUE(page.imports(0).has_begin_time());
    request.set_page_token(page.next_page_token());
    page.Clear();
    ASSERT_TRUE(Call(&Stub::ListOptOutImports, audit_, request, page).ok());
    ASSERT_EQ(page.imports_size(), 1);
    EXPECT_EQ(page.imports(0).id(), made);
    EXPECT_TRUE(page.next_page_token().empty());
    Restart();
  }
}

TEST_F(CorrectionsTest, AnImportIdIsPlain) {
  for (const std::string& id :
       {std::string("a b"), std::string(65, 'a'), std::string("号码"),
        std::string("unnamed:1")}) {
    EXPECT_EQ(ImportOne(id, Number(1)).status().code(), grpc::INVALID_ARGUMENT)
        << id;
  }
  EXPECT_TRUE(Lookup(Number(1)).empty());
}

// What an import would add while its correction is open would be acknowledged
// and then removed with the rest.
TEST_F(CorrectionsTest, AnImportTakesNothingWhileItsCorrectionIsOpen) {
  Import("list.txt", 0, 3);
  OptOutCorrection correction;
  ASSERT_TRUE(Propose(officer_, "", "list.txt", &correction).ok());
  const auto refused = ImportOne("list.txt", Number(1));
  EXPECT_EQ(refused.status().code(), grpc::FAILED_PRECONDITION);
  EXPECT_THAT(refused.status().message(),
              testing::HasSubstr("correction " + correction.id()));
  EXPECT_FALSE(ImportOne("other.txt", Number(1)).has_status());
  ASSERT_TRUE(Withdraw(officer_, correction.id(), "it was right").ok());
  EXPECT_FALSE(ImportOne("list.txt", Number(4)).has_status());
  EXPECT_EQ(SubmitOne(Commercial(Number(4))).decision(), v1::DECISION_REJECTED);
  ASSERT_TRUE(Propose(officer_, "", "list.txt", &correction).ok());
  ASSERT_TRUE(Confirm(colleague_, correction.id()).ok());
  AwaitDone(correction.id());
  EXPECT_FALSE(ImportOne("list.txt", Number(5)).has_status());
  EXPECT_EQ(SubmitOne(Commercial(Number(5))).decision(), v1::DECISION_REJECTED);
}

// A caller that gives no id cannot give another one.
TEST_F(CorrectionsTest, WhatHasNoIdIsTakenWhileTheDaysImportIsCorrected) {
  const std::string wrong = Import("", 0, 3);
  OptOutCorrection correction;
  ASSERT_TRUE(Propose(officer_, "", wrong, &correction).ok());
  EXPECT_EQ(ImportOne("", Number(4)).import_id(), wrong + "-2");
  ASSERT_TRUE(Confirm(colleague_, correction.id()).ok());
  AwaitDone(correction.id());
  EXPECT_EQ(SubmitOne(Commercial(Number(4))).decision(), v1::DECISION_REJECTED);
  EXPECT_EQ(SubmitOne(Commercial(Number(0))).decision(), v1::DECISION_ACCEPTED);
}

// A stop in the middle: the next start goes on, and the counts are of both.
TEST_F(CorrectionsTest, ARestartInTheMiddleGoesOn) {
  Import("wrong.txt", 0, 20'000);
  Add(Number(7), "call 1");
  OptOutCorrection correction;
  ASSERT_TRUE(Propose(officer_, "", "wrong.txt", &correction).ok());
  ASSERT_TRUE(Confirm(colleague_, correction.id(), &correction).ok());
  EXPECT_EQ(correction.state(), admin::v1::CORRECTION_STATE_RUNNING);
  ASSERT_TRUE(WaitFor("the first removals",
                      [&] { return Find(correction.id()).removed() > 0; }));
  Restart();
  const OptOutCorrection done = AwaitDone(correction.id());
  EXPECT_EQ(done.removed(), 20'000u);
  EXPECT_EQ(done.found(), 20'000u);
  EXPECT_EQ(SubmitOne(Commercial(Number(7))).decision(), v1::DECISION_REJECTED);
  EXPECT_TRUE(Lookup(Number(19'999))[0].has_remove_time());
}

TEST_F(CorrectionsTest, AnOptOutThatExistedIsShownAsItsRecordSays) {
  const auto first = Add(Number(1), "call 118");
  admin::v1::AddOptOutRequest request;
  request.set_recipient(Number(1));
  request.mutable_scope()->set_content_provider_id("shop");
  request.set_source(admin::v1::OPT_OUT_SOURCE_COMPLAINT);
  request.set_evidence("call 118");
  admin::v1::AddOptOutResponse again;
  ASSERT_TRUE(Call(&Stub::AddOptOut, officer_, request, again).ok());
  EXPECT_TRUE(again.existed());
  // The first person recorded it.
  EXPECT_EQ(again.opt_out().actor(), KeyId(complaints_));
  EXPECT_EQ(again.opt_out().id(), first.opt_out().id());
}

TEST_F(CorrectionsTest, TheDossierShowsEveryRemovalAndAConsentItsDate) {
  Add(Number(1), "call 1");
  Add(Number(1), "call 2");
  admin::v1::RemoveOptOutRequest remove;
  remove.set_recipient(Number(1));
  remove.mutable_scope()->set_content_provider_id("shop");
  remove.set_proof("form 3");
  clock_.Advance(absl::Minutes(1));
  remove.mutable_consent_time()->set_seconds(kTenInTheMorningMs / 1000 + 30);
  admin::v1::RemoveOptOutResponse removed;
  const grpc::Status status =
      Call(&Stub::RemoveOptOut, officer_, remove, removed);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(removed.removed_size(), 2);
  EXPECT_EQ(removed.removed(1).remover(), KeyId(officer_));
  EXPECT_EQ(removed.removed(1).consent_time().seconds(),
            remove.consent_time().seconds());
  EXPECT_EQ(Lookup(Number(1))[1].consent_time().seconds(),
            remove.consent_time().seconds());
  admin::v1::GetDossierRequest request;
  request.set_recipient(Number(1));
  admin::v1::GetDossierResponse dossier;
  ASSERT_TRUE(admin::v1::DossierService::NewStub(channel_)
                  ->GetDossier(As(audit_).get(), request, &dossier)
                  .ok());
  ASSERT_EQ(dossier.entries_size(), 4);
  std::set<std::string> ids;
  for (int i = 0; i < 2; ++i) {
    const admin::v1::OptOut& shown = dossier.entries(i).opt_out_removed();
    ids.insert(shown.id());
    EXPECT_EQ(shown.remover(), KeyId(officer_));
    EXPECT_EQ(shown.consent_time().seconds(), remove.consent_time().seconds());
  }
  EXPECT_EQ(ids.size(), 2u);
  EXPECT_EQ(dossier.opt_outs_size(), 0);
  ASSERT_EQ(dossier.past_opt_outs_size(), 2);
  for (const admin::v1::OptOut& past : dossier.past_opt_outs()) {
    EXPECT_TRUE(ids.contains(past.id()));
    EXPECT_EQ(past.remover(), KeyId(officer_));
    EXPECT_LT(past.create_time().seconds(), past.remove_time().seconds());
  }
}

// The run itself on a real store, stopped after every batch in turn.
class CorrectionRunTest : public store::StoreTest {
 protected:
  // Imports `count` numbers as wrong.txt.
  static void Import(store::Store& store, ImportBook& imports, uint64_t count) {
    ASSERT_TRUE(imports.Begin("wrong.txt", "anna").ok());
    store::OptOutBatch batch;
    batch.import_id = "wrong.txt";
    for (uint64_t i = 0; i < count; ++i) {
      batch.entries.push_back(
          store::OptOutEntryOf(Phone{8613800000000 + i}, kShop));
    }
    store::Promised<absl::Status> recorded;
    batch.done = [&](absl::Status status) { recorded.Set(std::move(status)); };
    ASSERT_TRUE(store.AddOptOuts(batch).ok());
    ASSERT_TRUE(recorded.Get().ok());
  }

  static OptOutCorrection Correction() {
    OptOutCorrection correction;
    correction.set_id("c1");
    correction.set_import_id("wrong.txt");
    correction.set_reason("the wrong list");
    correction.set_decider("bert");
    return correction;
  }
};

// The journals count what was written in a mistaken future as written when the
// clock went back.
TEST_F(CorrectionRunTest, AnImportInAFutureThatNeverWasIsFound) {
  constexpr absl::Duration kAhead = absl::Hours(400 * 24);
  auto store = Open(2);
  ImportBook imports(*store);
  clock_.Step(kAhead);
  ASSERT_TRUE(store->AcceptClock("key", "by habit").ok());
  Import(*store, imports, 100);
  clock_.Step(-kAhead);
  ASSERT_TRUE(store->TurnClockBack("key", "it was wrong").ok());
  Import(*store, imports, 200);
  const StopAsked never;
  CorrectionRun run(*store, imports, never);
  const auto counts = run.Remove(Correction());
  ASSERT_TRUE(counts.ok()) << counts.status();
  EXPECT_EQ(counts->removed, 200u);
}

TEST_F(CorrectionRunTest, AnInterruptedRunIsRunAgain) {
  constexpr uint64_t kCount = 2'600;
  auto store = Open(2);
  ImportBook imports(*store);
  Import(*store, imports, kCount);
  const OptOutCorrection correction = Correction();
  bool stop = false;
  const StopAsked asked = [&stop] { return stop; };
  CorrectionRun counting(*store, imports, asked);
  const auto counted = counting.Count(correction);
  ASSERT_TRUE(counted.ok()) << counted.status();
  EXPECT_EQ(counted->found(), kCount);
  const auto in_force = [&store] {
    return store->Stats(0).opt_outs + store->Stats(1).opt_outs;
  };
  int runs = 0;
  for (;; ++runs) {
    ASSERT_LT(runs, 20);
    stop = false;
    const uint64_t before = in_force();
    CorrectionRun run(*store, imports, asked, [&](const CorrectionCounts&) {
      stop = in_force() < before;
    });
    const auto counts = run.Remove(correction);
    if (counts.ok()) {
      EXPECT_EQ(*counts, (CorrectionCounts{.removed = kCount}));
      break;
    }
    ASSERT_TRUE(absl::IsCancelled(counts.status())) << counts.status();
  }
  EXPECT_GE(runs, 4);
  EXPECT_EQ(in_force(), 0u);
}

}  // namespace
}  // namespace sluice::gateway
