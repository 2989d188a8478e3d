#include "tools/sluicectl/parties/registry_then.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/history.grpc.pb.h"
#include "tools/lib/json_line.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/arguments.h"
#include "tools/sluicectl/key_names.h"
#include "tools/sluicectl/party_fields.h"
#include "tools/sluicectl/party_text.h"
#include "tools/sluicectl/prose.h"
#include "tools/sluicectl/time_flags.h"

namespace sluice::ctl {
namespace {

using admin::v1::HistoryService;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr uint64_t kPageSizeMax = 1000;

struct HistoryFlags {
  std::string kind;
  std::string id;
  std::string actor;
  std::string from;
  std::string until;
  bool oldest_first = false;
  uint64_t limit = 100;
  std::string page_token;
};

void AddFlags(tools::CommandLine& command, HistoryFlags& flags) {
  command.Add("KIND", flags.kind,
              {"类别：licensee、account、content-provider、signature、port、"
               "template，或其中文名；默认全部",
               "Kind: licensee, account, content-provider, signature, port or "
               "template; default: all"});
  command.Add(
      "ID", flags.id,
      {"编号或现在的名称；默认全部", "Id, or the name of today; default: all"});
  command.Add("--actor", flags.actor,
              {"由谁修改：姓名或密钥编号",
               "Changed by: name of a person or id of a key"});
  command.Add("--from", flags.from,
              {"从这一时间起：时间，或多久以前；默认从头",
               "At or after: a time, or how long ago; default: all"});
  command.Add("--until", flags.until, {"在这一时间之前", "Before this time"});
  command.Add("--oldest-first", flags.oldest_first,
              {"最早的在前", "The oldest first"});
  command
      .Add("--limit", flags.limit,
           {"显示的修改数；0 表示全部", "Changes to show; 0: all"})
      .Between(0, 1000000000)
      .ShowDefault();
  command.Add("--page-token", flags.page_token,
              {"下一页的翻页标记，由上一页显示",
               "The next page's token, as the previous page shows it"});
}

absl::StatusOr<admin::v1::ListPartyChangesRequest> RequestOf(
    const Context& context, const HistoryFlags& flags) {
  admin::v1::ListPartyChangesRequest request;
  if (!flags.kind.empty()) {
    const auto kind = tools::ParseEnum<admin::v1::PartyKind>(flags.kind);
    if (!kind.ok()) return InFlag("KIND", kind.status());
    request.set_kind(*kind);
  }
  request.set_party_id(flags.id);
  request.set_actor(flags.actor);
  TimeFlags times(context);
  if (!flags.from.empty()) {
    SLUICE_ASSIGN_OR_RETURN(*request.mutable_start_time(),
                            times.Past("--from", flags.from));
  }
  if (!flags.until.empty()) {
    SLUICE_ASSIGN_OR_RETURN(*request.mutable_end_time(),
                            times.Past("--until", flags.until));
  }
  request.set_newest_first(!flags.oldest_first);
  request.set_page_token(flags.page_token);
  return request;
}

// "王敏 (cfq7yz1ygt)".
std::string ActorText(const Context& context,
                      const admin::v1::PartyChange& change, KeyNames& keys) {
  if (change.actor().empty() || change.actor() == "sluiced") {
    return context.Say("Sluice 自身", "Sluice itself");
  }
  return keys.Of(change.actor());
}

// A line for each field that the change has set or changed.
void PrintFields(const Context& context, const Message* before,
                 const Message& after, PartyNames& parties) {
  const Descriptor& type = *after.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const bool state = field.name() == "state";
    if (!IsPartyField(field) && !state && field.name() != "accepted_hits") {
      continue;
    }
    const std::string now = ValuesText(context, after, field, parties);
    const std::string then =
        before == nullptr ? "" : ValuesText(context, *before, field, parties);
    if (now == then) continue;
    const std::string label =
        state ? context.Say("状态", "state") : LabelOf(field, context.language);
    const auto shown = [&context](const std::string& value) {
      return value.empty() ? context.Say("（空）", "(empty)") : value;
    };
    PrintProse(context, before == nullptr
                            ? context.Say("  $0：$1", "  $0: $1", label, now)
                            : context.Say("  $0：$1 → $2", "  $0: $1 → $2",
                                          label, shown(then), shown(now)));
  }
}

void PrintChange(const Context& context, const admin::v1::PartyChange& change,
                 KeyNames& keys, PartyNames& parties) {
  const Message* const before = PartyIn(change.before());
  const Message* const after = PartyIn(change.after());
  const std::string head = absl::StrCat(
      tools::TimeText(change.change_time()), "  ",
      context.language == Language::kChinese || after == nullptr
          ? context.Name(change.kind())
          : std::string(VersionFieldOf(*after->GetDescriptor()).name()),
      " ", change.party_id());
  PrintProse(context,
             absl::StrCat(head, "  ",
                          before == nullptr ? context.Say("新增", "created")
                                            : context.Say("修改", "changed"),
                          context.Say("，经办人：", " by "),
                          ActorText(context, change, keys)),
             head, context.style.Bold(head));
  PrintProse(context, context.Say("  原因：$0", "  why: $0", change.reason()));
  if (after != nullptr) PrintFields(context, before, *after, parties);
  context.out << "\n";
}

absl::StatusOr<int> History(const Context& context, const HistoryFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(admin::v1::ListPartyChangesRequest request,
                          RequestOf(context, flags));
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = HistoryService::NewStub(connection.channel());
  KeyNames keys(context);
  PartyNames parties(context);
  admin::v1::ListPartyChangesResponse page;
  uint64_t shown = 0;
  do {
    const uint64_t room = flags.limit > 0 ? flags.limit - shown : kPageSizeMax;
    request.set_page_size(static_cast<uint32_t>(std::min(room, kPageSizeMax)));
    SLUICE_RETURN_IF_ERROR(connection.Call(
        *stub, &HistoryService::Stub::ListPartyChanges, request, page));
    for (const admin::v1::PartyChange& change : page.changes()) {
      ++shown;
      if (context.json) {
        PrintJson(context.out, change);
      } else {
        PrintChange(context, change, keys, parties);
      }
    }
    request.set_page_token(page.next_page_token());
  } while (!page.next_page_token().empty() &&
           (flags.limit == 0 || shown < flags.limit));
  const std::string& next = page.next_page_token();
  if (context.json) {
    if (!next.empty()) {
      context.out << tools::JsonLine().Text("next_page_token", next).End()
                  << "\n";
    }
    return 0;
  }
  context.out << context.Say(
      "$0 次修改。\n", shown == 1 ? "$0 change.\n" : "$0 changes.\n", shown);
  if (!next.empty()) {
    context.out << context.Say("下一页：--page-token $0\n",
                               "Next page: --page-token $0\n", next);
  }
  return 0;
}

}  // namespace

void AddRegistryHistory(tools::CommandLine& group, Context& context) {
  AddCommand<HistoryFlags>(
      group, context, "history",
      {"登记的每次修改，最新的在前：改了哪些内容、原来和后来各是什么、由谁、因"
       "何修改。全部保留，永不删除。某一时间的登记："
       "`sluicectl registry list KIND --as-of TIME`。",
       "Every change of the registry, the newest first: what was before and "
       "after, who changed it and why. All of it is kept for good. The "
       "registry "
       "as it was: `sluicectl registry list KIND --as-of TIME`."},
      "sluicectl registry history port shop-ads --from 90d", AddFlags, History);
}

}  // namespace sluice::ctl
