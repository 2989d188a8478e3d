// The handlers of the partition's writer, driven one command at a time without
// a store: what they record, and when they answer.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "filter/examine/snapshot.h"
#include "filter/policy/blocks.h"
#include "store/journal/record_reader.h"
#include "store/writer/hand_over_recovery.h"
#include "store/writer/link_handler.h"
#include "store/writer/message_end.h"
#include "store/writer/opt_out_handler.h"
#include "store/writer/reply_handler.h"
#include "store/writer/waiting_handler.h"
#include "store/writer/work_handler.h"
#include "tests/fakes/lossy_journal_file.h"
#include "tests/store/context_fixture.h"

namespace sluice::store {
namespace {

using Answered = std::optional<absl::Status>;

class HandlersTest : public ContextTest {
 protected:
  // An opt-out of one number from everybody, as a batch.
  struct OptOut {
    explicit OptOut(Phone recipient) {
      batch.parts.resize(4);
      batch.parts[3] = {0};
      batch.parts_open = 1;
      batch.entries = {OptOutEntryOf(recipient, 0)};
      batch.results.resize(1);
      batch.done = [this](absl::Status status) { answered = status; };
      EXPECT_TRUE(bound.TryTake(1).ok());
    }
    AddOptOutsCommand command() { return {&batch, &bound}; }

    OptOutBatch batch;
    InboxBound bound{1, "full"};
    Answered answered;
  };

  void DeliverDurable() {
    for (OptOutDurableCommand& command : std::exchange(pushed_, {})) {
      opt_outs_.Do(command);
    }
  }

  // The same reply of Anna, as a carrier repeats it.
  void ReplyTwice(const std::string& text, int& acknowledged) {
    for (int i = 0; i < 2; ++i) {
      ReplyCommand command;
      command.reply.recipient = kAnna;
      command.reply.text = text;
      command.reply.carrier_message_id = "id";
      command.reply.done = [&acknowledged](const absl::Status& status) {
        EXPECT_TRUE(status.ok());
        ++acknowledged;
      };
      replies_.Do(command);
    }
  }

