// sluicectl posture: the rules in force, and the checks that are not enforced.

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/util/time_util.h"
#include "rules/base/status_macros.h"
#include "sluice/admin/v1/holds.grpc.pb.h"
#include "sluice/admin/v1/operations.grpc.pb.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/lib/table.h"
#include "tools/lib/words.h"
#include "tools/sluicectl/command.h"
#include "tools/sluicectl/key_names.h"

namespace sluice::ctl {
namespace {

struct PostureFlags {};

// "content providers a, b; carriers mobile"; empty: nobody.
std::string ScopeText(const rules::v1::Scope& scope) {
  std::vector<std::string> parts;
  const auto add = [&parts](absl::string_view what, const auto& ids) {
    if (ids.empty()) return;
    parts.push_back(
        absl::StrCat(std::string(what), " ", absl::StrJoin(ids, ", ")));
  };
  add("content providers", scope.content_providers());
  add("accounts", scope.accounts());
  add("ports", scope.ports());
  add("carriers", scope.carriers());
  add("signatures", scope.signatures());
  return absl::StrJoin(parts, "; ");
}

// Whom a rule that is enforced for some messages only is not for.
std::string BesidesScope(const admin::v1::NotEnforced& line) {
  const std::string scope = ScopeText(line.scope());
  const std::string except = ScopeText(line.except());
  if (scope.empty()) return except;
  return absl::StrCat("all but ", scope,
                      except.empty() ? "" : absl::StrCat("; and ", except));
}

std::string ModeText(const admin::v1::NotEnforced& line) {
  return line.cause() == admin::v1::NOT_ENFORCED_CAUSE_SCOPE
             ? "PARTLY"
             : tools::ShortName(line.mode());
}

// "shop: COMMERCIAL", "all classes".
std::string ForWhom(const admin::v1::NotEnforced& line) {
  if (line.cause() == admin::v1::NOT_ENFORCED_CAUSE_SCOPE) {
    return BesidesScope(line);
  }
  std::vector<std::string> classes;
  for (const int value : line.classes()) {
    classes.push_back(tools::ShortName(static_cast<v1::MessageClass>(value)));
  }
  const std::string who =
      classes.empty() ? "all classes" : absl::StrJoin(classes, ", ");
  return line.content_provider_id().empty()
             ? who
             : absl::StrCat(line.content_provider_id(), ": ", who);
}

std::string ByWhom(const admin::v1::NotEnforced& line, KeyNames& names) {
  if (!line.actor().empty()) return names.Of(line.actor());
  return line.content_provider_id().empty() ? "the program" : "its import";
}

// Prints how many messages are held, and since when the oldest.
void PrintHeld(const Context& context,
               const admin::v1::ListHoldsResponse& held) {
  if (held.held() == 0) {
    context.out << "No message is held.\n";
    return;
  }
  context.out << tools::Counted(held.held(), "message")
              << (held.held() == 1 ? " is" : " are") << " held";
  if (!held.messages().empty()) {
    context.out << ", the oldest since "
                << tools::TimeText(held.messages(0).hold_time());
  }
  context.out << ": `sluicectl hold list`\n";
}

void PrintUnserved(const Context& context,
                   const admin::v1::GetPostureResponse& posture) {
  std::vector<std::string> carriers;
  for (const int value : posture.unserved_carriers()) {
    const auto carrier = static_cast<admin::v1::Carrier>(value);
    carriers.push_back(carrier == admin::v1::CARRIER_UNSPECIFIED
                           ? "unknown"
                           : absl::AsciiStrToLower(tools::ShortName(carrier)));
  }
  if (carriers.empty()) return;
  context.out << context.style.Bad("No link serves the carriers ")
              << absl::StrJoin(carriers, ", ")
              << ": messages to their numbers wait and expire (`carriers` of "
                 "the links in the configuration)\n";
}

void Print(const Context& context,
           const admin::v1::GetPostureResponse& posture) {
  KeyNames names(context);
  for (const admin::v1::PackInForce& pack : posture.packs()) {
    context.out << "Rule set " << context.style.Bold(pack.rule_set()) << ": "
                << pack.pack() << " " << pack.version() << ", " << pack.title()
                << "\n  in force since " << tools::TimeText(pack.publish_time())
                << ", by " << names.Of(pack.actor()) << " (" << pack.reason()
                << ")\n";
    for (const std::string& notice : pack.notices()) {
      context.out << "  " << context.style.Bad("note") << " " << notice << "\n";
    }
  }
  PrintUnserved(context, posture);
  if (posture.not_enforced().empty()) {
    context.out << context.style.Good("Everything is enforced.") << "\n";
    return;
  }
  tools::Table table({{"check"},
                      {"rule"},
                      {"mode"},
                      {"not for"},
                      {"since"},
                      {"until"},
                      {"by"},
                      {"basis"},
                      {"note", tools::Align::kLeft, true}});
  for (const admin::v1::NotEnforced& line : posture.not_enforced()) {
    table.AddRow({line.code(), line.rule(), ModeText(line), ForWhom(line),
                  tools::TimeText(line.start_time()),
                  tools::TimeText(line.end_time()), ByWhom(line, names),
                  tools::ShortName(line.basis()), line.note()});
  }
  context.out << "\n"
              << tools::Grouped(
                     static_cast<uint64_t>(posture.not_enforced_size()))
              << " not enforced (observed: counted and in would_reasons)\n"
              << table.Text(context.width);
}

absl::StatusOr<int> Posture(const Context& context, const PostureFlags&) {
  SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                          tools::Connection::Open(context.connection));
  const auto stub = admin::v1::OperationsService::NewStub(connection.channel());
  admin::v1::GetPostureResponse posture;
  SLUICE_RETURN_IF_ERROR(
      connection.Call(*stub, &admin::v1::OperationsService::Stub::GetPosture,
                      admin::v1::GetPostureRequest(), posture));
  // The list begins with the messages held longest.
  admin::v1::ListHoldsRequest first;
  first.set_page_size(1);
  admin::v1::ListHoldsResponse held;
  const auto holds = admin::v1::HoldsService::NewStub(connection.channel());
  SLUICE_RETURN_IF_ERROR(connection.Call(
      *holds, &admin::v1::HoldsService::Stub::ListHolds, first, held));
  if (context.json) {
    PrintJson(context.out, posture);
    tools::JsonLine line;
    line.Count("held", held.held());
    if (!held.messages().empty()) {
      line.Text("held_since", google::protobuf::util::TimeUtil::ToString(
                                  held.messages(0).hold_time()));
    }
    context.out << line.End() << "\n";
  } else {
    Print(context, posture);
    PrintHeld(context, held);
  }
  return 0;
}

}  // namespace

void AddPosture(tools::CommandLine& app, Context& context) {
  AddCommand<PostureFlags>(
      app, context, "posture",
      "The rule packs in force; every check, limit and rule that is not "
      "enforced: for whom, since when, until when, by whom; the carriers that "
      "no "
      "link serves; and the number of held messages with the oldest one's "
      "time. "
      "With --json the last line has "
      "the held messages.",
      "sluicectl posture --json", [](tools::CommandLine&, PostureFlags&) {},
      Posture);
}

}  // namespace sluice::ctl
