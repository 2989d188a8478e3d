#include "tools/sluicectl/key_names.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/language.h"
#include "sluice/admin/v1/registry.grpc.pb.h"

namespace sluice::ctl {
namespace {

// What sluiced itself writes as the note of a key that it makes.
constexpr Words kNotes[] = {
    {"首次启动时创建", "made at the first start"},
};

}  // namespace

std::string NoteText(const Context& context, const std::string& note) {
  for (const Words& words : kNotes) {
    if (words.english == note) return std::string(words.in(context.language));
  }
  return note;
}

const std::string& KeyNames::Of(const std::string& id) {
  const auto [it, added] = names_.emplace(id, id);
  // Programs read ids.
  if (added && may_ask_ && !id.empty() && !context_.json) {
    it->second = Ask(id);
  }
  return it->second;
}

// A server that does not answer, such as an older one, is not asked again: ids
// do as well.
std::string KeyNames::Ask(const std::string& id) {
  admin::v1::ListKeyHoldersRequest request;
  request.add_ids(id);
  admin::v1::ListKeyHoldersResponse response;
  if (!connection_) {
    auto opened = tools::Connection::Open(context_.connection);
    may_ask_ = opened.ok();
    if (!may_ask_) return id;
    connection_ = *std::move(opened);
  }
  const auto stub = admin::v1::RegistryService::NewStub(connection_->channel());
  may_ask_ =
      connection_
          ->Call(*stub, &admin::v1::RegistryService::Stub::ListKeyHolders,
                 request, response)
          .ok();
  if (!may_ask_ || response.holders().empty()) return id;
  const admin::v1::KeyHolder& holder = response.holders(0);
  if (!holder.person().empty()) {
    return absl::StrCat(holder.person(), " (", id, ")");
  }
  return holder.note().empty()
             ? id
             : absl::StrCat(id, " (", NoteText(context_, holder.note()), ")");
}

}  // namespace sluice::ctl
