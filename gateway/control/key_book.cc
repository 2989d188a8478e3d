#include "gateway/control/key_book.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gateway/wire/timestamp.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"
#include "rules/pack/word_list.h"

namespace sluice::gateway {
namespace {

constexpr size_t kNoteSizeMax = 1000;
constexpr size_t kPersonSizeMax = 100;

RoleMask MaskOfAll(const admin::v1::ApiKey& key) {
  RoleMask mask = 0;
  for (const int role : key.roles()) {
    mask |= MaskOf(static_cast<admin::v1::Role>(role));
  }
  return mask;
}

absl::Status Failed(const std::string& path, const char* what) {
  return absl::UnavailableError(
      absl::StrCat(path, ": ", what, ": ", std::strerror(errno)));
}

// Writes the secret alone to a file that only its owner can read.
absl::Status WriteSecret(const std::string& path, const std::string& secret) {
  // A file left here has a secret that was never journaled, or that its owner
  // asks to replace.
  if (unlink(path.c_str()) != 0 && errno != ENOENT) {
    return Failed(path, "cannot be replaced");
  }
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                        S_IRUSR | S_IWUSR);
  if (file < 0) return Failed(path, "cannot be made");
  const std::string line = secret + "\n";
  const bool written = write(file, line.data(), line.size()) ==
                           static_cast<ssize_t>(line.size()) &&
                       fsync(file) == 0;
  const absl::Status status =
      written ? absl::OkStatus() : Failed(path, "cannot be written");
  close(file);
  return status;
}

// Machines submit; everything else a person answers for.
absl::Status CheckPerson(const std::string& person, RoleMask roles) {
  if (person.size() > kPersonSizeMax) {
    return InvalidField("person",
                        SayBoth("最多 100 字节", "at most 100 bytes"));
  }
  const bool named = !rules::FoldWord(person).empty();
  if (named || roles == MaskOf(admin::v1::ROLE_SUBMIT)) {
    return absl::OkStatus();
  }
  return InvalidField(
      "person",
      SayBoth("请给出持有密钥的人：只有仅具 submit 角色的密钥才供机器使用",
              "name the person who will hold the key: only a key with no role "
              "but submit is a machine's"));
}

// The requested key, without id and times.
absl::StatusOr<admin::v1::ApiKey> KeyOf(
    const admin::v1::CreateKeyRequest& request, int64_t now_ms) {
  if (request.note().size() > kNoteSizeMax) {
    return InvalidField("note",
                        SayBoth("最多 1000 字节", "at most 1000 bytes"));
  }
  admin::v1::ApiKey key;
  key.set_account_id(request.account_id());
  key.set_note(request.note());
  for (const int role : request.roles()) {
    if (!admin::v1::Role_IsValid(role) || role == admin::v1::ROLE_UNSPECIFIED) {
      return InvalidField("roles", SayBoth("没有这个角色", "not a known role"));
    }
    if (absl::c_linear_search(key.roles(), role)) {
      return InvalidField("roles", SayBoth("有角色重复", "one is there twice"));
    }
    key.add_roles(static_cast<admin::v1::Role>(role));
  }
  if (key.roles_size() == 0) {
    return InvalidField(
        "roles", SayBoth("密钥至少要有一个角色", "a key needs at least one"));
  }
  const bool submits = (MaskOfAll(key) & MaskOf(admin::v1::ROLE_SUBMIT)) != 0;
  if (submits && request.account_id().empty()) {
    return InvalidField("account_id",
                        SayBoth("具有 submit 角色的密钥须属于某个账号",
                                "a key with the role submit needs one"));
  }
  SLUICE_RETURN_IF_ERROR(CheckPerson(request.person(), MaskOfAll(key)));
  key.set_person(std::string(absl::StripAsciiWhitespace(request.person())));
  if (request.has_expire_time()) {
    const auto expires_ms = TryMillisOf(request.expire_time());
    if (!expires_ms) {
      return InvalidField("expire_time", SayBoth("不是时间", "not a time"));
    }
    if (*expires_ms <= now_ms) {
      return InvalidField("expire_time",
                          SayBoth("已经过去", "it has passed already"));
    }
    *key.mutable_expire_time() = request.expire_time();
  }
  return key;
}

}  // namespace

void KeyBook::Apply(const store::v1::KeyChanged& changed) {
  StoredKey key = {changed.key(), {}};
  const std::string& hash = changed.secret_hash();
  std::copy_n(hash.begin(), std::min(hash.size(), key.hash.size()),
              key.hash.begin());
  keys_[key.key.id()] = std::move(key);
  holders_.Apply(changed);
}

absl::StatusOr<admin::v1::CreateKeyResponse> KeyBook::Create(
    const admin::v1::CreateKeyRequest& request, const PartyBook& parties,
    const Actor& actor) {
  // The reason may be empty: the key's note says who uses it.
  SLUICE_RETURN_IF_ERROR(CheckReasonSize(actor));
  SLUICE_ASSIGN_OR_RETURN(admin::v1::ApiKey key,
                          KeyOf(request, store_.NowMs()));
  if (!request.account_id().empty() &&
      parties.Find(store::v1::PARTY_KIND_ACCOUNT, request.account_id()) ==
          nullptr) {
    return ErrorOf(
        absl::StatusCode::kNotFound, "account_id",
        SayBoth("没有账号 $0", "no account $0", Quoted(request.account_id())));
  }
  NewKey made = MakeKey();
  key.set_id(made.id);
  key.set_created_by(actor.key_id);
  SetTimestamp(store_.NowMs(), *key.mutable_create_time());
  SLUICE_RETURN_IF_ERROR(Put({key, made.hash}, actor));
  admin::v1::CreateKeyResponse response;
  *response.mutable_key() = std::move(key);
  response.set_secret(std::move(made.secret));
  return response;
}

