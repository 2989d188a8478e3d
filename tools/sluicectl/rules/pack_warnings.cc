#include "tools/sluicectl/rules/pack_warnings.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "rules/base/faults.h"
#include "rules/base/language.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"
#include "rules/check/pack_warnings.h"
#include "rules/compare/shipped.h"
#include "rules/everyday_hits.h"
#include "rules/known_bad_passes.h"
#include "rules/pack/pack.h"
#include "sluice/admin/v1/registry.grpc.pb.h"
#include "tools/lib/connection.h"
#include "tools/lib/party_calls.h"
#include "tools/lib/wrap.h"

namespace sluice::ctl {
namespace {

// Cells before a warning that goes on in a further line of a terminal.
constexpr size_t kIndent = 2;

// Of more lines than so many about what a pack gives up the first are shown.
constexpr size_t kWeakerMax = 20;
constexpr size_t kWeakerShown = 10;
// Those of files that hold no rules are few and mostly an officer's own.
bool IsOfSettings(absl::string_view line) {
  return absl::StrContains(line, "/policy.yaml:") ||
         absl::StrContains(line, "/articles.yaml:") ||
         absl::StrContains(line, "/pack.yaml:");
}

using Names = google::protobuf::RepeatedPtrField<std::string>;

// One field of every scope of a pack, such as `accounts`.
struct ScopeField {
  const char* name;
  const char* chinese;
  const char* what;
  const Names& (rules::v1::Scope::*names)() const;
};

constexpr ScopeField kProviders = {"content_providers", "内容提供者",
                                   "content provider",
                                   &rules::v1::Scope::content_providers};
constexpr ScopeField kAccounts = {"accounts", "账号", "account",
                                  &rules::v1::Scope::accounts};
constexpr ScopeField kPorts = {"ports", "端口", "port",
                               &rules::v1::Scope::ports};
constexpr ScopeField kSignatures = {"signatures", "签名", "signature",
                                    &rules::v1::Scope::signatures};

// Compares the scopes of one pack with the registry of one server.
class PartyCheck {
 public:
  PartyCheck(const Context& context, const rules::Pack& pack,
             rules::Warnings& warnings)
      : context_(context), pack_(pack), warnings_(warnings) {}

  absl::Status Check() {
    SLUICE_RETURN_IF_ERROR(CheckField<admin::v1::ContentProvider>(kProviders));
    SLUICE_RETURN_IF_ERROR(CheckField<admin::v1::Account>(kAccounts));
    SLUICE_RETURN_IF_ERROR(CheckField<admin::v1::Port>(kPorts));
    return CheckField<admin::v1::Signature>(kSignatures);
  }

 private:
  using Visit =
      std::function<void(const std::string& name, const std::string& path)>;

  // What a scope names: a signature by its name, all others by id.
  static const std::string& NameIn(const admin::v1::Signature& signature) {
    return signature.name();
  }
  template <typename Party>
  static const std::string& NameIn(const Party& party) {
    return party.id();
  }

  template <typename Party>
  absl::Status CheckField(const ScopeField& field) {
    bool named = false;
    ForEachName(field, [&named](const std::string&, const std::string&) {
      named = true;
    });
    if (!named) return absl::OkStatus();
    std::vector<std::string> known;
    SLUICE_RETURN_IF_ERROR(List<Party>(known));
    const std::set<std::string> all(known.begin(), known.end());
    ForEachName(field, [&](const std::string& name, const std::string& path) {
      if (all.contains(name)) return;
      const std::string nearest = rules::NearestOf(name, known);
      warnings_.Add(
          pack_.rules_file.path, pack_.rules_file.positions.At(path),
          SayBoth("未登记的主体", "parties that the registry does not have"),
          nearest.empty()
              ? SayBoth("没有登记$0 $2，这样写选不中任何短信",
                        "the registry has no $1 $2, so this selects no message",
                        field.chinese, field.what, Quoted(name))
              : SayBoth("没有登记$0 $2，是否应为 $3？",
                        "the registry has no $1 $2, did you mean $3?",
                        field.chinese, field.what, Quoted(name),
                        Quoted(nearest)));
    });
    return absl::OkStatus();
  }

