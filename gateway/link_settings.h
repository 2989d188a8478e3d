#pragma once

// The settings of one link in sluice.yaml: their defaults, and the checks that
// the schema cannot express. Apart from config.h because there are so many.

#include <string>

#include "gateway/setting_faults.h"
#include "rules/pack/yaml.h"
#include "sluice/config/v1/config.pb.h"

namespace sluice::gateway {

// Sets the defaults of settings that are not in `positions`. `path` is the
// link's, such as "links[0]". A 0 that the file sets stays, for CheckLink().
void FillLinkDefaults(const rules::YamlPositions& positions,
                      const std::string& path, config::v1::LinkConfig& link);

// Reads secret_file into the secret, and reports all faults of the link, but
// for those that depend on other links.
void CheckLink(const std::string& path, config::v1::LinkConfig& link,
               SettingFaults& faults);

// One line when this host cannot connect from the link's local_address now, as
// before it takes over from the host that has it; else empty. The link tries
// again and again, so that it is no fault.
std::string AddressNotice(const config::v1::LinkConfig& link);

}  // namespace sluice::gateway
