// Page tokens and cursors that a caller made up. The checksum of a token is no
// secret, so each of these has a good one.
#include <limits>
#include <set>

#include "gateway/submit/watch_cursor.h"
#include "gateway/wire/token.h"
#include "tests/gateway/rpc_detail.h"
#include "tests/gateway/server_fixture.h"

namespace sluice::gateway {
namespace {

class ForgedTokens : public ServerTest {
 protected:
  void SetUp() override {
    Start();
    MakeWorld();
    for (int i = 0; i < 5; ++i) SubmitOne(Notice(Number(i)));
  }

  // Where the watch of a new caller would begin: the end of the journal.
  store::RecordRef End() {
    const auto context = As(submit_key_);
    auto reader =
        v1::GatewayService::NewStub(channel_)->Watch(context.get(), {});
    v1::WatchResponse first;
    EXPECT_TRUE(reader->Read(&first));
    context->TryCancel();
    reader->Finish();
    return store::RecordRef::FromValue(
        DecodeToken(TokenKind::kWatch, first.cursor())->front());
  }

  // No group begins at any of these.
  std::vector<store::RecordRef> BadPlaces() {
    const store::Position end = End().position();
    std::vector<store::RecordRef> places;
    // The first group begins behind the segment's header (80 bytes).
    for (uint32_t offset = 81; offset < 120; ++offset) {
      places.emplace_back(store::Position(end.segment(), offset), 0);
    }
    places.emplace_back(store::Position(end.segment(), end.offset() - 1), 3);
    places.emplace_back(store::Position(end.segment(), end.offset() + 1), 0);
    places.emplace_back(store::Position(end.segment(), end.offset() + 80), 0);
    places.emplace_back(
        store::Position(end.segment(), store::Position::kOffsetMax), 0);
    places.emplace_back(store::Position(end.segment() + 1, 80), 0);
    places.emplace_back(
        store::RecordRef::FromValue(std::numeric_limits<uint64_t>::max()));
    return places;
  }

  grpc::Status Watch(const std::string& cursor) {
    v1::WatchRequest request;
    request.set_cursor(cursor);
    const auto context = As(submit_key_);
    context->set_deadline(std::chrono::system_clock::now() +
                          std::chrono::seconds(2));
    auto reader =
        v1::GatewayService::NewStub(channel_)->Watch(context.get(), request);
    v1::WatchResponse event;
    while (reader->Read(&event)) {
    }
    return reader->Finish();
  }

  grpc::Status Search(const std::string& token) {
    admin::v1::SearchMessagesRequest request;
    request.mutable_start_time()->set_seconds(0);
    request.set_page_token(token);
    admin::v1::SearchMessagesResponse response;
    return admin::v1::AuditService::NewStub(channel_)->SearchMessages(
        As(admin_key_).get(), request, &response);
  }
};

TEST_F(ForgedTokens, AnInventedPlaceIsNoDamage) {
  for (const store::RecordRef place : BadPlaces()) {
    const grpc::Status watch = Watch(EncodeCursor({place}));
    EXPECT_EQ(watch.error_code(), grpc::StatusCode::INVALID_ARGUMENT)
        << place.value() << ": " << watch.error_message();
    EXPECT_EQ(FieldOf(watch), "cursor");
    const grpc::Status search =
        Search(EncodeToken(TokenKind::kSearch, {place.value() << 1}));
    EXPECT_EQ(search.error_code(), grpc::StatusCode::INVALID_ARGUMENT)
        << place.value() << ": " << search.error_message();
    EXPECT_EQ(FieldOf(search), "page_token");
  }
}

TEST_F(ForgedTokens, TheBeginningAndTheEndArePlaces) {
  for (const store::RecordRef place : {store::RecordRef(), End()}) {
    EXPECT_EQ(Watch(EncodeCursor({place})).error_code(),
              grpc::StatusCode::DEADLINE_EXCEEDED);
    EXPECT_TRUE(
        Search(EncodeToken(TokenKind::kSearch, {place.value() << 1})).ok());
  }
}

// The other tokens have bounds, offsets and numbers, and message ids are looked
// up: each value gives a page or a refusal, never damage.
TEST_F(ForgedTokens, OtherValuesAreHarmless) {
  constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();
  const std::set<grpc::StatusCode> fine = {grpc::StatusCode::OK,
                                           grpc::StatusCode::INVALID_ARGUMENT,
                                           grpc::StatusCode::NOT_FOUND};
  for (const uint64_t value :
       {uint64_t{1}, uint64_t{80} << 14, uint64_t{90} << 14, kMax >> 1, kMax}) {
    admin::v1::GetDossierRequest dossier;
    dossier.set_recipient(Number(1));
    dossier.set_page_token(
        EncodeToken(TokenKind::kDossier, {value}, "+86" + Number(1)));
    admin::v1::GetDossierResponse entries;
    grpc::Status status =
        admin::v1::DossierService::NewStub(channel_)->GetDossier(
            As(admin_key_).get(), dossier, &entries);
    EXPECT_TRUE(status.ok()) << value << ": " << status.error_message();

    admin::v1::SearchMessagesRequest search;
    search.mutable_start_time()->set_seconds(0);
    search.set_recipient(Number(1));
    admin::v1::SearchMessagesRequest filters;
    filters.set_recipient(Number(1));
    search.set_page_token(EncodeToken(TokenKind::kSearchRecipient, {value},
                                      filters.SerializeAsString()));
    admin::v1::SearchMessagesResponse found;
    status = admin::v1::AuditService::NewStub(channel_)->SearchMessages(
        As(admin_key_).get(), search, &found);
    EXPECT_TRUE(status.ok()) << value << ": " << status.error_message();

    v1::GetMessageRequest message;
    message.mutable_message()->set_message_id(
        store::ToString({static_cast<uint16_t>(value & 1),
                         store::RecordRef::FromValue(value)}));
    v1::GetMessageResponse state;
    status = v1::GatewayService::NewStub(channel_)->GetMessage(
        As(submit_key_).get(), message, &state);
    EXPECT_TRUE(fine.contains(status.error_code()))
        << value << ": " << status.error_message();
  }
}

}  // namespace
}  // namespace sluice::gateway
