// sluicectl rules block, block confirm, block end, blocks.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "filter/policy/block_sense.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/key_names.h"
#include "tools/sluicectl/party_names.h"
#include "tools/sluicectl/prose.h"
#include "tools/sluicectl/rules/break_glass.h"
#include "tools/sluicectl/rules/rules_commands.h"

namespace sluice::ctl {
namespace {

Both BlocksHint() {
  return SayBoth("`sluicectl rules blocks --all` 列出各项拦截及其状态。",
                 "`sluicectl rules blocks --all` lists blocks and their "
                 "states.");
}

struct BlockFlags {
  std::string phrase;
  std::string domain;
  std::string content_provider;
  std::string duration;
  std::string reason;
  uint32_t number = 0;
  bool yes = false;
  bool all = false;
};

// "the phrase 加微信领红包 in messages of shop".
std::string What(const Context& context, const admin::v1::Block& block,
                 PartyNames& parties) {
  const std::string& provider = parties.Provider(block.content_provider_id());
  const std::string whose =
      provider.empty() ? ""
                       : context.Say("$0 的短信", "messages of $0", provider);
  const std::string what =
      !block.phrase().empty()
          ? context.Say("词句 $0", "the phrase $0", block.phrase())
      : !block.domain().empty()
          ? context.Say("域名 $0", "the domain $0", block.domain())
          : "";
  if (what.empty()) return whose;
  return whose.empty() ? what
                       : context.Say("$1中的$0", "$0 in $1", what, whose);
}

void Print(const Context& context, const admin::v1::Block& block) {
  if (context.json) return PrintJson(context.out, block);
  const std::string number = absl::StrCat(block.number());
  PartyNames parties(context);
  const std::string head = context.Say("拦截 $0", "Block $0", number);
  const std::string name =
      head + context.Say("（$0）", ", of $0,", What(context, block, parties));
  const std::string styled = context.style.Bold(head);
  if (block.has_end_time()) {
    PrintProse(
        context,
        name + context.Say("已结束。如有被它转人工审核的短信，它们仍在等待："
                           "`sluicectl hold list --rule block-$0`",
                           " is ended. Messages that it held, if any, still "
                           "wait: `sluicectl hold list --rule block-$0`",
                           number),
        head, styled);
    return;
  }
  const std::string until = tools::TimeText(block.expire_time());
  PrintProse(context,
             name + (block.has_confirm_time()
                         ? context.Say("拒绝短信，至 $0。",
                                       " rejects messages until $0.", until)
                         : context.Say("将短信转人工审核，至 $0。",
                                       " holds messages until $0.", until)),
             head, styled);
  if (!block.has_confirm_time()) {
    context.out << context.Say(
        "如无同事确认，将于 $0 失效：\n"
        "  sluicectl rules block confirm $1 --reason 原因\n",
        "It lapses at $0 unless a colleague confirms it:\n"
        "  sluicectl rules block confirm $1 --reason WHY\n",
        tools::TimeText(block.confirm_expire_time()), number);
  }
  context.out << context.Say(
      "要提前结束：sluicectl rules block end $0 --reason 原因\n",
      "To end it early: sluicectl rules block end $0 --reason WHY\n", number);
}

// Says what is odd about the block; false: nothing may be blocked before the
// officer has said that it is meant.
bool IsMeant(const Context& context, const BlockFlags& flags) {
  admin::v1::Block block;
  block.set_phrase(flags.phrase);
  block.set_domain(flags.domain);
  const std::vector<Both> warnings = filter::BlockWarnings(block);
  for (const Both& warning : warnings) {
    context.err << Prose(
        context, context.Say("警告：$0", "Warning: $0",
                             tools::Printable(warning.in(context.language))));
  }
  if (warnings.empty() || flags.yes) return true;
  context.err << context.Say(
      "尚未拦截。确实要拦截，请加上 --yes 重复本命令。\n",
      "Nothing is blocked yet. If it is meant, repeat with --yes.\n");
  return false;
}

absl::StatusOr<int> Block(const Context& context, const BlockFlags& flags) {
  if (flags.duration.empty() || flags.reason.empty()) {
    return Misused(context, context.Say("须给出 --for 和 --reason",
                                        "--for and --reason are required"));
  }
  if (flags.phrase.empty() && flags.domain.empty() &&
      flags.content_provider.empty()) {
    return Misused(
        context,
        context.Say(
            "请给出要拦截的内容：--phrase、--domain 或 --content-provider",
            "give --phrase, --domain or --content-provider: what to block"));
  }
  admin::v1::CreateBlockRequest request;
  request.set_phrase(flags.phrase);
  request.set_domain(flags.domain);
  request.set_content_provider_id(flags.content_provider);
  SLUICE_ASSIGN_OR_RETURN(const absl::Duration duration,
                          ReadDuration(flags.duration, absl::Hours(7 * 24)));
  request.mutable_duration()->set_seconds(absl::ToInt64Seconds(duration));
  request.set_reason(flags.reason);
  if (!IsMeant(context, flags)) return 1;
  admin::v1::CreateBlockResponse response;
  const absl::Status made = CallRules(
      context, &admin::v1::RulesService::Stub::CreateBlock, request, response);
  if (made.code() == absl::StatusCode::kAlreadyExists) {
    return WithNext(made, BlocksHint());
  }
  SLUICE_RETURN_IF_ERROR(made);
  Print(context, response.block());
  return 0;
}

absl::StatusOr<int> Confirm(const Context& context, const BlockFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(
      const auto response,
      CallAbout(context, flags.number, flags.reason,
                &admin::v1::RulesService::Stub::ConfirmBlock, BlocksHint()));
  Print(context, response.block());
  return 0;
}

absl::StatusOr<int> End(const Context& context, const BlockFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(
      const auto response,
      CallAbout(context, flags.number, flags.reason,
                &admin::v1::RulesService::Stub::EndBlock, BlocksHint()));
  Print(context, response.block());
  return 0;
}

absl::StatusOr<int> List(const Context& context, const BlockFlags& flags) {
  admin::v1::ListBlocksRequest request;
  request.set_all(flags.all);
  request.set_page_size(kBreakGlassMax);
  admin::v1::ListBlocksResponse response;
  SLUICE_RETURN_IF_ERROR(CallRules(
      context, &admin::v1::RulesService::Stub::ListBlocks, request, response));
  if (context.json) {
    for (const admin::v1::Block& one : response.blocks()) {
      PrintJson(context.out, one);
    }
    return 0;
  }
  if (response.blocks().empty()) {
    context.out << (flags.all ? context.Say("从未创建过拦截。\n",
                                            "No block was ever created.\n")
                              : context.Say("没有生效的拦截。\n",
                                            "No block is in force.\n"));
    return 0;
  }
  std::vector<tools::Column> columns = {
      {context.Say("编号", "number"), tools::Align::kRight},
      {context.Say("状态", "state")},
      {context.Say("拦截内容", "what"), tools::Align::kLeft, true},
      {context.Say("截止", "until")},
      {context.Say("创建人", "author")},
      {context.Say("确认人", "confirmed by")},
      {context.Say("原因", "reason"), tools::Align::kLeft, true}};
  const bool any_ended = AnyEnded(response.blocks());
  if (any_ended) AddEndColumns(context, columns);
  tools::Table table(std::move(columns));
  const absl::Time now = tools::FromTimestamp(response.server_time());
  KeyNames names(context);
  PartyNames parties(context);
  for (const admin::v1::Block& one : response.blocks()) {
    std::vector<std::string> row = {
        absl::StrCat(one.number()),
        StateOf(context, one, now),
        What(context, one, parties),
        tools::TimeText(UntilOf(one)),
        names.Of(one.author()),
        one.confirmer().empty() ? "-" : names.Of(one.confirmer()),
        one.reason()};
    if (any_ended) AddEnd(one, names, row);
    table.AddRow(std::move(row));
  }
  context.out << table.Text(context.width);
  return 0;
}

void AddNumber(tools::CommandLine& command, BlockFlags& flags) {
  command.Add("NUMBER", flags.number, {"拦截", "The block"})
      .Required()
      .Positive();
  command
      .Add("--reason", flags.reason, {"原因，记入日志", "Why, for the journal"})
      .Required();
}

void AddBlockFlags(tools::CommandLine& command, BlockFlags& flags) {
  command.Add("--phrase", flags.phrase,
              {"要拦截的词句，2 至 100 个字",
               "The words to stop, 2 to 100 characters"});
  command.Add("--domain", flags.domain,
              {"要拦截的域名，连同其下的全部域名",
               "The domain to stop in links, with all below it"});
  command
      .Add("--content-provider", flags.content_provider,
           {"只拦截这个内容提供者的短信；单独给出则拦截其全部短信",
            "Only messages of this content provider; alone: all of them"})
      .TypeName("ID");
  command.Add("--for", flags.duration,
              {"时长：整分钟数，如 30m、2h 或 3d，最长 7d",
               "How long: whole minutes, such as 30m, 2h or 3d, at most 7d"});
  command.Add("--reason", flags.reason,
              {"原因，记入日志", "Why, for the journal"});
  command.Add("--yes", flags.yes,
              {"对日常词句、人人都用的网站给出警告后仍要拦截",
               "Block it in spite of warnings, of everyday words or sites"});
}

}  // namespace

void AddRulesBlock(tools::CommandLine& group, Context& context) {
  tools::CommandLine& block = AddCommand<BlockFlags>(
      group, context, "block",
      {"立即拦截某个词句、域名或内容提供者的短信，最长 7 天，等待中的短信也在"
       "内。一人创建的拦截把短信转人工审核；经同事确认后拒绝短信。30 分钟内没"
       "有同事确认即失效。词句写成繁体、全角、谐音字、拼音、形近字，或字间夹有"
       "空"
       "格、符号，也找得出；字序颠倒、夹有句号等句末标点，或只夹字母、数字的，"
       "不一定找得出，请另行拦截。被它转人工审核的短信见 `hold list`。",
       "Stops a phrase, a domain or a content provider's messages at once "
       "and for at most 7 days, waiting messages too. One officer's block "
       "holds messages; once a colleague has confirmed it, it rejects them. "
       "It lapses unless a colleague confirms it within 30 minutes. A phrase "
       "is also found in traditional or full-width characters, in others that "
       "sound or look alike, in pinyin, and with blanks or marks between its "
       "characters; not always in another order, or across what ends a "
       "sentence, letters or digits: block those, too. What it held waits in "
       "`hold list`."},
      {"sluicectl rules block --phrase 加微信领红包 --for 2h --reason \"案件 "
       "118：新骗局\"\n"
       "  sluicectl rules block --domain bad.top --for 1d --reason \"案件 "
       "118\"\n"
       "  sluicectl rules block --content-provider shop --for 1h --reason \""
       "案件 118：账号被盗\"\n"
       "  sluicectl rules block confirm 3 --reason \"看过案件 118\"",
       "sluicectl rules block --phrase 加微信领红包 --for 2h --reason \"case "
       "118: new fraud\"\n"
       "  sluicectl rules block --domain bad.top --for 1d --reason \"case "
       "118\"\n"
       "  sluicectl rules block --content-provider shop --for 1h --reason "
       "\"case 118: account stolen\"\n"
       "  sluicectl rules block confirm 3 --reason \"looked at case 118\""},
      AddBlockFlags, Block);
  AddCommand<BlockFlags>(
      block, context, "confirm",
      {"确认同事创建的拦截：此后拒绝短信。",
       "Confirms a colleague's block: it rejects messages."},
      {"sluicectl rules block confirm 3 --reason \"看过\"",
       "sluicectl rules block confirm 3 --reason \"looked\""},
      AddNumber, Confirm);
  AddCommand<BlockFlags>(
      block, context, "end",
      {"提前结束拦截。一人即可结束，经两人确认的拦截也是：结束后按已发布的规"
       "则判定。`rules blocks --all` 显示由谁、何时、为何结束。",
       "Ends a block before its time. One person may, also a block that two "
       "confirmed: what holds then is what the published rules say. `rules "
       "blocks --all` shows who ended it, when and why."},
      {"sluicectl rules block end 3 --reason \"版本 5 已有这条规则\"",
       "sluicectl rules block end 3 --reason \"version 5 has a rule for it\""},
      AddNumber, End);
  AddCommand<BlockFlags>(
      group, context, "blocks",
      {"列出拦截，最新的在前。", "Lists the blocks, the newest first."},
      "sluicectl rules blocks --all",
      [](tools::CommandLine& command, BlockFlags& flags) {
        command.Add("--all", flags.all,
                    {"也列出已结束的", "Also those that are over"});
      },
      List);
}

}  // namespace sluice::ctl
