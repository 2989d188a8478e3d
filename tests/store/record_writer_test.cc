#include "store/partition/record_writer.h"

#include <map>
#include <string>
#include <vector>

#include "store/views/reply_lists.h"
#include "tests/store/context_fixture.h"

namespace sluice::store {
namespace {

class RecordWriterTest : public ContextTest {
 protected:
  RecordRef AppendReply(Phone recipient, const std::string& text) {
    store::v1::Record& record = writer_.New(recipient, context_.now_ms);
    record.mutable_reply()->set_text(text);
    return writer_.Append(record);
  }

  RecordWriter& writer_ = context_.records;
};

TEST_F(RecordWriterTest, SaysWhereEachRecordWillBe) {
  const Position here = writer_.group().position;
  EXPECT_EQ(AppendReply(kAnna, "R"), RecordRef(here, 0));
  EXPECT_EQ(AppendReply(Phone{}, "R"), RecordRef(here, 1));
  EXPECT_EQ(writer_.count(), 2u);
  const auto records = Records();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].recipient(), kAnna.e164);
  EXPECT_EQ(records[0].at_ms(), context_.now_ms);
  EXPECT_FALSE(records[0].salt().empty());
  EXPECT_NE(records[0].salt(), records[1].salt());
  // The index by number has the record about a number, and both replies in
  // their lists.
  std::map<uint64_t, std::vector<uint64_t>> index;
  for (const NumberEntry& entry : writer_.group().index.numbers) {
    index[entry.number].push_back(entry.record);
  }
  const uint64_t first = RecordRef(here, 0).value();
  const uint64_t second = RecordRef(here, 1).value();
  EXPECT_EQ(index, (std::map<uint64_t, std::vector<uint64_t>>{
                       {NumberOf(ReplyList::kAll).e164, {first, second}},
                       {NumberOf(ReplyList::kUnclaimed).e164, {first, second}},
                       {kAnna.e164, {first}}}));
}

TEST_F(RecordWriterTest, AFullGroupIsSentBeforeTheRecordIsPlaced) {
  const std::string large(kGroupBytesMax / 2, 'x');
  const Position first = writer_.group().position;
  int durable = 0;
  EXPECT_EQ(AppendReply(kAnna, large).position(), first);
  writer_.AfterDurable([&](const absl::Status& status) {
    EXPECT_TRUE(status.ok());
    ++durable;
  });
  const RecordRef second = AppendReply(kAnna, large);
  EXPECT_EQ(durable, 1);
  EXPECT_NE(second.position(), first);
  EXPECT_EQ(second, RecordRef(writer_.group().position, 0));
}

// Record objects are reused: nothing of the previous record is left.
TEST_F(RecordWriterTest, ANewRecordHasNothingOfTheOneBefore) {
  AppendReply(kAnna, "R");
  store::v1::Record& record = writer_.New(kBert, context_.now_ms + 1);
  EXPECT_EQ(record.body_case(), store::v1::Record::BODY_NOT_SET);
  EXPECT_EQ(record.recipient(), kBert.e164);
  // The three reused records are separate from it, and from each other.
  writer_.NewHandedOver(kAnna, 1).mutable_handed_over()->set_link("a");
  writer_.NewAnswered(kAnna, 1).mutable_answered()->set_link("b");
  store::v1::Record& reported = writer_.NewReported(kAnna, 1);
  EXPECT_FALSE(reported.has_answered() || reported.has_handed_over());
  EXPECT_EQ(record.recipient(), kBert.e164);
  EXPECT_EQ(writer_.NewHandedOver(kBert, 2).handed_over().link(), "a");
}

}  // namespace
}  // namespace sluice::store
