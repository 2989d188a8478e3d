#include "filter/registry/registry_templates.h"

#include <algorithm>
#include <map>
#include <utility>

#include "rules/base/both_error.h"
#include "rules/base/error_reason.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"

namespace sluice::filter {
namespace {

constexpr size_t kTemplatesMax = 10'000;

absl::Status Of(const store::v1::Party& party, absl::string_view field,
                const Both& what) {
  return FaultOf(party, OfTemplate(party.id(), InvalidField(field, what)));
}

}  // namespace

absl::Status RegistryTemplates::Resolve(const store::v1::Party& party,
                                        Template& out) {
  const store::v1::Template& in = party.template_();
  out.party = &in;
  out.contacts = FiledContacts(in.contacts());
  out.closed = party.state() == store::v1::PARTY_STATE_CLOSED;
  out.content_provider = s_.content_providers.ById(in.content_provider_id());
  if (out.content_provider == nullptr) {
    return InvalidField(
        "content_provider_id",
        SayBoth("没有这个内容提供者", "no such content provider"));
  }
  if (!in.signature_id().empty()) {
    out.signature = s_.signatures.ById(in.signature_id());
    if (out.signature == nullptr) {
      return InvalidField("signature_id",
                          SayBoth("没有这个签名", "no such signature"));
    }
    const store::v1::Party& signature =
        s_.parties[s_.signatures.parties[static_cast<size_t>(
            out.signature - s_.signatures.entries.data())]];
    if (signature.signature().content_provider_id() !=
        in.content_provider_id()) {
      return InvalidField(
          "signature_id",
          SayBoth("属于另一个内容提供者", "is another content provider's"));
    }
  }
  if (in.message_class() <= 0 || in.message_class() >= kMessageClasses) {
    return InvalidField("message_class",
                        SayBoth("须给出类别", "a class is needed"));
  }
  out.message_class = static_cast<MessageClass>(in.message_class());
  // It answers no text any more, so it need not be readable either.
  if (out.closed) return absl::OkStatus();
  const Template* known = before_ == nullptr
                              ? nullptr
                              : before_->templates.ByNumber(party.number());
  if (known != nullptr && known->released != nullptr &&
      known->id == party.id() && SameText(*known->party, in)) {
    out.released = known->released;
    return absl::OkStatus();
  }
  absl::StatusOr<std::shared_ptr<const ReleasedText>> released =
      ReadReleasedText(party.id(), in);
  if (!released.ok()) return released.status();
  out.released = *std::move(released);
  return absl::OkStatus();
}

const store::v1::Party& RegistryTemplates::PartyOf(const Template& one) const {
  const auto entry = static_cast<size_t>(&one - s_.templates.entries.data());
  return s_.parties[s_.templates.parties[entry]];
}

absl::Status RegistryTemplates::FillShelves() {
  std::map<Registry::State::ShelfKey, std::vector<uint32_t>> groups;
  std::map<uint32_t, size_t> counts;
  for (uint32_t i = 0; i < s_.templates.entries.size(); ++i) {
    const Template& one = s_.templates.entries[i];
    if (one.closed) continue;
    const uint32_t owner = one.content_provider->number.value;
    if (++counts[owner] > kTemplatesMax) {
      return Of(PartyOf(one), "content_provider_id",
                SayBoth("已有 10,000 个模板，达到上限；已注销的不计",
                        "it has 10,000 templates already, the most that are "
                        "allowed; those that are closed do not count"));
    }
    s_.content_providers.ById(one.content_provider->id)->has_templates = true;
    groups[{owner, one.signature == nullptr ? 0 : one.signature->number.value}]
        .push_back(i);
  }
  s_.shelves.reserve(groups.size());
  for (auto& [key, entries] : groups) {
    SLUICE_RETURN_IF_ERROR(FillShelf(key, std::move(entries)));
  }
  return absl::OkStatus();
}

absl::Status RegistryTemplates::FillShelf(const Registry::State::ShelfKey& key,
                                          std::vector<uint32_t> entries) {
  // In one order, whichever of them changed last.
  std::sort(entries.begin(), entries.end(), [&](uint32_t a, uint32_t b) {
    return s_.templates.entries[a].number < s_.templates.entries[b].number;
  });
  TemplateShelf& shelf = s_.shelves[key];
  std::vector<std::shared_ptr<const ReleasedText>> texts;
  texts.reserve(entries.size());
  for (const uint32_t entry : entries) {
    Template& one = s_.templates.entries[entry];
    one.shelf_index = static_cast<uint32_t>(shelf.templates.size());
    shelf.templates.push_back(&one);
    texts.push_back(one.released);
  }
  if (before_ != nullptr) {
    const auto known = before_->shelves.find(key);
    if (known != before_->shelves.end() &&
        known->second.shared->texts == texts) {
      shelf.shared = known->second.shared;
      return absl::OkStatus();
    }
  }
  SLUICE_RETURN_IF_ERROR(CheckUnique(shelf));
  shelf.shared = std::make_shared<const SharedTemplateSet>(std::move(texts));
  return absl::OkStatus();
}

absl::Status RegistryTemplates::CheckUnique(const TemplateShelf& shelf) const {
  absl::flat_hash_map<uint64_t, const Template*> seen;
  seen.reserve(shelf.templates.size());
  for (const Template* one : shelf.templates) {
    const auto [other, added] = seen.emplace(one->released->digest, one);
    if (added) continue;
    return Of(PartyOf(*one), "text",
              SayBoth("与模板 $0 相同：固定文字和变量都一样",
                      "is that of template $0: the same fixed text and "
                      "variables",
                      other->second->id));
  }
  return absl::OkStatus();
}

}  // namespace sluice::filter
