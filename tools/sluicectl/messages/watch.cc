// sluicectl watch: outcomes and replies as they happen.

#include <atomic>
#include <csignal>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "rules/base/shell_word.h"
#include "rules/base/status_macros.h"
#include "sluice/v1/gateway.grpc.pb.h"
#include "tools/lib/display_width.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {
namespace {

struct WatchFlags {
  std::string cursor;
  uint64_t count = 0;
};

void AddFlags(tools::CommandLine& command, WatchFlags& flags) {
  command.Add(
      "--cursor", flags.cursor,
      {"从这个游标之后继续，游标由此前的 watch 显示；begin：从保留的最早事件"
       "起。默认从现在起",
       "Resumes after this cursor, as an earlier watch showed it; begin: "
       "from the oldest event that is kept. Default: from now on"});
  command.Add("--count", flags.count,
              {"显示这么多个事件后结束", "Ends after this many events"});
}

volatile std::sig_atomic_t interrupted = 0;
void Interrupt(int) { interrupted = 1; }

// Cancels a call when the user presses Ctrl-C: a signal handler may not.
class CancelOnInterrupt {
 public:
  explicit CancelOnInterrupt(grpc::ClientContext& call)
      : before_(std::signal(SIGINT, Interrupt)), thread_([this, &call] {
          while (!done_) {
            if (interrupted != 0) return call.TryCancel();
            absl::SleepFor(absl::Milliseconds(50));
          }
        }) {}
  ~CancelOnInterrupt() {
    done_ = true;
    thread_.join();
    std::signal(SIGINT, before_);
  }

 private:
  void (*const before_)(int);
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

std::string ReplyLine(const Context& context, const v1::Reply& reply) {
  return context.Say(
      "  对 $0 的回复，来自 $1：$2$3", "  reply to $0 from $1: $2$3",
      reply.access_number(), reply.recipient(), tools::Printable(reply.text()),
      reply.opted_out() ? context.Say("  （已退订）", "  (opted out)") : "");
}

std::string PartLine(const Context& context, const v1::PartOutcome& part) {
  return context.Say("  $0  第 $1 条，共 $2 条  $3  $4",
                     "  $0  part $1 of $2  $3  $4", part.message_id(),
                     part.part(), part.parts(), context.Name(part.state()),
                     part.carrier_code());
}

std::string Line(const Context& context, const v1::WatchResponse& event) {
  const std::string time = tools::TimeText(event.time());
  if (event.has_reply()) return time + ReplyLine(context, event.reply());
  if (event.has_part_outcome()) {
    return time + PartLine(context, event.part_outcome());
  }
  const v1::Outcome& outcome = event.outcome();
  std::string line =
      absl::StrCat(time, "  ", outcome.message_id(), "  ",
                   tools::PadTo(context.Name(outcome.state()), 12), "  ",
                   outcome.carrier_code());
  if (!outcome.client_ref().empty()) {
    absl::StrAppend(&line, "  ", tools::Printable(outcome.client_ref()));
  }
  for (const v1::Reason& reason : outcome.reasons()) {
    absl::StrAppend(&line, "  ", reason.code());
  }
  return line;
}

// The command that goes on after the last event.
void PrintResume(const Context& context, const std::string& cursor) {
  const tools::ConnectionOptions& options = context.connection;
  context.err
      << context.Say("从此处继续：", "To resume from here: ")
      << "sluicectl watch "
      << (options.server == tools::kDefaultServer
              ? ""
              : absl::StrCat("--server ", ShellWord(options.server), " "))
      << (options.key_file.empty()
              ? ""
              : absl::StrCat("--key-file ", ShellWord(options.key_file), " "))
      << "--cursor " << ShellWord(cursor) << "\n";
}

absl::StatusOr<int> Watch(const Context& context, const WatchFlags& flags) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = v1::GatewayService::NewStub(connection.channel());
  grpc::ClientContext call;
  connection.Prepare(call, /*stream=*/true);
  v1::WatchRequest request;
  if (flags.cursor == "begin") {
    request.set_beginning(true);
  } else if (!flags.cursor.empty()) {
    request.set_cursor(flags.cursor);
  }
  v1::WatchResponse event;
  uint64_t seen = 0;
  bool enough = false;
  grpc::Status status;
  {
    const CancelOnInterrupt cancel(call);
    const auto stream = stub->Watch(&call, request);
    while (!enough && stream->Read(&event)) {
      if (event.event_case() == v1::WatchResponse::EVENT_NOT_SET) continue;
      if (context.json) {
        PrintJson(context.out, event);
      } else {
        context.out << Line(context, event) << std::endl;
      }
      enough = ++seen == flags.count;
    }
    if (enough) call.TryCancel();
    status = stream->Finish();
  }
  if (!event.cursor().empty() && !context.json) {
    PrintResume(context, event.cursor());
  }
  if (enough || interrupted != 0) return 0;
  SLUICE_RETURN_IF_ERROR(connection.Explain(status));
  return 0;
}

}  // namespace

void AddWatch(tools::CommandLine& app, Context& context) {
  AddCommand<WatchFlags>(
      app, context, "watch",
      {"实时显示密钥所属账号的短信的状态变化和上行回复。按 Ctrl-C 结束，并显"
       "示从该处继续的命令。",
       "Shows the state changes of the messages of the key's account, and "
       "replies, as they happen. Ctrl-C ends it; it then shows the command "
       "that resumes from there."},
      "sluicectl watch --key-file shop.key --cursor begin", AddFlags, Watch);
}

}  // namespace sluice::ctl
