#include "tests/fakes/world.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>

namespace sluice {

namespace {

namespace fs = std::filesystem;

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  std::fprintf(stderr, "world: %s\n", value.status().ToString().c_str());
  std::abort();
}

// A temporary folder with the files of WorldPack().
class PackCopy {
 public:
  PackCopy() {
    std::string name = (fs::temp_directory_path() / "pack-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
    fs::create_directories(path_ + "/lists/shared");
    for (const char* file : {"pack.yaml", "policy.yaml", "articles.yaml",
                             "lists/shared/shorteners.txt"}) {
      fs::copy(std::string("rules/packs/cn-2015/") + file, path_ + "/" + file);
    }
    fs::copy("tests/fakes/world_pack/rules.yaml", path_ + "/rules.yaml");
  }
  ~PackCopy() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  PackCopy(const PackCopy&) = delete;
  PackCopy& operator=(const PackCopy&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

store::v1::Party NewParty(const std::string& id, uint32_t number) {
  store::v1::Party party;
  party.set_id(id);
  party.set_state(store::v1::PARTY_STATE_ACTIVE);
  party.set_number(number);
  party.set_revision(1);
  return party;
}

store::v1::Party NewPort(const std::string& id, uint32_t number,
                         const std::string& digits, const std::string& owner,
                         std::vector<v1::MessageClass> purposes) {
  store::v1::Party party = NewParty(id, number);
  store::v1::Port& port = *party.mutable_port();
  port.set_number(digits);
  port.set_alias(id);
  port.set_content_provider_id(owner);
  port.set_licensee_id("lic");
  for (const v1::MessageClass purpose : purposes) port.add_purposes(purpose);
  port.set_signature_placement(store::v1::Port::PLACEMENT_CHECK);
  port.set_notice_placement(store::v1::Port::PLACEMENT_CHECK);
  return party;
}

}  // namespace

std::vector<store::v1::Party> WorldParties() {
  std::vector<store::v1::Party> parties;
  store::v1::Party licensee = NewParty("lic", kLicenseeNumber);
  licensee.mutable_licensee()->set_name("Riverside Messaging");
  licensee.mutable_licensee()->set_license_number("B2-20150001");
  licensee.mutable_licensee()->set_license_type("B25");
  licensee.mutable_licensee()->add_license_areas("all");
  licensee.mutable_licensee()->mutable_license_start_time()->set_seconds(0);
  licensee.mutable_licensee()->mutable_license_end_time()->set_seconds(
      4'000'000'000);
  parties.push_back(std::move(licensee));
  const struct {
    const char* id;
    const char* name;
    const char* port;
  } providers[] = {{"shop", "云杉超市", "1069001"},
                   {"bank", "江畔银行", "1069002"}};
  store::v1::Party account = NewParty("acc", kAccountNumber);
  account.mutable_account()->set_name("Sender");
  account.mutable_account()->set_licensee_id("lic");
  uint32_t number = 0;
  for (const auto& provider : providers) {
    ++number;
    account.mutable_account()->add_content_provider_ids(provider.id);
    store::v1::Party party = NewParty(provider.id, number);
    party.mutable_content_provider()->set_name(provider.name);
    parties.push_back(std::move(party));
    store::v1::Party signature =
        NewParty(std::string(provider.id) + "-sig", number);
    signature.mutable_signature()->set_name(provider.name);
    signature.mutable_signature()->set_content_provider_id(provider.id);
    parties.push_back(std::move(signature));
    parties.push_back(
        NewPort(std::string(provider.id) + "-service", number * 2 - 1,
                std::string(provider.port) + "1", provider.id,
                {v1::MESSAGE_CLASS_VERIFICATION, v1::MESSAGE_CLASS_NOTICE}));
    parties.push_back(NewPort(
        std::string(provider.id) + "-ads", number * 2,
        std::string(provider.port) + "2", provider.id,
        {v1::MESSAGE_CLASS_COMMERCIAL, v1::MESSAGE_CLASS_CONSENT_REQUEST}));
  }
  parties.push_back(std::move(account));
  return parties;
}

const std::string& WorldPack() {
  static const PackCopy pack;
  return pack.path();
}

std::shared_ptr<const filter::Snapshot> WorldSnapshot() {
  static const auto rules = Must(rules::RuleSet::Load(WorldPack()));
  auto snapshot = std::make_shared<filter::Snapshot>();
  snapshot->rules = rules;
  snapshot->policy = Must(filter::Policy::Build(*rules));
  snapshot->registry = Must(filter::Registry::Build(WorldParties()));
  snapshot->numbers = Must(filter::NumberTable::BuildDefault());
  return snapshot;
}

}  // namespace sluice
