#include "gateway/http_room.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "gateway/http_connection.h"

namespace sluice::gateway {
namespace {

constexpr std::chrono::minutes kNoteEvery(1);

}  // namespace

bool HttpRoom::Enter(const std::string& host) {
  const auto of_host = connections_of_.find(host);
  if (of_host != connections_of_.end() &&
      of_host->second >= bounds_.connections_per_address_max &&
      !CloseOldest(host, /*unsent=*/false)) {
    return false;
  }
  if (connections_ >= bounds_.connections_max &&
      !CloseOldest("", /*unsent=*/false)) {
    return false;
  }
  ++connections_;
  ++connections_of_[host];
  return true;
}

void HttpRoom::Leave(const std::string& host) {
  --connections_;
  const auto of_host = connections_of_.find(host);
  if (--of_host->second == 0) connections_of_.erase(of_host);
}

void HttpRoom::List(HttpConnection& connection) {
  Unlist(connection);
  connection.place = listed_.insert(listed_.end(), &connection);
}

void HttpRoom::Unlist(HttpConnection& connection) {
  if (!connection.place) return;
  listed_.erase(*connection.place);
  connection.place.reset();
}

void HttpRoom::AddAnswer(HttpConnection& connection, size_t bytes) {
  while (unsent_bytes_ + bytes > bounds_.unsent_bytes_max) {
    if (!CloseOldest("", /*unsent=*/true)) break;
  }
  connection.unsent_bytes = bytes;
  unsent_bytes_ += bytes;
}

void HttpRoom::RemoveAnswer(HttpConnection& connection) {
  unsent_bytes_ -= std::exchange(connection.unsent_bytes, 0);
}

void HttpRoom::CloseAll() {
  while (!listed_.empty()) listed_.front()->Close();
}

// Closes the connection of `host` (empty: of any) that has kept the server
// waiting longest; with `unsent`, of those with an unsent answer. Returns
// whether there was one.
bool HttpRoom::CloseOldest(absl::string_view host, bool unsent) {
  const auto oldest = std::find_if(
      listed_.begin(), listed_.end(), [&](const HttpConnection* one) {
        return (host.empty() || one->host == host) &&
               (!unsent || one->unsent_bytes > 0);
      });
  if (oldest == listed_.end()) return false;
  (*oldest)->Close();
  ++closed_;
  Note();
  return true;
}

void HttpRoom::Note() {
  const auto now = std::chrono::steady_clock::now();
  if (now - noted_ < kNoteEvery) return;
  noted_ = now;
  spdlog::warn(
      "http: too many connections or unread answers: {} slow connections were "
      "closed so far",
      closed_);
}

}  // namespace sluice::gateway
