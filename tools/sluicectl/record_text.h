#pragma once

// Records of messages as text for people, the same in audit and dossier.

#include <string>

#include "absl/strings/string_view.h"
#include "sluice/admin/v1/audit.pb.h"
#include "sluice/admin/v1/dossier.pb.h"
#include "tools/lib/table.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/party_names.h"

namespace sluice::ctl {

// A line with the field's name and value; nothing without a value.
void PrintField(const Context& context, const std::string& name,
                const std::string& value);

// "FREQUENCY_LIMIT, CONTENT_PROHIBITED", with "(observed)" after observed ones;
// empty when there is none.
std::string ReasonCodes(const Context& context,
                        const admin::v1::MessageRecord& message);

// One row for each message.
tools::Table MessageTable(const Context& context);
void AddMessage(const Context& context, const admin::v1::MessageRecord& message,
                PartyNames& parties, tools::Table& table);

// Everything about one message: fields, text with hits, reasons, events.
void PrintMessage(const Context& context,
                  const admin::v1::MessageRecord& message);

// "35,210 more rejected between 2026-01-31 10:00:01 and 2026-01-31 10:00:58 by
// account shop: SIGNATURE_MISSING".
std::string RefusalsText(const Context& context,
                         const admin::v1::RefusalsCounted& counted,
                         PartyNames& parties);

// "mobile"; "unknown" when it is not known.
std::string CarrierText(const Context& context, admin::v1::Carrier carrier);

// "TAKEN by m1, 0; part 2". `actor`: whom it names as its actor.
std::string EventText(const Context& context,
                      const admin::v1::MessageEvent& event,
                      absl::string_view actor);

}  // namespace sluice::ctl
