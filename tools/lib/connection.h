#pragma once

// How the programs reach sluiced: address, key, TLS, language, time allowed.

#include <memory>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "grpcpp/grpcpp.h"

namespace sluice::tools {

inline constexpr char kDefaultServer[] = "127.0.0.1:7430";
inline constexpr char kDefaultKeyFile[] = "./sluice-data/admin.key";

struct ConnectionOptions {
  std::string server = kDefaultServer;  // host:port
  // The key itself; else the file; else the variable SLUICE_KEY; else the
  // file that the first start of sluiced makes.
  std::string key;
  std::string key_file;
  // PEM file of the certification authority; empty: no TLS.
  std::string ca_file;
  // Language of the reasons' sentences: zh or en.
  std::string language = "zh";
  // Time allowed for one call that is no stream.
  absl::Duration timeout = absl::Seconds(30);
  // Where Open() says that it waits for a server which does not listen yet;
  // null: it does not wait.
  std::ostream* notes = nullptr;
};

// The key to send. An absent default file is no error: the server then says
// that it wants one.
// Errors: kNotFound (the file named by key_file); kInvalidArgument (it is empty
// or no key, or the key has characters that a header may not hold).
absl::StatusOr<std::string> FindKey(const ConnectionOptions& options);

// A channel and the headers of every call on it. Any thread.
class Connection {
 public:
  // Connects with the first call or, with `notes`, at once: then it waits for
  // the server for 10 s, though never longer than `timeout`, and leaves it to
  // the first call to say what is wrong. Errors: those of FindKey(); kNotFound
  // (ca_file); kInvalidArgument (no server; no certificate in ca_file).
  static absl::StatusOr<Connection> Open(const ConnectionOptions& options);

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  const ConnectionOptions& options() const { return options_; }

  // Sets key, language and deadline of a call; for streams no deadline.
  void Prepare(grpc::ClientContext& context, bool stream = false) const;

  // Another connection to the same server; `index` keeps gRPC from sharing one.
  std::shared_ptr<grpc::Channel> NewChannel(int index) const;

  // The same server under another key.
  Connection WithKey(std::string key) const;

  // What went wrong with a call and what to do next, for a person.
  absl::Status Explain(const grpc::Status& status) const;

  // Calls `method` of `stub`.
  template <typename Stub, typename Request, typename Response>
  absl::Status Call(Stub& stub,
                    grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                 const Request&, Response*),
                    const Request& request, Response& response) const {
    grpc::ClientContext context;
    Prepare(context);
    return Explain((stub.*method)(&context, request, &response));
  }

 private:
  Connection() = default;
  void AwaitServer() const;

  ConnectionOptions options_;
  std::string key_;
  std::shared_ptr<grpc::ChannelCredentials> credentials_;
  std::shared_ptr<grpc::Channel> channel_;
};

// The delay that google.rpc.RetryInfo in the details of an answer asks for; the
// serialised google.rpc.Status. ZeroDuration when there is none.
absl::Duration RetryDelay(absl::string_view serialised_status);

}  // namespace sluice::tools
