#pragma once

// Reads again what may change while the server runs: the TLS certificate, the
// tables of ported numbers, the rule pack. What has a fault is logged with its
// place, and what was read before stays in use.

#include <string>
#include <vector>

#include "gateway/certificate_in_use.h"
#include "gateway/control/control_state.h"
#include "gateway/http.h"
#include "gateway/versions/rule_book.h"
#include "sluice/config/v1/config.pb.h"

namespace sluice::gateway {

// One thread.
class Reloader {
 public:
  // `certificate` null: no TLS. `http` null: no HTTP service. All arguments
  // must outlive it.
  Reloader(const config::v1::Config& config, ControlState& control,
           RuleBook& rules, CertificateInUse* certificate, HttpServer* http);

  // Logs one line that says what was read, and a line for each fault. `why`
  // stands in the journal if it puts a rule pack in force: "SIGHUP".
  void Reload(const std::string& why);

 private:
  void ReloadCertificate();
  void ReloadNumbers();
  void ReloadRules(const std::string& why);

  const config::v1::Config& config_;
  ControlState& control_;
  RuleBook& rules_;
  CertificateInUse* const certificate_;
  HttpServer* const http_;
  const std::string pack_;
  std::vector<std::string> done_;  // What the line says.
};

}  // namespace sluice::gateway
