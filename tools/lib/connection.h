#pragma once

// How the programs reach sluiced: address, key, TLS, language, timeout.

#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/grpcpp.h"
#include "rules/base/error_reason.h"

namespace sluice::tools {

inline constexpr char kDefaultServer[] = "127.0.0.1:7430";
inline constexpr char kDefaultKeyFile[] = "./sluice-data/admin.key";

struct ConnectionOptions {
  std::string server = kDefaultServer;  // host:port
  // The key; when empty, that of `key_file`; else the variable SLUICE_KEY; else
  // the file that the first start of sluiced makes.
  std::string key;
  std::string key_file;
  // PEM file of the certification authority; empty: no TLS.
  std::string ca_file;
  // Allows a connection without TLS to a server on another machine.
  bool plaintext = false;
  // Language of the reasons' sentences: zh or en.
  std::string language = "zh";
  // Why people are looked up, for the operator log; empty: not said.
  std::string lookup_reason;
  // The time limit of a call that is no stream.
  absl::Duration timeout = absl::Seconds(30);
  // Where Open() reports that it waits for a server that does not listen yet;
  // null: Open() does not wait.
  std::ostream* notes = nullptr;
};

struct FoundKey {
  std::string key;     // Empty: there is none.
  std::string source;  // Where it is from: "--key", "SLUICE_KEY", a file.
};

// The key to send. A missing default file is no error: the server then asks for
// a key.
// Errors: kNotFound (the file named by key_file); kInvalidArgument (the file is
// empty or has no key, or the key has characters that a header must not have).
absl::StatusOr<FoundKey> FindKey(const ConnectionOptions& options);

// A channel and the headers of every call on it. Any thread.
class Connection {
 public:
  // Connects with the first call or, with `notes`, at once: then it waits for
  // the server for 10 s, but never longer than `timeout`, and lets the first
  // call report a failure. Errors: those of FindKey(); kNotFound (ca_file);
  // kInvalidArgument (the server is not HOST:PORT; no certificate in ca_file;
  // the server is not on this machine, with neither ca_file nor plaintext).
  static absl::StatusOr<Connection> Open(const ConnectionOptions& options);

  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  const ConnectionOptions& options() const { return options_; }

  // Sets key, language and deadline of a call; a stream gets no deadline.
  void Prepare(grpc::ClientContext& context, bool stream = false) const;

  // Another connection to the same server; a different `index` prevents gRPC
  // from sharing a connection.
  std::shared_ptr<grpc::Channel> NewChannel(int index) const;

  // A connection to the same server with another key.
  Connection WithKey(std::string key) const;

  // Says what went wrong with a call and what to do next, for a person. The
  // result has the reason and the field that the server gives (HasReason,
  // FieldOf), and kBatchTooLarge for a message that gRPC itself refuses for its
  // size.
  absl::Status Explain(const grpc::Status& status) const;

  // The same for the answer to one batch of a stream.
  absl::Status ExplainAnswer(const google::rpc::Status& status) const;

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
  absl::Status ExplainWith(const grpc::Status& status,
                           std::optional<ErrorReason> reason) const;

  ConnectionOptions options_;
  FoundKey key_;
  std::shared_ptr<grpc::ChannelCredentials> credentials_;
  std::shared_ptr<grpc::Channel> channel_;
};

// The delay of google.rpc.RetryInfo in the details of an answer, a serialised
// google.rpc.Status. ZeroDuration when there is none.
absl::Duration RetryDelay(absl::string_view serialised_status);

}  // namespace sluice::tools
