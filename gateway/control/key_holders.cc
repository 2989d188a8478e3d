#include "gateway/control/key_holders.h"

#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/pack/word_list.h"

namespace sluice::gateway {

void KeyHolders::Apply(const store::v1::KeyChanged& changed) {
  const admin::v1::ApiKey& key = changed.key();
  MutexLock lock(mutex_);
  Holder& holder = holders_[key.id()];
  holder.person = key.person();
  holder.folded_person = rules::FoldWord(key.person());
  holder.note = key.note();
  if (!holder.created_by.empty()) return;
  holder.created_by = key.created_by();
  // Later records of a key have other actors: whoever revokes it, for one.
  if (holder.created_by.empty() && !key.has_revoke_time()) {
    holder.created_by = changed.actor();
  }
}

const KeyHolders::Holder* KeyHolders::FindLocked(absl::string_view id) const {
  const auto found = holders_.find(id);
  return found == holders_.end() ? nullptr : &found->second;
}

// Whether the holder of `creator` has created `id`, with this key or another. A
// key exists before the keys that it creates, so that the walk ends; a journal
// that says otherwise must not keep it going.
bool KeyHolders::Created(absl::string_view creator,
                         absl::string_view id) const {
  const Holder* const person = FindLocked(creator);
  const Holder* holder = FindLocked(id);
  for (size_t steps = 0; holder != nullptr && steps < holders_.size();
       ++steps) {
    if (holder->created_by == creator) return true;
    holder = FindLocked(holder->created_by);
    if (holder != nullptr && person != nullptr &&
        AreOneName(*person, *holder)) {
      return true;
    }
  }
  return false;
}

// Why both keys may be one person's; empty: they are two persons'.
Both KeyHolders::WhyOnePerson(absl::string_view author,
                              absl::string_view id) const {
  if (author == id) return SayBoth("用的是同一把密钥", "with this key");
  const Holder* const one = FindLocked(author);
  const Holder* const other = FindLocked(id);
  if (one == nullptr || other == nullptr) return {};
  if (AreOneName(*one, *other)) {
    return SayBoth("此前由$0办理，而这把密钥也是其所持",
                   "by $0, who holds this key, too", one->person);
  }
  // Keys from before ApiKey.person, and those made for whoever has the machine.
  if (one->folded_person.empty()) {
    return SayBoth("此前用密钥 $0 办理，而它没有登记姓名",
                   "with key $0, which names nobody", author);
  }
  if (Created(author, id)) {
    return SayBoth("此前用密钥 $0 办理，而这把密钥由它创建",
                   "with key $0, which has created this one", author);
  }
  if (Created(id, author)) {
    return SayBoth("此前用密钥 $0 办理，而它由这把密钥创建",
                   "with key $0, which this key has created", author);
  }
  if (other->folded_person.empty()) {
    return SayBoth("这把密钥没有登记姓名，两者可能是同一人",
                   "and this key names nobody, so that both may be one "
                   "person's");
  }
  return {};
}

bool KeyHolders::AreOneName(const Holder& a, const Holder& b) {
  return !a.folded_person.empty() && a.folded_person == b.folded_person;
}

bool KeyHolders::MayBeOnePerson(absl::string_view a,
                                absl::string_view b) const {
  MutexLock lock(mutex_);
  return !WhyOnePerson(a, b).english.empty();
}

bool KeyHolders::IsOnePerson(absl::string_view a, absl::string_view b) const {
  if (a == b) return true;
  MutexLock lock(mutex_);
  const Holder* const one = FindLocked(a);
  const Holder* const other = FindLocked(b);
  return one != nullptr && other != nullptr && AreOneName(*one, *other);
}

std::string KeyHolders::CreatorOf(absl::string_view id) const {
  MutexLock lock(mutex_);
  const Holder* const holder = FindLocked(id);
  return holder == nullptr ? std::string() : holder->created_by;
}

bool KeyHolders::NamesNobody(absl::string_view id) const {
  const Holder* const holder = FindLocked(id);
  return holder != nullptr && holder->folded_person.empty();
}

namespace {

// What to do instead. No colleague can do it when nobody knows whose colleague.
Both NextOf(const AwaitedDecision& awaited, bool nobody) {
  if (nobody) {
    return SayBoth(
        "没有登记姓名的密钥不能算作一个人\n  "
        "请用登记了姓名的密钥重新办理；管理员创建这样的密钥："
        "`sluicectl key create --role officer --person NAME`",
        "$0 with a key that names a person, whom a colleague can follow\n  An "
        "admin creates one: `sluicectl key create --role officer --person "
        "NAME`",
        awaited.again);
  }
  return SayBoth(
      "须由另一位同事用管理员为其创建的密钥办理（或设置 rules.approval: "
      "one_person）：`$0`",
      "a colleague must $1, with a key that an admin has created for them (or "
      "set rules.approval: one_person): `$0`",
      awaited.command, awaited.must);
}

}  // namespace

absl::Status KeyHolders::CheckColleague(absl::string_view author,
                                        const Actor& actor,
                                        const AwaitedDecision& awaited) const {
  Both why;
  bool nobody = false;
  {
    MutexLock lock(mutex_);
    why = WhyOnePerson(author, actor.key_id);
    nobody = NamesNobody(author);
  }
  if (why.english.empty()) return absl::OkStatus();
  const Both next = NextOf(awaited, nobody);
  return WithReason(
      ErrorOf(
          absl::StatusCode::kFailedPrecondition,
          {absl::StrCat(awaited.what.chinese, " 等待", awaited.must_chinese,
                        "，须由两人办理：", why.chinese, "；", next.chinese),
           absl::StrCat(awaited.what.english, " ", awaited.done, " ",
                        why.english, ": ", next.english)}),
      ErrorReason::kNeedsColleague);
}

std::vector<std::string> KeyHolders::KeysOf(
    absl::string_view id_or_person) const {
  const std::string folded = rules::FoldWord(id_or_person);
  std::vector<std::string> ids;
  MutexLock lock(mutex_);
  if (FindLocked(id_or_person) != nullptr) return {std::string(id_or_person)};
  for (const auto& [id, holder] : holders_) {
    if (!folded.empty() && holder.folded_person == folded) ids.push_back(id);
  }
  return ids;
}

std::string KeyHolders::PersonOf(absl::string_view id) const {
  MutexLock lock(mutex_);
  const Holder* const holder = FindLocked(id);
  return holder == nullptr ? std::string() : holder->person;
}

std::vector<admin::v1::KeyHolder> KeyHolders::Find(
    absl::Span<const std::string* const> ids) const {
  std::vector<admin::v1::KeyHolder> found;
  MutexLock lock(mutex_);
  for (const std::string* id : ids) {
    const Holder* const holder = FindLocked(*id);
    if (holder == nullptr) continue;
    admin::v1::KeyHolder& to = found.emplace_back();
    to.set_id(*id);
    to.set_person(holder->person);
    to.set_note(holder->note);
  }
  return found;
}

}  // namespace sluice::gateway
