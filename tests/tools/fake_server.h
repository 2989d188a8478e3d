#pragma once

// A server of fake services, and the commands of sluicectl that call it.

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "grpcpp/grpcpp.h"
#include "tests/tools/run_ctl.h"

namespace sluice::ctl {

// Serves until it goes; the services must outlive it.
class FakeServer {
 public:
  explicit FakeServer(std::initializer_list<grpc::Service*> services) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port_);
    for (grpc::Service* const service : services) {
      builder.RegisterService(service);
    }
    server_ = builder.BuildAndStart();
  }
  ~FakeServer() { server_->Shutdown(); }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  Output Run(std::vector<std::string> arguments,
             const std::string& input = "") const {
    return RunCtl(Here(std::move(arguments)), input);
  }
  // As RunAsIs().
  Output RunAsIs(std::vector<std::string> arguments, size_t width = 0) const {
    return ctl::RunAsIs(Here(std::move(arguments)), "", width);
  }

 private:
  std::vector<std::string> Here(std::vector<std::string> arguments) const {
    arguments.insert(
        arguments.end(),
        {"--server", absl::StrCat("127.0.0.1:", port_), "--key", "slk_test"});
    return arguments;
  }

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace sluice::ctl
