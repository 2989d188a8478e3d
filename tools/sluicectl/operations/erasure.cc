// sluicectl erasure: what a person asks to have erased.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/base/grouped.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/erasures.grpc.pb.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/key_names.h"
#include "tools/sluicectl/prose.h"

namespace sluice::ctl {
namespace {

using admin::v1::Erasure;
using admin::v1::ErasureOutlook;
using admin::v1::ErasuresService;

constexpr uint32_t kPageSize = 100;

struct ErasureFlags {
  std::string phone;
  std::string reason;
};

template <typename Method, typename Request, typename Response>
absl::Status CallErasures(const Context& context, Method method,
                          const Request& request, Response& response) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = ErasuresService::NewStub(connection.channel());
  return connection.Call(*stub, method, request, response);
}

std::string DateText(const google::protobuf::Timestamp& time) {
  return tools::TimeText(time).substr(0, 10);
}

// A line for each thing that becomes of records.
void PrintOutlook(const Context& context, const ErasureOutlook& outlook) {
  tools::Table table({{context.Say("记录", "records"), tools::Align::kRight},
                      {context.Say("处理", "what becomes of them")},
                      {context.Say("原因", "why"), tools::Align::kLeft, true}});
  const auto add = [&](uint64_t records, std::string what, std::string why) {
    if (records == 0) return;
    table.AddRow({Grouped(records), std::move(what), std::move(why)});
  };
  add(outlook.due(), context.Say("一小时内删去", "go within an hour"),
      context.Say("法定保存期已满", "the law asks for them no longer"));
  add(outlook.unclosed(), context.Say("稍后删去", "go later"),
      context.Say("法定保存期已满；所在的日志文件写满后删去",
                  "as these, once their file of the journal is full"));
  if (outlook.by_law() > 0) {
    const std::string first = DateText(outlook.first_time());
    const std::string last = DateText(outlook.last_time());
    add(outlook.by_law(),
        first == last
            ? context.Say("$0 删去", "go on $0", first)
            : context.Say("$0 至 $1 删去", "go from $0 to $1", first, last),
        context.Say("法规要求至少保存五个月（第十、十一条），期满后逐日删去",
                    "the regulation has them kept for at least five months "
                    "(articles 10, 11); they go day by day after that"));
  }
  add(outlook.held(), context.Say("暂不删去", "stay for now"),
      context.Say("有法律保全，或与内容提供者的合作终止未满五个月",
                  "a legal hold, or a relationship with the content provider "
                  "that ended less than five months ago"));
  add(outlook.lasting(), context.Say("不删去", "stay"),
      context.Say("退订及其依据：删去后会再收到短信",
                  "opt-outs and their evidence: without them messages would "
                  "come again"));
  if (table.empty()) {
    context.out << context.Say("没有关于这个号码的记录。\n",
                               "There is no record about this number.\n");
  } else {
    context.out << table.Text(context.width);
  }
}

absl::StatusOr<int> Preview(const Context& context, const ErasureFlags& flags) {
  admin::v1::PreviewErasureRequest request;
  request.set_recipient(flags.phone);
  admin::v1::PreviewErasureResponse response;
  SLUICE_RETURN_IF_ERROR(CallErasures(
      context, &ErasuresService::Stub::PreviewErasure, request, response));
  if (context.json) {
    PrintJson(context.out, response);
    return 0;
  }
  PrintProse(context,
             context.Say("如果现在登记删除请求，号码 $0 的记录：",
                         "If a request is recorded now, of the records about "
                         "$0:",
                         response.recipient()));
  PrintOutlook(context, response.outlook());
  PrintProse(context, context.Say("登记请求：`sluicectl erasure add $0 "
                                  "--reason 原因`",
                                  "To record it: `sluicectl erasure add $0 "
                                  "--reason WHY`",
                                  response.recipient()));
  return 0;
}

absl::StatusOr<int> AddOne(const Context& context, const ErasureFlags& flags) {
  admin::v1::CreateErasureRequest request;
  request.set_recipient(flags.phone);
  request.set_reason(flags.reason);
  admin::v1::CreateErasureResponse response;
  SLUICE_RETURN_IF_ERROR(CallErasures(
      context, &ErasuresService::Stub::CreateErasure, request, response));
  const Erasure& erasure = response.erasure();
  if (context.json) {
    PrintJson(context.out, erasure);
    return 0;
  }
  const std::string head =
      context.Say("删除请求 $0", "Erasure $0", erasure.number());
  PrintProse(context,
             head + context.Say(" 已登记，号码 $0。此前的记录：",
                                " is recorded, for $0. Of the records until "
                                "now:",
                                erasure.recipient()),
             head, context.style.Bold(head));
  PrintOutlook(context, erasure.outlook());
  PrintProse(
      context,
      context.Say("删去的是内容；哈希保留，已签发的证明仍然有效。登记不能"
                  "撤回。进度：`sluicectl erasure list`",
                  "What goes is their content; the hashes stay, and with "
                  "them every proof. It cannot be taken back. To see "
                  "how far it is: `sluicectl erasure list`"));
  return 0;
}

uint64_t Left(const ErasureOutlook& outlook) {
  return outlook.due() + outlook.unclosed() + outlook.by_law() + outlook.held();
}

std::string StateText(const Context& context, const ErasureOutlook& outlook) {
  if (Left(outlook) == 0) return context.Say("已完成", "done");
  if (outlook.by_law() > 0) {
    return context.Say("至 $0", "until $0", DateText(outlook.last_time()));
  }
  return outlook.due() + outlook.unclosed() > 0
             ? context.Say("进行中", "under way")
             : context.Say("保全中", "held");
}

void PrintTable(const Context& context, const std::vector<Erasure>& erasures) {
  tools::Table table(
      {{context.Say("编号", "number"), tools::Align::kRight},
       {context.Say("号码", "phone")},
       {context.Say("状态", "state")},
       {context.Say("剩余", "left"), tools::Align::kRight},
       {context.Say("登记", "recorded")},
       {context.Say("经办人", "by"), tools::Align::kLeft, true},
       {context.Say("依据", "reason"), tools::Align::kLeft, true}});
  KeyNames names(context);
  for (const Erasure& erasure : erasures) {
    table.AddRow({absl::StrCat(erasure.number()), erasure.recipient(),
                  StateText(context, erasure.outlook()),
                  Grouped(Left(erasure.outlook())),
                  DateText(erasure.create_time()), names.Of(erasure.author()),
                  erasure.reason()});
  }
  context.out << table.Text(context.width);
}

absl::StatusOr<int> ListAll(const Context& context, const ErasureFlags&) {
  std::vector<Erasure> erasures;
  admin::v1::ListErasuresRequest request;
  request.set_page_size(kPageSize);
  admin::v1::ListErasuresResponse page;
  do {
    request.set_page_token(page.next_page_token());
    page.Clear();
    SLUICE_RETURN_IF_ERROR(CallErasures(
        context, &ErasuresService::Stub::ListErasures, request, page));
    for (Erasure& erasure : *page.mutable_erasures()) {
      erasures.push_back(std::move(erasure));
    }
  } while (!page.next_page_token().empty());
  if (context.json) {
    for (const Erasure& erasure : erasures) PrintJson(context.out, erasure);
  } else if (erasures.empty()) {
    context.out << context.Say("没有删除请求。\n",
                               "Nobody has asked for an erasure.\n");
  } else {
    PrintTable(context, erasures);
  }
  return 0;
}

void AddPhone(tools::CommandLine& command, ErasureFlags& flags) {
  command
      .Add("PHONE", flags.phone,
           {"手机号码，粘贴的写法都可以", "The number, in any form"})
      .Required();
}

}  // namespace