  template <typename Party>
  absl::Status List(std::vector<std::string>& names) const {
    using Calls = tools::PartyCalls<Party>;
    SLUICE_ASSIGN_OR_RETURN(const tools::Connection connection,
                            tools::Connection::Open(context_.connection));
    const auto stub = admin::v1::RegistryService::NewStub(connection.channel());
    typename Calls::ListRequest request;
    typename Calls::ListResponse page;
    do {
      SLUICE_RETURN_IF_ERROR(
          connection.Call(*stub, Calls::kList, request, page));
      for (const Party& party : Calls::All(page)) {
        names.push_back(NameIn(party));
      }
      request.set_page_token(page.next_page_token());
    } while (!page.next_page_token().empty());
    return absl::OkStatus();
  }

  // Every name under `field` in scope and except, of rules and thresholds.
  void ForEachName(const ScopeField& field, const Visit& visit) const {
    const auto of_all = [&](const auto& all, absl::string_view list) {
      for (int i = 0; i < all.size(); ++i) {
        const std::string path = absl::StrCat(list, "[", i, "]");
        OfScope(all[i].scope(), path + ".scope", field, visit);
        OfScope(all[i].except(), path + ".except", field, visit);
      }
    };
    of_all(pack_.rules.rules(), "rules");
    of_all(pack_.rules.thresholds(), "thresholds");
  }

  static void OfScope(const rules::v1::Scope& scope, const std::string& path,
                      const ScopeField& field, const Visit& visit) {
    const Names& names = (scope.*field.names)();
    for (int i = 0; i < names.size(); ++i) {
      visit(names[i], absl::StrCat(path, ".", field.name, "[", i, "]"));
    }
  }

