#include "tools/sluicectl/key_names.h"

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
  if (added && !id.empty()) it->second = Ask(id);
  return it->second;
}

std::string KeyNames::Ask(const std::string& id) {
  admin::v1::ListKeyHoldersRequest request;
  request.add_ids(id);
  admin::v1::ListKeyHoldersResponse response;
  const tools::Connection* const connection = server_.connection();
  if (connection == nullptr) return id;
  const auto stub = admin::v1::RegistryService::NewStub(connection->channel());
  const bool answered = server_.Answered(
      connection->Call(*stub, &admin::v1::RegistryService::Stub::ListKeyHolders,
                       request, response));
  if (!answered || response.holders().empty()) return id;
  const admin::v1::KeyHolder& holder = response.holders(0);
  if (!holder.person().empty()) {
    return absl::StrCat(holder.person(), " (", id, ")");
  }
  return holder.note().empty()
             ? id
             : absl::StrCat(id, " (", NoteText(context_, holder.note()), ")");
}

}  // namespace sluice::ctl
