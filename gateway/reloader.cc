#include "gateway/reloader.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "gateway/ported_numbers.h"
#include "rules/pack/shipped_packs.h"

namespace sluice::gateway {

Reloader::Reloader(const config::v1::Config& config, ControlState& control,
                   RuleBook& rules, CertificateInUse* certificate,
                   HttpServer* http)
    : config_(config),
      control_(control),
      rules_(rules),
      certificate_(certificate),
      http_(http),
      pack_(rules::PackFolder(config.rules().pack())) {}

void Reloader::Reload(const std::string& why) {
  done_.clear();
  if (certificate_ != nullptr) ReloadCertificate();
  if (!config_.rules().portability().empty()) ReloadNumbers();
  ReloadRules(why);
  spdlog::info("{}: read again: {}{}", why,
               done_.empty() ? "nothing" : absl::StrJoin(done_, "; "),
               rules_.one_person()
                   ? ""
                   : "; not the rule pack, whose changes need two persons "
                     "(rules.approval)");
}

void Reloader::ReloadCertificate() {
  const absl::StatusOr<bool> changed = certificate_->ReadAgain(absl::Now());
  const auto files = certificate_->files();
  if (!changed.ok()) {
    spdlog::error("listen.{}; {} stays in use",
                  std::string(changed.status().message()), Describe(*files));
    return;
  }
  if (*changed && http_ != nullptr) http_->UseTls(files->context);
  done_.push_back(
      absl::StrCat(Describe(*files), *changed ? "" : " (unchanged)"));
  const std::string notice = certificate_->DailyNotice(absl::Now());
  if (!notice.empty()) spdlog::warn("{}", notice);
}

void Reloader::ReloadNumbers() {
  auto numbers = ReadNumbers(config_.rules());
  if (!numbers.ok()) {
    spdlog::error("rules.portability: {}; the numbers read before stay in use",
                  std::string(numbers.status().message()));
    return;
  }
  done_.push_back(absl::StrCat((*numbers)->ported(), " ported numbers"));
  control_.UseNumbers(*std::move(numbers));
}

void Reloader::ReloadRules(const std::string& why) {
  if (!rules_.one_person()) return;
  // It logs the faults, and what was and is in force.
  const absl::StatusOr<bool> changed =
      rules_.ReloadIfChanged(pack_, {"sluiced", why});
  if (!changed.ok()) return;
  done_.push_back(*changed ? "the rule pack" : "the rule pack (unchanged)");
}

}  // namespace sluice::gateway
