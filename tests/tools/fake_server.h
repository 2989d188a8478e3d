#pragma once

// A server of fake services, and the commands of sluicectl that call it.

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
    arguments.insert(
        arguments.end(),
        {"--server", absl::StrCat("127.0.0.1:", port_), "--key", "slk_test"});
    return RunCtl(std::move(arguments), input);
  }

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace sluice::ctl
