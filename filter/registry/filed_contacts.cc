#include "filter/registry/filed_contacts.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/base/language.h"
#include "rules/base/timestamp.h"
#include "rules/contacts/domain_set.h"
#include "rules/contacts/host_name.h"
#include "rules/match/contact_sets.h"

namespace sluice::filter {
namespace {

// "0571" and eight digits; "010" and seven.
constexpr size_t kLocalMin = 7;
constexpr size_t kLocalMax = 8;
constexpr size_t kAreaMin = 3;
constexpr size_t kAreaMax = 4;

Both LinkFault(absl::string_view value) {
  std::string host;
  Both fault = rules::DomainFault(value, host);
  if (!fault.english.empty() || host == value) return fault;
  return SayBoth("请写成 $0", "write it as $0", host);
}

// Texts in which a value would be found as the contact that it is.
absl::string_view WordBefore(rules::v1::ContactKind kind) {
  switch (kind) {
    case rules::v1::CONTACT_KIND_PHONE:
      return "电话：";
    case rules::v1::CONTACT_KIND_QQ:
      return "QQ：";
    case rules::v1::CONTACT_KIND_WECHAT:
      return "微信号：";
    default:
      return "";
  }
}

Words Allowed(rules::v1::ContactKind kind) {
  switch (kind) {
    case rules::v1::CONTACT_KIND_EMAIL:
      return {"须为小写的邮箱地址：service@example.cn",
              "an address in lower case is allowed: service@example.cn"};
    case rules::v1::CONTACT_KIND_PHONE:
      return {"须为中国大陆可拨打的号码，只写数字，不带国家代码：4001234567",
              "a number that is called from mainland China is allowed, digits "
              "alone, without country code: 4001234567"};
    case rules::v1::CONTACT_KIND_QQ:
      return {"须为 5 至 11 位数字，首位不为 0",
              "5 to 11 digits are allowed, the first not 0"};
    default:
      return {
          "须为小写的微信号：6 至 20 位字母、数字、- 和 _，以字母开头；"
          "或 6 至 11 位数字",
          "a WeChat id in lower case is allowed: 6 to 20 letters, digits, "
          "- and _, a letter first; or 6 to 11 digits"};
  }
}

bool IsFoundAs(rules::v1::ContactKind kind, absl::string_view value) {
  const std::string text = absl::StrCat(WordBefore(kind), value);
  rules::FoldedText folded;
  if (!rules::FoldTable::Shared().Fold(text, folded)) return false;
  rules::ContactFinder finder;
  std::vector<rules::Contact> contacts;
  finder.Find(folded, text, contacts);
  return contacts.size() == 1 && rules::KindOf(contacts[0]) == kind &&
         contacts[0].value == value;
}

// Never 0, which is for what is not there.
int64_t EndOf(const store::v1::FiledContact& contact) {
  if (!contact.has_expire_time()) return std::numeric_limits<int64_t>::max();
  return std::max<int64_t>(1, ToMillis(contact.expire_time()));
}

}  // namespace

Both FilingFault(rules::v1::ContactKind kind, absl::string_view value) {
  if (value.empty() || value.size() > rules::kHostSizeMax) {
    return SayBoth("须为 1 至 $0 字节", "1 to $0 bytes are needed",
                   rules::kHostSizeMax);
  }
  if (kind == rules::v1::CONTACT_KIND_LINK) return LinkFault(value);
  if (IsFoundAs(kind, value)) return {};
  const Words allowed = Allowed(kind);
  return {std::string(allowed.chinese), std::string(allowed.english)};
}

FiledContacts::FiledContacts(
    const google::protobuf::RepeatedPtrField<store::v1::FiledContact>&
        contacts) {
  entries_.reserve(static_cast<size_t>(contacts.size()));
  rules::HostLook look;
  for (const store::v1::FiledContact& contact : contacts) {
    entries_.push_back({contact.kind(), contact.value(), EndOf(contact)});
    if (contact.kind() == rules::v1::CONTACT_KIND_LINK) {
      looks_.emplace(look.Of(contact.value()));
    } else if (contact.kind() == rules::v1::CONTACT_KIND_PHONE) {
      AddPhone(entries_.back());
    }
  }
  absl::c_sort(entries_, [](const Entry& a, const Entry& b) {
    return std::tie(a.kind, a.value, b.until_ms) <
           std::tie(b.kind, b.value, a.until_ms);
  });
}

void FiledContacts::AddPhone(const Entry& entry) {
  if (!absl::StartsWith(entry.value, "0")) return;
  for (const size_t area : {kAreaMin, kAreaMax}) {
    if (entry.value.size() < area + kLocalMin ||
        entry.value.size() > area + kLocalMax) {
      continue;
    }
    int64_t& until_ms = local_phones_[entry.value.substr(area)];
    until_ms = std::max(until_ms, entry.until_ms);
  }
}

Filing FiledContacts::Of(const rules::Contact& contact, int64_t now_ms,
                         rules::HostLook& look) const {
  if (entries_.empty()) return Filing::kNone;
  int64_t until_ms = 0;
  switch (contact.kind) {
    case rules::Contact::Kind::kLink:
      until_ms = UntilOfLink(contact.value);
      break;
    case rules::Contact::Kind::kPhone:
      until_ms = UntilOfPhone(contact.value);
      break;
    default:
      until_ms = UntilOf(rules::KindOf(contact), contact.value);
  }
  if (until_ms == 0) {
    const bool link = contact.kind == rules::Contact::Kind::kLink;
    return link && LooksFiled(contact.value, look) ? Filing::kAlike
                                                   : Filing::kNone;
  }
  return until_ms < now_ms ? Filing::kLapsed : Filing::kInForce;
}

int64_t FiledContacts::UntilOf(rules::v1::ContactKind kind,
                               absl::string_view value) const {
  // Of equal ones the first holds longest.
  const auto found =
      std::lower_bound(entries_.begin(), entries_.end(), std::tie(kind, value),
                       [](const Entry& entry, const auto& key) {
                         return std::tie(entry.kind, entry.value) < key;
                       });
  const bool there =
      found != entries_.end() && found->kind == kind && found->value == value;
  return there ? found->until_ms : 0;
}

// The longest of the domains that it is below.
int64_t FiledContacts::UntilOfLink(absl::string_view host) const {
  int64_t until_ms = 0;
  for (;;) {
    until_ms = std::max(until_ms, UntilOf(rules::v1::CONTACT_KIND_LINK, host));
    const size_t dot = host.find('.');
    if (dot == absl::string_view::npos) return until_ms;
    host.remove_prefix(dot + 1);
  }
}

bool FiledContacts::LooksFiled(absl::string_view host,
                               rules::HostLook& look) const {
  if (looks_.empty()) return false;
  for (absl::string_view rest = look.Of(host);;) {
    if (looks_.contains(rest)) return true;
    const size_t dot = rest.find('.');
    if (dot == absl::string_view::npos) return false;
    rest.remove_prefix(dot + 1);
  }
}

int64_t FiledContacts::UntilOfPhone(absl::string_view digits) const {
  const int64_t until_ms = UntilOf(rules::v1::CONTACT_KIND_PHONE, digits);
  const auto local = local_phones_.find(digits);
  return local == local_phones_.end() ? until_ms
                                      : std::max(until_ms, local->second);
}

}  // namespace sluice::filter
