// sluicectl submit: messages from a file through GatewayService.SubmitStream.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/base/both_error.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "tools/lib/check_stream.h"
#include "tools/lib/encoded_input.h"
#include "tools/lib/message_file.h"
#include "tools/lib/progress.h"
#include "tools/lib/submit_stream.h"
#include "tools/sluicectl/arguments.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/input_file.h"
#include "tools/sluicectl/messages/sent_lines.h"
#include "tools/sluicectl/messages/submit_report.h"

namespace sluice::ctl {
namespace {

struct SubmitFlags {
  std::string file;
  std::string format;
  std::string encoding;
  std::string on_behalf_of;
  std::string sender;
  std::string campaign;
  std::string key_column;
  std::string again;
  size_t batch = 256;
  bool no_keys = false;
  bool repeats = false;
  bool dry_run = false;
};

void AddFlags(tools::CommandLine& command, SubmitFlags& flags) {
  command
      .Add("FILE", flags.file,
           {"文件；- 表示标准输入", "The file; - reads standard input"})
      .Required();
  command.Add(
      "--format", flags.format,
      {"tsv、csv 或 jsonl。默认由文件名或首行判断",
       "tsv, csv or jsonl. Default: decided by the file's name or first line"});
  tools::AddEncoding(command, flags.encoding);
  command.Add("--on-behalf-of", flags.on_behalf_of,
              {"没有写明内容提供者的短信属于谁",
               "Content provider of messages that name none"});
  command.Add("--sender", flags.sender,
              {"没有写明接入号的短信用哪个端口号别名或接入号",
               "Port alias or access number of messages that name none"});
  command.Add("--campaign", flags.campaign,
              {"没有写明群发的短信属于哪个群发",
               "Campaign of messages that name none"});
  command.Add("--batch", flags.batch, {"每批的短信数", "Messages a batch"})
      .Between(1, 1000)
      .ShowDefault();
  command.Add("--dry-run", flags.dry_run,
              {"只说明每一行现在会得到什么判定；不记录，也不发送",
               "Say what would become of each line now; record and send "
               "nothing"});
  command.Add("--repeats", flags.repeats,
              {"号码、内容和键与前面的行相同的行也发送。默认只发送一次",
               "Send lines that repeat the number, text and key of an "
               "earlier line, too. Default: such a message is sent once"});
  const tools::Flag key_column =
      command
          .Add("--key-column", flags.key_column,
               {"存放幂等键的列（JSON 中为字段），如 order_id。默认为 key "
                "列，没有则由短信和文件名得出",
                "The column, or field in JSON, with the idempotency keys, "
                "such as order_id. Default: key, and keys made from the "
                "message and the file's name"})
          .TypeName("NAME");
  const tools::Flag again =
      command
          .Add("--again", flags.again,
               {"再次发送此前发送过的文件；标签（如 2）标明这一次重复：同一标"
                "签只发送一次",
                "Send a file again that was sent before; the label, such as "
                "2, names the repetition: one label sends once"})
          .TypeName("LABEL");
  command
      .Add("--no-keys", flags.no_keys,
           {"不加幂等键：再次提交文件时，每条短信都会再次发送",
            "Do not add idempotency keys: submitting the file again sends "
            "every message again"})
      .Excludes(key_column)
      .Excludes(again);
}

// The name on which keys depend; a file may be moved.
std::string NameOf(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

void Complete(const SubmitFlags& flags, v1::OutgoingMessage& message) {
  if (message.on_behalf_of().empty()) {
    message.set_on_behalf_of(flags.on_behalf_of);
  }
  if (message.sender().empty()) message.set_sender(flags.sender);
  if (message.campaign_id().empty()) message.set_campaign_id(flags.campaign);
}

// Where the messages go.
struct Sink {
  std::function<absl::Status(tools::Submission)> add;
  std::function<absl::Status()> finish;
};

template <typename Stream>
Sink SinkOf(std::shared_ptr<Stream> stream) {
  return {[stream](tools::Submission submission) {
            return stream->Add(std::move(submission));
          },
          [stream] { return stream->Finish(); }};
}

Sink MakeSink(const tools::Connection& connection, const SubmitFlags& flags,
              const tools::VerdictHandler& handler) {
  if (flags.dry_run) {
    return SinkOf(
        std::make_shared<tools::CheckStream>(connection, flags.batch, handler));
  }
  return SinkOf(std::make_shared<tools::SubmitStream>(
      connection, flags.batch, handler, /*keyed=*/!flags.no_keys));
}

// Reads, submits and counts.
absl::Status SubmitAll(const Context& context, const SubmitFlags& flags,
                       InputFile& file, SubmitReport& report) {
  SLUICE_ASSIGN_OR_RETURN(const auto format,
                          tools::ChooseFormat(flags.format, flags.file));
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  tools::MessageReader reader(file.stream(), format, flags.key_column);
  tools::Progress progress(
      context.err, context.progress && !context.json,
      file.bytes() > 0 ? "KiB" : context.Say("条短信", "messages"), 0);
  const Sink sink = MakeSink(
      connection, flags,
      [&](const tools::Submission& submission, const v1::Verdict& verdict) {
        report.AddVerdict(submission.tag, verdict);
        if (file.bytes() == 0) progress.Set(report.decided());
      });
  SentLines sent(
      {NameOf(flags.file), flags.again, !flags.no_keys, flags.repeats});
  while (auto line = reader.Next()) {
    if (line->good() && !flags.key_column.empty() &&
        line->message.key().empty()) {
      line->column = 1;
      line->error = SayBoth("$0：没有键", "$0: has no key", flags.key_column);
    }
    if (!line->good()) {
      report.AddFault(
          line->lines,
          absl::StrCat(
              line->line, ":", line->column, ": ",
              line->error.in(context.language),
              line->ends_file ? "" : context.Say("；已略过", "; skipped")));
      continue;
    }
    if (const uint64_t first = sent.Add(line->line, line->message)) {
      report.AddRepeat(line->line, first);
      continue;
    }
    Complete(flags, line->message);
    SLUICE_RETURN_IF_ERROR(sink.add({line->line, std::move(line->message)}));
    file.Show(progress);
  }
  report.SetLines(reader.lines());
  report.SetNumbers(sent.numbers_repeated(), sent.example());
  return sink.finish();
}

absl::StatusOr<int> Submit(const Context& context, const SubmitFlags& flags) {
  InputFile file(context.in);
  SLUICE_RETURN_IF_ERROR(file.Open(flags.file, flags.encoding));
  SubmitReport report(context, flags.file, flags.dry_run);
  const absl::Status done = SubmitAll(context, flags, file, report);
  // No message was decided, so there is no result to report.
  const bool refused = done.code() == absl::StatusCode::kInvalidArgument ||
                       done.code() == absl::StatusCode::kNotFound ||
                       done.code() == absl::StatusCode::kUnauthenticated ||
                       done.code() == absl::StatusCode::kPermissionDenied;
  if (report.decided() == 0 && refused) return done;
  int code = 1;
  // Even after an error, because earlier messages have been decided.
  if (context.json || report.decided() > 0 || (done.ok() && !report.empty())) {
    code = report.Print();
  }
  if (done.ok() && report.empty()) {
    return ErrorOf(absl::StatusCode::kNotFound,
                   SayBoth("$0 中没有短信", "no message in $0", flags.file));
  }
  if (!done.ok()) {
    const Words again =
        flags.no_keys
            ? Words{"没有键（--no-keys）时，已得到判定的短信会重复发送，请先"
                    "删除那些行。",
                    "without keys (--no-keys) the answered messages would be "
                    "sent twice; remove their lines first."}
            : Words{"幂等键使已放行的短信不会重复发送。",
                    "the idempotency keys keep accepted messages from being "
                    "sent twice."};
    return WithNext(
        done,
        {Say(Language::kChinese,
             "出错之前已有 $0 条短信得到判定。要提交其余短信，请把整个文件重"
             "新提交：$1",
             "", report.decided(), again.chinese),
         Say(Language::kEnglish, "",
             "$0 messages were answered before the fault. To submit the "
             "rest, submit the whole file again: $1",
             report.decided(), again.english)});
  }
  return code;
}

}  // namespace

void AddSubmit(tools::CommandLine& app, Context& context) {
  AddCommand<SubmitFlags>(
      app, context, "submit",
      {"提交 TSV、CSV 或 JSON 文件中的短信，并显示判定。列为：recipient、"
       "class、text；或首行为 OutgoingMessage 的字段名，也可用中文（号码、类"
       "别、内容）。文件再次提交时，每条短信也只发送一次。有略过或未判定的"
       "行、没有短信被放行、或整个文件此前已发送过时，退出码为 1。",
       "Submits the messages of a TSV, CSV or JSON file and shows their "
       "verdicts. Columns: recipient, class, text; or a first line that "
       "names fields of OutgoingMessage, also in Chinese (号码, 类别, 内容). "
       "Each message is sent once, also when the file is submitted again. "
       "Exits 1 when a line was skipped or not decided, when no message was "
       "accepted, and when the whole file was already sent."},
      "sluicectl submit campaign.csv --on-behalf-of shop --campaign "
      "double11\n"
      "  printf '13800138000\\tnotice\\t【阿里云】您的包裹已到\\n"
      "' | sluicectl submit -",
      AddFlags, Submit);
}

}  // namespace sluice::ctl