void AddErasure(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group =
      AddGroup(app, "erasure",
               {"个人要求删除自己的记录", "A person asks that his records go"},
               "sluicectl erasure list");
  AddLookupReason(
      AddCommand<ErasureFlags>(
          group, context, "preview",
          {"说明号码的记录会怎样处理：哪些会删去、何时删去，哪些依法保存。不作"
           "任何改变。",
           "Says what would become of the records about a number: what goes, "
           "when, and what the law keeps. Changes nothing."},
          "sluicectl erasure preview 13800138000", AddPhone, Preview),
      context);
  AddCommand<ErasureFlags>(
      group, context, "add",
      {"登记个人的删除请求（个人信息保护法第四十七条）。法定保存期已满的记录随"
       "即"
       "删去，其余期满后逐日删去；退订及其依据不删去，有法律保全的在解除之后"
       "删去。先用 `sluicectl export person` 把记录交给本人。不能撤回。"
       "须有管理员或审计的密钥。",
       "Records a person's request (Personal Information Protection Law, "
       "article 47). Records that the law no longer asks for go at once, the "
       "others day by day as their time ends; opt-outs and their evidence "
       "stay, "
       "and what a legal hold covers stays until it ends. Give him his records "
       "first: "
       "`sluicectl export person`. It cannot be taken back. Needs a key with "
       "the role admin or audit."},
      {"sluicectl erasure add 13800138000 --reason \"本人来函 "
       "118，已核验身份\"",
       "sluicectl erasure add 13800138000 --reason \"letter 118, identity "
       "checked\""},
      [](tools::CommandLine& command, ErasureFlags& flags) {
        AddPhone(command, flags);
        command
            .Add("--reason", flags.reason,
                 {"依据：请求如何提出，身份如何核验，记入日志",
                  "How it was asked, and how the person was identified"})
            .Required();
      },
      AddOne);
  AddLookupReason(
      AddCommand<ErasureFlags>(
          group, context, "list",
          {"列出删除请求和各自剩余的记录，最新的在前。",
           "Lists the requests and what is left of each, the newest first."},
          "sluicectl erasure list", [](tools::CommandLine&, ErasureFlags&) {},
          ListAll),
      context);
}

}  // namespace sluice::ctl
