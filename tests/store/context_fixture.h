#pragma once

// The context of the writer's handlers, without a store: the state is in
// memory, and groups become durable when the test says so.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/views/views.h"
#include "store/writer/command_context.h"
#include "tests/fakes/world.h"
#include "tests/store/store_fixture.h"

namespace sluice::store {

class ContextTest : public testing::Test {
 protected:
  static constexpr Phone kAnna{8613800138000};
  static constexpr Phone kBert{8613900139000};

  ContextTest() {
    context_.state = std::make_unique<PartitionState>();
    context_.snapshot = WorldSnapshot();
    context_.now_ms = kTenInTheMorningMs;
    OpenNext();
  }

  // The open group becomes durable, or fails.
  void EndGroup(const absl::Status& status = absl::OkStatus()) {
    OpenGroup& group = context_.records.group();
    auto completions = std::move(group.completions);
    OpenNext();
    if (status.ok()) {
      context_.durable_end_value = context_.records.group().position.value();
    }
    for (auto& completion : completions) completion(status);
  }

  // The records of the open group.
  std::vector<store::v1::Record> Records() {
    const GroupBuilder& builder = context_.records.group().builder;
    std::vector<store::v1::Record> records(builder.count());
    for (uint32_t i = 0; i < builder.count(); ++i) {
      const absl::string_view bytes = builder.Record(i);
      EXPECT_TRUE(records[i].ParseFromArray(bytes.data(),
                                            static_cast<int>(bytes.size())));
    }
    return records;
  }

  // Adds a waiting commercial message of the shop to the outbox and returns it.
  LiveMessage& AddWaiting(Phone recipient, uint64_t message) {
    LiveMessage live;
    live.message = live.decision = message;
    live.about.recipient = recipient;
    live.about.message_class = MessageClass::kCommercial;
    live.about.licensee = {kLicenseeNumber};
    live.about.account = {kAccountNumber};
    live.about.content_provider = {kShop};
    live.about.port = {1};
    live.about.signature = {kShopSignature};
    live.about.carrier = Carrier::kMobile;
    live.about.expire_at_ms = context_.now_ms + 3'600'000;
    live.text = kCommercialText;
    const filter::Send send = {.at_ms = context_.now_ms,
                               .message = message,
                               .key = 1,
                               .content_provider = kShop,
                               .account = kAccountNumber,
                               .message_class = MessageClass::kCommercial};
    context_.state->Decided(recipient, send, &live, 0, context_.now_ms);
    return *context_.state->outbox.Find(message);
  }

  // AddWaiting(), then handed over to a link of this process that has not
  // written the message.
  LiveMessage& AddHandedOver(Phone recipient, uint64_t message) {
    LiveMessage& live = AddWaiting(recipient, message);
    context_.state->HandedOver(live, "link", context_.now_ms);
    live.with_link = true;
    return live;
  }

  TemporaryFolder folder_;
  std::unique_ptr<Views> views_ = *Views::Open(folder_.path() + "/views");
  CommandContext context_{3, *views_, [this] { EndGroup(); }};

 private:
  void OpenNext() {
    auto group = std::make_unique<OpenGroup>(/*checksum_seed=*/1);
    group->position =
        Position(0, static_cast<uint32_t>(groups_.size() + 1) * 4096);
    context_.records.Fill(*group);
    groups_.push_back(std::move(group));
  }

  std::vector<std::unique_ptr<OpenGroup>> groups_;
};

}  // namespace sluice::store