  const Context& context_;
  const rules::Pack& pack_;
  rules::Warnings& warnings_;
};

}  // namespace

absl::StatusOr<PackWarnings> WarningsOf(const Context& context,
                                        const rules::PackFiles& files,
                                        const std::string& folder,
                                        AskRegistry ask,
                                        const rules::RuleSet* compiled,
                                        PackHas has) {
  rules::Faults faults;
  rules::Pack pack = rules::ReadPack(files, faults, folder);
  if (has == PackHas::kFaults) rules::CheckPack(pack, faults);
  PackWarnings warnings;
  rules::FindWarnings(pack, files, faults, absl::Now(), faults.warnings());
  warnings.odd = faults.warnings();
  if (compiled != nullptr) {
    rules::FindEverydayHits(*compiled, pack.rules_file, warnings.odd);
  }
  if (ask != AskRegistry::kNo) {
    const absl::Status asked = PartyCheck(context, pack, warnings.odd).Check();
    if (ask == AskRegistry::kYes) SLUICE_RETURN_IF_ERROR(asked);
  }
  // What could not be read is not given up.
  if (!faults.empty()) return warnings;
  const auto shipped = rules::FindShipped(pack, files);
  if (!shipped) return warnings;
  warnings.weaker.than = shipped->name;
  rules::FillDefaults(pack);
  rules::FindWeaker(shipped->pack, pack, warnings.weaker);
  if (compiled != nullptr) {
    rules::FindKnownBadPasses(*compiled, pack.rules_file, warnings.weaker);
  }
  return warnings;
}

rules::Weaker GivenUpOf(const Context& context, const NamedPack& before,
                        const rules::PackFiles& files,
                        const std::string& folder) {
  rules::Weaker weaker;
  rules::Faults faults;
  rules::Pack was = rules::ReadPack(before.files, faults);
  rules::Pack now = rules::ReadPack(files, faults, folder);
  if (!faults.empty()) return weaker;
  weaker.than = context.json ? before.name : before.NameIn(context.language);
  rules::FillDefaults(was);
  rules::FillDefaults(now);
  rules::FindWeaker(was, now, weaker);
  return weaker;
}

WarningLines LinesOf(const Context& context, const PackWarnings& warnings) {
  const Language language =
      context.json ? Language::kEnglish : context.language;
  return {.odd = warnings.odd.Lines(language),
          .than = warnings.weaker.than,
          .head = rules::HeadOf(warnings.weaker, language),
          .weaker = warnings.weaker.Lines(language),
          .than_now = warnings.weaker_now.than,
          .head_now = Say(
              language, "比生效的$0宽松（以下“随附”指这一版本）：",
              "Weaker than $0, which is in force (what it has is \"shipped\" "
              "here):",
              warnings.weaker_now.than),
          .weaker_now = warnings.weaker_now.Lines(language)};
}

WarningLines OfFile(const std::string& path, WarningLines lines) {
  for (std::vector<std::string>* const all : {&lines.odd, &lines.weaker}) {
    std::erase_if(*all, [&path](const std::string& line) {
      return !absl::StartsWith(line, path + ":") &&
             !absl::StartsWith(line, path + "：");
    });
  }
  return lines;
}

namespace {

void PrintLines(const Context& context, const std::vector<std::string>& lines) {
  const std::string lead = context.Say("警告", "warning");
  for (const std::string& line : lines) {
    const std::string all =
        tools::WrapLines(absl::StrCat(lead, " ", line), context.width, kIndent);
    context.out << context.style.Bad(lead) << all.substr(lead.size()) << "\n";
  }
}

std::vector<tools::JsonLine> AllPlacedJson(
    const std::vector<std::string>& lines) {
  std::vector<tools::JsonLine> objects;
  for (const std::string& line : lines) objects.push_back(PlacedJson(line));
  return objects;
}

}  // namespace

void PrintWarnings(const Context& context, const WarningLines& lines,
                   ShowWeaker show) {
  PrintLines(context, lines.odd);
  if (!lines.weaker_now.empty()) {
    context.out << context.style.Bold(lines.head_now) << "\n";
    PrintLines(context, lines.weaker_now);
  }
  if (lines.weaker.empty()) return;
  context.out << context.style.Bold(lines.head) << "\n";
  // The worst comes first: bad texts that pass, then what the law demands.
  const size_t count = lines.weaker.size();
  if (show == ShowWeaker::kAll || count <= kWeakerMax) {
    return PrintLines(context, lines.weaker);
  }
  std::vector<std::string> shown;
  size_t of_rules = 0;
  for (const std::string& line : lines.weaker) {
    if (IsOfSettings(line) || ++of_rules <= kWeakerShown) shown.push_back(line);
  }
  PrintLines(context, shown);
  context.out
      << tools::WrapLines(
             context.Say(
                 "……共 $0 行，以上是其中 $1 行。行数多，多半因为它是 $2 "
                 "较早的副本。\n看全部：sluicectl rules validate 规则包 "
                 "--all（或 --json）",
                 "... $0 lines in all, of which $1 are shown. So many are "
                 "mostly of a copy of an older $2.\n"
                 "To see all: sluicectl rules validate FOLDER --all "
                 "(or --json)",
                 count, shown.size(), lines.than),
             context.width, kIndent)
      << "\n";
}

tools::JsonLine PlacedJson(absl::string_view line) {
  const std::vector<std::string> parts =
      absl::StrSplit(line, absl::MaxSplits(':', 3));
  uint64_t row = 0;
  uint64_t column = 0;
  if (parts.size() < 4 || !absl::SimpleAtoi(parts[1], &row) ||
      !absl::SimpleAtoi(parts[2], &column)) {
    return tools::JsonLine().Text("what", line);
  }
  return tools::JsonLine()
      .Text("file", parts[0])
      .Count("line", row)
      .Count("column", column)
      .Text("what", absl::StripPrefix(parts[3], " "));
}

tools::JsonLine& AddWarnings(const WarningLines& lines, tools::JsonLine& json) {
  json.Objects("warnings", AllPlacedJson(lines.odd));
  if (!lines.than_now.empty()) {
    json.Text("weaker_than_in_force", lines.than_now)
        .Objects("weaker_now", AllPlacedJson(lines.weaker_now));
  }
  if (lines.than.empty()) return json;
  return json.Text("weaker_than", lines.than)
      .Objects("weaker", AllPlacedJson(lines.weaker));
}

}  // namespace sluice::ctl
