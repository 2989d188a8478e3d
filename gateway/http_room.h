#pragma once

// How many connections and unsent answers the HTTP port has room for, and which
// connection is closed when there is no more.

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "gateway/http_bounds.h"

namespace sluice::gateway {

class HttpConnection;

// The front's thread.
class HttpRoom {
 public:
  explicit HttpRoom(const HttpBounds& bounds) : bounds_(bounds) {}

  // Counts a connection of `host`. Returns false when there is no room and no
  // connection that may be closed.
  bool Enter(const std::string& host);
  void Leave(const std::string& host);

  // A connection may be closed to make room while it is listed. List() makes it
  // the one that has kept the server waiting for the shortest time.
  void List(HttpConnection& connection);
  void Unlist(HttpConnection& connection);

  // Counts the bytes of an answer, and no longer counts them.
  void AddAnswer(HttpConnection& connection, size_t bytes);
  void RemoveAnswer(HttpConnection& connection);

  // Closes the listed connections.
  void CloseAll();

 private:
  bool CloseOldest(absl::string_view host, bool unsent);
  void Note();

  const HttpBounds bounds_;
  std::list<HttpConnection*> listed_;  // Longest waiting first.
  size_t connections_ = 0;
  std::map<std::string, size_t> connections_of_;
  size_t unsent_bytes_ = 0;
  size_t closed_ = 0;
  std::chrono::steady_clock::time_point noted_;
};

}  // namespace sluice::gateway
