#pragma once

// A number's dossier as an account for people: a paragraph for each message,
// reply and opt-out, with what became of it inside.

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "sluice/admin/v1/dossier.pb.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/key_names.h"
#include "tools/sluicectl/party_names.h"

namespace sluice::ctl {

// One for each command.
class DossierText {
 public:
  // `context` must outlive it.
  explicit DossierText(const Context& context)
      : context_(context), keys_(context), parties_(context) {}

  // The number, its carrier, its opt-outs in force and those that are over.
  std::string Head(const admin::v1::GetDossierResponse& page);

  // One entry; ends with a line feed. Lines fit Context::width.
  std::string Entry(const admin::v1::DossierEntry& entry);

  // Who in the office looked the number up, or why that is not said.
  std::string Lookups(const admin::v1::GetDossierResponse& page);

 private:
  std::string Message(const admin::v1::MessageRecord& message);
  std::string Sender(const admin::v1::MessageRecord& message);
  std::string Parts(const admin::v1::MessageRecord& message);
  std::string Event(const admin::v1::MessageRecord& message,
                    const admin::v1::MessageEvent& event);
  std::string Reply(const v1::Reply& reply);
  std::string OptOut(const admin::v1::OptOut& opt_out);
  std::string Removed(const admin::v1::OptOut& removed);
  std::string Scope(const admin::v1::OptOut& opt_out);
  std::string PastOptOut(const admin::v1::OptOut& opt_out);

  // "2026-01-31 10:00:01  Commercial SMS, delivered", in bold.
  std::string Title(const google::protobuf::Timestamp& time,
                    absl::string_view what) const;
  // An indented line, which goes on in further lines; nothing for no text.
  std::string Line(absl::string_view text, size_t indent = 2) const;

  const Context& context_;
  KeyNames keys_;
  PartyNames parties_;
};

}  // namespace sluice::ctl