absl::Status KeyBook::Put(const StoredKey& key, const Actor& actor) {
  store::v1::Record record;
  store::v1::KeyChanged& changed = *record.mutable_key_changed();
  *changed.mutable_key() = key.key;
  changed.set_secret_hash(key.hash.data(), key.hash.size());
  changed.set_actor(actor.key_id);
  changed.set_reason(actor.reason);
  SLUICE_RETURN_IF_ERROR(store_.AppendControl(record));
  Apply(record.key_changed());
  return absl::OkStatus();
}

absl::StatusOr<admin::v1::ApiKey> KeyBook::Revoke(absl::string_view id,
                                                  const Actor& actor) {
  SLUICE_RETURN_IF_ERROR(CheckReason(actor));
  const auto found = keys_.find(id);
  if (found == keys_.end()) {
    return ErrorOf(absl::StatusCode::kNotFound, "id",
                   SayBoth("没有密钥 $0", "no key $0", Quoted(id)));
  }
  if (found->second.key.has_revoke_time()) return found->second.key;
  if (IsLastAdmin(id)) {
    return ErrorOf(absl::StatusCode::kFailedPrecondition,
                   SayBoth("这是最后一把管理员密钥：请先创建另一把",
                           "this is the last admin key: create another admin "
                           "key first"));
  }
  StoredKey key = found->second;
  // This record may be the only one of the key that is replayed.
  key.key.set_created_by(holders_.CreatorOf(id));
  SetTimestamp(store_.NowMs(), *key.key.mutable_revoke_time());
  SLUICE_RETURN_IF_ERROR(Put(key, actor));
  return key.key;
}

// A key that expires does not count: after its end nobody could create a key.
bool KeyBook::IsLastAdmin(absl::string_view id) const {
  bool is_admin = false;
  for (const auto& [other_id, other] : keys_) {
    const bool admin =
        (MaskOfAll(other.key) & MaskOf(admin::v1::ROLE_ADMIN)) != 0 &&
        !other.key.has_revoke_time();
    if (!admin) continue;
    if (other_id == id) {
      is_admin = true;
    } else if (!other.key.has_expire_time()) {
      return false;
    }
  }
  return is_admin;
}

absl::StatusOr<bool> KeyBook::MakeFirst(const std::string& path) {
  if (!keys_.empty()) return false;
  SLUICE_RETURN_IF_ERROR(
      MakeAdmin(path, "made at the first start", {"sluiced", "first start"})
          .status());
  return true;
}

absl::StatusOr<std::string> KeyBook::MakeAdmin(const std::string& path,
                                               const std::string& note,
                                               const Actor& actor) {
  NewKey made = MakeKey();
  // The file first: with a key that is journaled but not written nobody could
  // get in.
  SLUICE_RETURN_IF_ERROR(WriteSecret(path, made.secret));
  StoredKey stored = {{}, made.hash};
  stored.key.set_id(made.id);
  stored.key.add_roles(admin::v1::ROLE_ADMIN);
  stored.key.set_note(note);
  stored.key.set_created_by(actor.key_id);
  SetTimestamp(store_.NowMs(), *stored.key.mutable_create_time());
  SLUICE_RETURN_IF_ERROR(Put(stored, actor));
  return made.id;
}

std::vector<admin::v1::ApiKey> KeyBook::List(absl::string_view account_id,
                                             absl::string_view after,
                                             size_t limit) const {
  std::vector<admin::v1::ApiKey> found;
  for (auto it = keys_.upper_bound(after);
       it != keys_.end() && found.size() < limit; ++it) {
    const admin::v1::ApiKey& key = it->second.key;
    if (!account_id.empty() && key.account_id() != account_id) continue;
    found.push_back(key);
  }
  return found;
}

std::shared_ptr<const KeyTable> KeyBook::Table(const PartyBook& parties) {
  std::vector<Key> keys;
  for (const auto& [id, stored] : keys_) {
    if (stored.key.has_revoke_time()) continue;
    Key key = {.id = id,
               .hash = stored.hash,
               .account_id = stored.key.account_id(),
               .account = {},
               .roles = MaskOfAll(stored.key),
               .expires_ms = stored.key.has_expire_time()
                                 ? MillisOf(stored.key.expire_time())
                                 : 0,
               .rate = nullptr};
    const store::v1::Party* const account =
        parties.Find(store::v1::PARTY_KIND_ACCOUNT, key.account_id);
    if (account != nullptr) {
      key.account = AccountId{account->number()};
      std::shared_ptr<RateGate>& rate = rates_[key.account_id];
      if (rate == nullptr) rate = std::make_shared<RateGate>();
      rate->set_limit(account->account().messages_per_second_max());
      key.rate = rate;
    }
    keys.push_back(std::move(key));
  }
  return std::make_shared<const KeyTable>(std::move(keys));
}

}  // namespace sluice::gateway