  LossyJournalFiles files_;
  RedoCommands redo_;
  OptOutWaiters waiters_;
  std::vector<OptOutDurableCommand> pushed_;
  std::vector<Carrier> due_;
  RecordReader reader_{files_, {}};
  WorkHandler work_{context_,
                    {redo_, reader_, [](const std::string&) {},
                     [this](Carrier carrier) { due_.push_back(carrier); }}};
  LinkHandler links_{context_, redo_, waiters_};
  OptOutHandler opt_outs_{context_, waiters_,
                          [this](OptOutDurableCommand command) {
                            pushed_.push_back(std::move(command));
                          }};
  ReplyHandler replies_{
      context_, opt_outs_,
      [](RecordRef) -> absl::StatusOr<std::string> {
        return absl::NotFoundError("no records");
      },
      [](Phone, size_t) -> absl::StatusOr<std::vector<RecordRef>> {
        return std::vector<RecordRef>();
      }};
};

TEST_F(HandlersTest, AnOptOutIsAnsweredWhenDurableAndCancelsWhatWaits) {
  AddWaiting(kAnna, 7);
  OptOut opt_out(kAnna);
  AddOptOutsCommand command = opt_out.command();
  opt_outs_.Do(command);
  EXPECT_TRUE(opt_out.bound.TryTake(1).ok());  // It has left the inbox.
  EXPECT_EQ(opt_out.batch.results[0].cancelled, 1u);
  EXPECT_EQ(context_.state->outbox.Find(7), nullptr);
  const auto records = Records();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_TRUE(records[0].has_opt_out_added());
  EXPECT_EQ(records[1].ended().state(), sluice::v1::MESSAGE_STATE_CANCELLED);
  EndGroup();
  EXPECT_FALSE(opt_out.answered.has_value());  // The command is pending.
  DeliverDurable();
  EXPECT_EQ(opt_out.answered, absl::OkStatus());
}

TEST_F(HandlersTest, AnOptOutWaitsForWhatIsOnItsWayToASocket) {
  AddHandedOver(kAnna, 7);
  AddHandedOver(kBert, 8);
  OptOut opt_out(kAnna);
  AddOptOutsCommand command = opt_out.command();
  opt_outs_.Do(command);
  EndGroup();
  DeliverDurable();
  LinkRunCommand other{{.written = {RecordRef::FromValue(8)}}};
  links_.Do(other);
  EXPECT_FALSE(opt_out.answered.has_value());
  LinkRunCommand written{{.written = {RecordRef::FromValue(7)}}};
  links_.Do(written);
  EXPECT_EQ(opt_out.answered, absl::OkStatus());
}

TEST_F(HandlersTest, AnOptOutThatFailsIsAnsweredSo) {
  OptOut opt_out(kAnna);
  AddOptOutsCommand command = opt_out.command();
  opt_outs_.Do(command);
  EndGroup(absl::UnavailableError("journal"));
  DeliverDurable();
  EXPECT_EQ(opt_out.answered, absl::UnavailableError("journal"));
}

TEST_F(HandlersTest, NothingIsRecordedOnAFullDisk) {
  context_.space = absl::ResourceExhaustedError("disk");
  OptOut opt_out(kAnna);
  AddOptOutsCommand command = opt_out.command();
  opt_outs_.Do(command);
  ASSERT_TRUE(opt_out.answered.has_value());
  EXPECT_EQ(opt_out.answered->code(), absl::StatusCode::kResourceExhausted);
  std::optional<absl::StatusOr<Work>> work;
  TakeWorkCommand take;
  take.request.done = [&work](absl::StatusOr<Work> got) { work = got; };
  work_.Do(take);
  EXPECT_EQ(work->status(), context_.space);
  EXPECT_TRUE(Records().empty());
}

TEST_F(HandlersTest, ADueMessageIsAnnouncedOnceAndHandedOverWhenDurable) {
  AddWaiting(kAnna, 7);
  work_.Announce();
  work_.Announce();
  EXPECT_EQ(due_.size(), 1u);
  std::optional<absl::StatusOr<Work>> work;
  TakeWorkCommand take;
  take.request.link = "link";
  take.request.carriers.fill(true);
  take.request.segments_max = 16;
  take.request.done = [&work](absl::StatusOr<Work> got) { work = got; };
  work_.Do(take);
  EXPECT_FALSE(work.has_value());
  EndGroup();
  ASSERT_TRUE(work.has_value() && work->ok());
  ASSERT_EQ((*work)->items.size(), 1u);
  EXPECT_EQ((*work)->items[0].text, kCommercialText);
  EXPECT_EQ(context_.state->outbox.Find(7)->state,
            sluice::v1::MESSAGE_STATE_HANDED_OVER);
  EXPECT_EQ(redo_.TakeAll().size(), 1u);
}

TEST_F(HandlersTest, MessagesOfAPausedAccessNumberWaitButForOneProbe) {
  for (const uint64_t message : {7, 8, 9}) AddWaiting(kAnna, message);
  work_.Announce();
  const auto take = [this](bool probe) {
    std::vector<uint64_t> taken;
    TakeWorkCommand command;
    command.request.link = "link";
    command.request.carriers.fill(true);
    command.request.segments_max = 16;
    const std::string number(
        context_.state->outbox.Find(9)->access_number.view());
    command.request.paused = {{number, probe}};
    command.request.done = [&taken](absl::StatusOr<Work> got) {
      ASSERT_TRUE(got.ok());
      for (const WorkItem& item : got->items) {
        taken.push_back(item.message.value());
      }
    };
    work_.Do(command);
    EndGroup();
    return taken;
  };
  EXPECT_EQ(take(/*probe=*/true), std::vector<uint64_t>{7});
  EXPECT_TRUE(take(/*probe=*/false).empty());
  EXPECT_EQ(context_.state->outbox.Find(9)->state,
            sluice::v1::MESSAGE_STATE_QUEUED);
  // The dispatcher was told of none: what comes now is announced.
  due_.clear();
  AddWaiting(kBert, 10);
  work_.Announce();
  EXPECT_EQ(due_.size(), 1u);
}

// Its recheck may be long in coming.
TEST_F(HandlersTest, WhatWaitedWhenItsSenderWasBlockedWaitsOn) {
  AddWaiting(kAnna, 7).since_ms = context_.now_ms;
  const auto block = [this](const std::string& provider, int64_t from_ms) {
    admin::v1::Block one;
    one.set_number(1);
    one.set_content_provider_id(provider);
    one.mutable_create_time()->set_seconds(from_ms / 1'000);
    one.mutable_expire_time()->set_seconds(from_ms / 1'000 + 7'200);
    one.mutable_confirm_expire_time()->set_seconds(from_ms / 1'000 + 1'800);
    auto snapshot = std::make_shared<filter::Snapshot>(*WorldSnapshot());
    snapshot->blocks = *filter::Blocks::Build({&one, 1}, {}, context_.now_ms);
    context_.snapshot = snapshot;
  };
  const auto take = [this] {
    size_t taken = 0;
    TakeWorkCommand command;
    command.request.link = "link";
    command.request.carriers.fill(true);
    command.request.segments_max = 16;
    command.request.done = [&taken](absl::StatusOr<Work> got) {
      ASSERT_TRUE(got.ok());
      taken = got->items.size();
    };
    work_.Do(command);
    EndGroup();
    return taken;
  };
  const int64_t queued_ms = context_.now_ms;
  context_.now_ms += 1'000;
  block("shop", context_.now_ms);
  EXPECT_EQ(take(), 0u);
  ASSERT_NE(context_.state->outbox.Find(7), nullptr);
  EXPECT_EQ(context_.state->outbox.Find(7)->state,
            sluice::v1::MESSAGE_STATE_QUEUED);
  // Decided, or released by an officer, since then.
  context_.now_ms += 1'000;
  AddWaiting(kBert, 8).since_ms = context_.now_ms;
  EXPECT_EQ(take(), 1u);
  EXPECT_EQ(context_.state->outbox.Find(8)->state,
            sluice::v1::MESSAGE_STATE_HANDED_OVER);
  // Another's block, and one that has lapsed.
  AddWaiting(kBert, 9).since_ms = context_.now_ms;
  context_.now_ms += 1'000;
  block("bank", context_.now_ms);
  EXPECT_EQ(take(), 1u);
  AddWaiting(kBert, 10);
  block("shop", queued_ms - 1'800'000);
  EXPECT_EQ(take(), 1u);
}

// More of them than the writer looks at for one request.
TEST_F(HandlersTest, WhatIsBehindManyPausedMessagesIsToBeAskedForAgain) {
  for (uint64_t i = 0; i <= 4'096; ++i) {
    AddWaiting(Phone{kAnna.e164 + i}, 7 + i);
  }
  Work work;
  const auto take = [&] {
    TakeWorkCommand command;
    command.request.link = "link";
    command.request.carriers.fill(true);
    command.request.segments_max = 1;
    command.request.paused = {
        {std::string(context_.state->outbox.Find(7)->access_number.view())}};
    command.request.done = [&work](absl::StatusOr<Work> got) {
      ASSERT_TRUE(got.ok());
      work = *std::move(got);
    };
    work_.Do(command);
  };
  take();
  EXPECT_TRUE(work.items.empty());
  EXPECT_TRUE(work.cut_short);
  take();
  EXPECT_TRUE(work.items.empty());
  EXPECT_FALSE(work.cut_short);
}

// Some carriers give all parts one id, and report them once.
TEST_F(HandlersTest, AReportOfOneIdIsAboutAllPartsThatHaveIt) {
  LiveMessage& live = AddHandedOver(kAnna, 7);
  live.parts = 3;
  CarrierAnswer answer;
  answer.message = RecordRef::FromValue(7);
  answer.recipient = kAnna;
  answer.state = sluice::v1::MESSAGE_STATE_TAKEN;
  answer.carrier_message_ids = {"one", "other", "one"};
  LinkRun run;
  run.answers.push_back(std::move(answer));
  LinkRunCommand answered{std::move(run)};
  links_.Do(answered);
  const auto report = [&](const std::string& id) {
    LinkRun reported;
    CarrierReport& one = reported.reports.emplace_back();
    one.recipient = kAnna;
    one.carrier_message_id = id;
    one.state = sluice::v1::MESSAGE_STATE_DELIVERED;
    one.done = [](const absl::Status&) {};
    LinkRunCommand command{std::move(reported)};
    links_.Do(command);
    return Records().back().reported().state();
  };
  EXPECT_EQ(report("one"), sluice::v1::MESSAGE_STATE_TAKEN);
  EXPECT_EQ(context_.state->outbox.Find(7)->parts_reported, 2);
  EXPECT_EQ(report("other"), sluice::v1::MESSAGE_STATE_DELIVERED);
  EXPECT_EQ(context_.state->outbox.Find(7), nullptr);
}

TEST_F(HandlersTest, AnEarlyReportIsAppliedWhenTheAnswerComes) {
  AddHandedOver(kAnna, 7);
  Answered acknowledged;
  LinkRun run;
  CarrierReport& report = run.reports.emplace_back();
  report.recipient = kAnna;
  report.carrier_message_id = "id";
  report.state = sluice::v1::MESSAGE_STATE_DELIVERED;
  report.done = [&](const absl::Status& status) { acknowledged = status; };
  LinkRunCommand early{std::move(run)};
  links_.Do(early);
  EXPECT_EQ(acknowledged, absl::OkStatus());
  EXPECT_TRUE(redo_.TakeAll().empty());
  CarrierAnswer answer;
  answer.message = RecordRef::FromValue(7);
  answer.recipient = kAnna;
  answer.state = sluice::v1::MESSAGE_STATE_TAKEN;
  answer.carrier_message_ids = {"id"};
  LinkRunCommand answered{{.answers = {answer}}};
  links_.Do(answered);
  const auto records = Records();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[1].reported().state(), sluice::v1::MESSAGE_STATE_DELIVERED);
}

TEST_F(HandlersTest, AnEarlyReportIsAppliedAgainWhenItsGroupFails) {
  AddHandedOver(kAnna, 7);
  LinkRun run;
  CarrierReport& report = run.reports.emplace_back();
  report.recipient = kAnna;
  report.carrier_message_id = "id";
  report.state = sluice::v1::MESSAGE_STATE_DELIVERED;
  LinkRunCommand early{std::move(run)};
  links_.Do(early);
  CarrierAnswer answer;
  answer.message = RecordRef::FromValue(7);
  answer.recipient = kAnna;
  answer.state = sluice::v1::MESSAGE_STATE_TAKEN;
  answer.carrier_message_ids = {"id"};
  LinkRunCommand answered{{.answers = {answer}}};
  links_.Do(answered);
  // The group fails: the message, which had ended, is as it was before.
  EndGroup(absl::UnavailableError("journal"));
  ASSERT_EQ(context_.state->outbox.Find(7), nullptr);
  AddHandedOver(kAnna, 7);
  for (Command& command : redo_.TakeAll()) {
    links_.Do(std::get<LinkRunCommand>(command));
  }
  const auto records = Records();
  ASSERT_FALSE(records.empty());
  EXPECT_EQ(records.back().reported().state(),
            sluice::v1::MESSAGE_STATE_DELIVERED);
}

TEST_F(HandlersTest, ARefusedMessageStaysSoWhateverItsPartsReport) {
  for (const auto reported : {sluice::v1::MESSAGE_STATE_DELIVERED,
                              sluice::v1::MESSAGE_STATE_UNDELIVERED}) {
    const uint64_t message = 7 + reported;
    AddHandedOver(kAnna, message);
    context_.state->outbox.Find(message)->parts = 2;
    CarrierAnswer answer;
    answer.message = RecordRef::FromValue(message);
    answer.recipient = kAnna;
    answer.state = sluice::v1::MESSAGE_STATE_REFUSED;  // Its second part.
    answer.carrier_message_ids = {absl::StrCat("id", message), ""};
    LinkRunCommand answered{{.answers = {answer}}};
    links_.Do(answered);
    LinkRun run;
    CarrierReport& report = run.reports.emplace_back();
    report.recipient = kAnna;
    report.carrier_message_id = answer.carrier_message_ids[0];
    report.state = reported;
    report.done = [](const absl::Status&) {};
    LinkRunCommand command{std::move(run)};
    links_.Do(command);
    const store::v1::Reported last = Records().back().reported();
    EXPECT_EQ(last.part(), 1u);
    EXPECT_EQ(last.state(), sluice::v1::MESSAGE_STATE_REFUSED);
    EXPECT_FALSE(last.settled());
    EXPECT_EQ(last.part_failed(),
              reported == sluice::v1::MESSAGE_STATE_UNDELIVERED);
  }
}

TEST_F(HandlersTest, ARepeatedReplyIsRecordedOnceAndAnsweredInTurn) {
  int acknowledged = 0;
  ReplyTwice("谢谢", acknowledged);
  EXPECT_EQ(Records().size(), 1u);
  EXPECT_EQ(acknowledged, 0);
  EndGroup();
  DeliverDurable();
  EXPECT_EQ(acknowledged, 2);
}

// P3, for each copy: the first acknowledgement may be the repeat's.
TEST_F(HandlersTest, ARepeatedRefusalWaitsForWhatIsOnItsWayToASocket) {
  AddHandedOver(kAnna, 7);
  int acknowledged = 0;
  ReplyTwice("R", acknowledged);
  EndGroup();
  DeliverDurable();
  EXPECT_EQ(acknowledged, 0);
  LinkRunCommand written{{.written = {RecordRef::FromValue(7)}}};
  links_.Do(written);
  EXPECT_EQ(acknowledged, 2);
}

TEST_F(HandlersTest, AReplyThatOptsOutIsAnOptOutOfEverybody) {
  AddWaiting(kAnna, 7);
  Answered acknowledged;
  ReplyCommand command;
  command.reply.recipient = kAnna;
  command.reply.text = "R";
  command.reply.done = [&](const absl::Status& status) {
    acknowledged = status;
  };
  replies_.Do(command);
  const auto records = Records();
  ASSERT_EQ(records.size(), 3u);
  EXPECT_TRUE(records[0].reply().opted_out());
  EXPECT_EQ(records[1].opt_out_added().content_provider(), 0u);
  EXPECT_EQ(records[2].ended().message(), 7u);
  EndGroup();
  DeliverDurable();
  EXPECT_EQ(acknowledged, absl::OkStatus());
}

TEST_F(HandlersTest, WhatWaitsIsToldOnceItIsDurable) {
  AddWaiting(kAnna, RecordRef(context_.records.group().position, 0).value());
  const auto ask = [&](size_t slot) {
    absl::StatusOr<std::vector<WaitingMessage>> found;
    WaitingCommand command;
    command.slot = slot;
    command.limit = 10'000;
    command.done = [&](auto got, size_t) { found = std::move(got); };
    TellWaiting(context_, command);
    return found;
  };
  EXPECT_TRUE(ask(0)->empty());
  EndGroup();
  EXPECT_EQ(ask(0)->size(), 1u);
  // A slot from before the journal was reopened.
  context_.reopened = 1;
  EXPECT_EQ(ask(1).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(HandlersTest, OverdueMessagesEndByWhatTheyWaitFor) {
  AddWaiting(kAnna, 7);
  LiveMessage& taken = AddHandedOver(kBert, 8);
  context_.state->Answered(taken, sluice::v1::MESSAGE_STATE_TAKEN, {1}, false,
                           context_.now_ms);
  for (const uint64_t message : {7, 8, 9}) EndOverdue(context_, message);
  const auto records = Records();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].ended().state(), sluice::v1::MESSAGE_STATE_EXPIRED);
  EXPECT_TRUE(records[0].ended().refunded());
  EXPECT_EQ(records[1].ended().state(), sluice::v1::MESSAGE_STATE_NO_REPORT);
  EXPECT_FALSE(records[1].ended().refunded());
  EXPECT_EQ(context_.state->outbox.size(), 0u);
}

TEST_F(HandlersTest, UnansweredHandOversAreUnknownOrWaitAgain) {
  AddHandedOver(kAnna, 7).written = true;
  AddHandedOver(kBert, 8).with_link = false;
  const LinkedMessages linked = LinkedIn(context_.state->outbox);
  EXPECT_EQ(linked, (LinkedMessages{{7, true}}));
  EXPECT_EQ(SettleHandOvers(context_, /*fresh_process=*/false), 1u);
  EXPECT_EQ(context_.state->outbox.Find(8)->state,
            sluice::v1::MESSAGE_STATE_QUEUED);
  context_.state->outbox.Find(7)->with_link = false;
  EXPECT_EQ(SettleHandOvers(context_, /*fresh_process=*/true), 1u);
  EXPECT_EQ(context_.state->outbox.Find(7)->state,
            sluice::v1::MESSAGE_STATE_UNKNOWN);
  const auto records = Records();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_TRUE(records[0].has_given_back());
  EXPECT_EQ(records[1].answered().link(), "link");
}

}  // namespace
}  // namespace sluice::store
