#pragma once

// A small registry and the pack cn-2015, for tests that examine messages: one
// licensee, an account of a shop and one of an agency with two content
// providers, and ports of every kind.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "filter/examine/snapshot.h"
#include "google/protobuf/text_format.h"
#include "rules/base/check.h"
#include "rules/match/compile_cache.h"
#include "rules/rule_set.h"

namespace sluice::filter {

// Numbers are set by hand: facts use them instead of ids.
inline constexpr char kSmallWorld[] = R"pb(
  party {
    id: "lic"
    number: 1
    licensee {
      license_number: "B2-1"
      license_areas: "CN-ZJ"
      license_areas: "CN-GD"
    }
  }
  party {
    id: "lic-old"
    number: 2
    licensee {
      license_number: "B2-2"
      license_end_time { seconds: 1 }
    }
  }
  party {
    id: "shop-account"
    number: 1
    account { licensee_id: "lic" content_provider_ids: "shop" }
  }
  party {
    id: "agency"
    number: 2
    account {
      parent_account_id: "shop-account"
      content_provider_ids: "shop"
      content_provider_ids: "bank"
      content_provider_ids: "closed-bank"
      content_provider_ids: "portless"
    }
  }
  party {
    id: "old"
    number: 3
    account { licensee_id: "lic-old" content_provider_ids: "shop" }
  }
  party {
    id: "suspended"
    number: 4
    state: PARTY_STATE_SUSPENDED
    account { licensee_id: "lic" content_provider_ids: "shop" }
  }
  party {
    id: "below-suspended"
    number: 5
    account { parent_account_id: "suspended" content_provider_ids: "shop" }
  }
  party {
    id: "travels"
    number: 6
    account {
      licensee_id: "lic"
      content_provider_ids: "shop"
      calling_codes: 852
    }
  }
  party {
    id: "shop"
    number: 1
    content_provider { name: "Shop" }
  }
  party {
    id: "bank"
    number: 2
    content_provider { name: "Bank" }
  }
  party {
    id: "closed-bank"
    number: 3
    state: PARTY_STATE_CLOSED
    content_provider { name: "Closed" }
  }
  party {
    id: "portless"
    number: 4
    content_provider { name: "Portless" }
  }
  party {
    id: "sig-shop"
    number: 1
    signature { name: "小店" content_provider_id: "shop" }
  }
  party {
    id: "sig-bank"
    number: 2
    signature {
      name: "银行"
      content_provider_id: "bank"
      filings { carrier: "mobile" in_force: true }
      filings { carrier: "unicom" in_force: false }
    }
  }
  party {
    id: "sig-bank-card"
    number: 3
    signature { name: "银行卡" content_provider_id: "bank" }
  }
  party {
    id: "sig-gone"
    number: 4
    state: PARTY_STATE_SUSPENDED
    signature { name: "旧名" content_provider_id: "bank" }
  }
  party {
    id: "sig-portless"
    number: 5
    signature { name: "小店" content_provider_id: "portless" }
  }
  party {
    id: "port-shop-service"
    number: 1
    port {
      number: "10690001"
      alias: "service"
      content_provider_id: "shop"
      purposes: MESSAGE_CLASS_VERIFICATION
      purposes: MESSAGE_CLASS_NOTICE
      purposes: MESSAGE_CLASS_PUBLIC_INTEREST
      place: "CN-ZJ"
    }
  }
  party {
    id: "port-shop-sales"
    number: 2
    port {
      number: "10690002"
      alias: "sales"
      content_provider_id: "shop"
      purposes: MESSAGE_CLASS_COMMERCIAL
      sub_port: "88"
    }
  }
  party {
    id: "port-shop-adds"
    number: 3
    port {
      number: "10690003"
      alias: "adds"
      content_provider_id: "shop"
      purposes: MESSAGE_CLASS_COMMERCIAL
      signature_placement: PLACEMENT_ADD
      notice_placement: PLACEMENT_ADD
    }
  }
  party {
    id: "port-shop-carrier"
    number: 4
    port {
      number: "10690004"
      alias: "carrier"
      content_provider_id: "shop"
      purposes: MESSAGE_CLASS_COMMERCIAL
      signature_placement: PLACEMENT_CARRIER
      notice_placement: PLACEMENT_CARRIER
      access_number_length_max: 12
    }
  }
  party {
    id: "port-bank"
    number: 5
    port {
      number: "10691"
      content_provider_id: "bank"
      carriers: "mobile"
      purposes: MESSAGE_CLASS_NOTICE
    }
  }
  party {
    id: "port-bank-long"
    number: 6
    port {
      number: "1069199"
      content_provider_id: "bank"
      place: "CN-BJ"
      purposes: MESSAGE_CLASS_NOTICE
      signature_placement: PLACEMENT_ADD
    }
  }
  party {
    id: "port-suspended"
    number: 7
    state: PARTY_STATE_SUSPENDED
    port {
      number: "10690005"
      alias: "down"
      content_provider_id: "shop"
      purposes: MESSAGE_CLASS_NOTICE
    }
  }
  party {
    id: "port-zz-of-other-licensee"
    number: 8
    port {
      number: "10690006"
      alias: "lent"
      content_provider_id: "shop"
      licensee_id: "lic-old"
      purposes: MESSAGE_CLASS_NOTICE
    }
  }
)pb";

// The parties of a text in the form above.
inline std::vector<store::v1::Party> PartiesOf(const std::string& text) {
  // Parses each party as a message with one party.
  constexpr char kBegin[] = "party {";
  std::vector<store::v1::Party> parties;
  for (size_t at = text.find(kBegin); at != std::string::npos;) {
    const size_t next = text.find(kBegin, at + 1);
    store::v1::PartyChanged one;
    SLUICE_CHECK(google::protobuf::TextFormat::ParseFromString(
        text.substr(at, next - at), &one));
    parties.push_back(one.party());
    at = next;
  }
  for (store::v1::Party& party : parties) {
    if (party.state() == store::v1::PARTY_STATE_UNSPECIFIED) {
      party.set_state(store::v1::PARTY_STATE_ACTIVE);
    }
  }
  return parties;
}

// The pack in the source tree: tests run from its root. What Hyperscan made of
// it is kept for the other test programs, which would compile it again; the key
// has everything that it was made of.
inline const std::shared_ptr<const rules::RuleSet>& Cn2015() {
  static const auto& rule_set = *[] {
    const rules::CompileCache compiled(
        (std::filesystem::temp_directory_path() / "sluice-test-compiled")
            .string());
    auto loaded = rules::RuleSet::Load("rules/packs/cn-2015", &compiled);
    if (!loaded.ok())
      std::fprintf(stderr, "%s\n", loaded.status().message().data());
    SLUICE_CHECK(loaded.ok());
    return new std::shared_ptr<const rules::RuleSet>(*loaded);
  }();
  return rule_set;
}

inline Snapshot SmallWorld() {
  Snapshot snapshot;
  snapshot.rules = Cn2015();
  auto policy = Policy::Build(*snapshot.rules);
  if (!policy.ok())
    std::fprintf(stderr, "%s\n", policy.status().ToString().c_str());
  SLUICE_CHECK(policy.ok());
  snapshot.policy = *policy;
  auto registry = Registry::Build(PartiesOf(kSmallWorld));
  if (!registry.ok())
    std::fprintf(stderr, "%s\n", registry.status().ToString().c_str());
  SLUICE_CHECK(registry.ok());
  snapshot.registry = *registry;
  snapshot.numbers = *NumberTable::BuildDefault();
  return snapshot;
}

}  // namespace sluice::filter
