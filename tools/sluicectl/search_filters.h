#pragma once

// The filters of a search for messages, as flags: the same for all commands
// that search.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sluice/admin/v1/audit.pb.h"
#include "tools/lib/command_line.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {

// The flags' values as given; empty: not given.
struct SearchFilters {
  std::string from = "24h";
  std::string until;
  std::string account;
  std::string content_provider;
  std::string recipient;
  std::string decision;
  std::string reason;
  bool observed = false;
  std::string rule;
  std::string carrier_code;
  std::string message_class;
  std::string state;
  std::string port;
  std::string access_number;
  std::string signature;
  std::string campaign;
  std::string message_key;
  std::string client_ref;
  std::string carrier;
  std::vector<std::string> words;
  std::string recipient_as_submitted;
};

void AddFilterFlags(tools::CommandLine& command, SearchFilters& filters);

// Errors: kInvalidArgument, naming the flag.
absl::StatusOr<admin::v1::SearchMessagesRequest> RequestOf(
    const Context& context, const SearchFilters& filters);

}  // namespace sluice::ctl
