#pragma once

// Replies of recipients as text for people, the same in lists and exports.

#include <string>

#include "sluice/admin/v1/replies.pb.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/party_names.h"

namespace sluice::ctl {

// "refusal, complaint": what was made of it.
std::string ReplyMeaning(const Context& context, const admin::v1::Reply& reply);

// Whose advertising it stopped; empty: nobody's.
std::string StoppedBy(const Context& context, const admin::v1::Reply& reply,
                      PartyNames& parties);

// Its text; the octets too, where the text does not show them all.
std::string ReplyText(const Context& context, const admin::v1::Reply& reply);

}  // namespace sluice::ctl
