// sluicectl store check: the offline check of a store's journals.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rules/base/status_macros.h"
#include "store/journal/journal_check.h"
#include "store/journal/posix_journal_file.h"
#include "store/partition/checkpoint.h"
#include "store/views/views.h"
#include "tools/lib/bar.h"
#include "tools/lib/json_line.h"
#include "tools/lib/progress.h"
#include "tools/lib/table.h"
#include "tools/sluicectl/command.h"

namespace sluice::ctl {
namespace {

namespace fs = std::filesystem;

struct StoreFlags {
  std::string path;
};

struct CheckedJournal {
  std::string folder;
  store::JournalCheckReport report;
};

// The folder itself, or the folders in it that have a journal.
std::vector<std::string> FindJournals(const std::string& path) {
  std::vector<std::string> folders;
  const auto is_journal = [](const fs::path& folder) {
    if (fs::exists(folder / std::string(store::kIdentityName))) return true;
    // The identity may be the damaged file.
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (store::SegmentOfName(entry.path().filename().string())) return true;
    }
    return false;
  };
  std::error_code error;
  if (!fs::is_directory(path, error)) return folders;
  if (is_journal(path)) folders.push_back(path);
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator it(path, options, error), end;
       it != end && !error; it.increment(error)) {
    if (it->is_directory() && is_journal(it->path())) {
      folders.push_back(it->path().string());
    }
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

// A journal whose end was cut off looks undamaged, but the views of its
// partition know how far it went.
absl::StatusOr<CheckedJournal> CompareWithViews(CheckedJournal checked) {
  const fs::path folder = fs::path(checked.folder).parent_path() / "views";
  std::error_code error;
  if (!fs::is_directory(folder, error)) return checked;
  const auto views = store::Views::OpenToRead(folder.string());
  if (!views.ok()) return checked;  // A start rebuilds damaged views.
  SLUICE_ASSIGN_OR_RETURN(const store::Position saved,
                          store::NewestPoint(**views));
  store::JournalCheckReport& report = checked.report;
  if (saved <= report.end) return checked;
  ++report.damage_count;
  report.damage.push_back(
      {report.end.segment(), report.end.offset(),
       absl::StrCat("the journal ends here, but had reached ",
                    store::ToString(saved), " when the views were saved")});
  return checked;
}

absl::StatusOr<CheckedJournal> CheckOne(const Context& context,
                                        const std::string& folder) {
  SLUICE_ASSIGN_OR_RETURN(const std::unique_ptr<store::PosixJournalFiles> files,
                          store::PosixJournalFiles::Open(
                              folder, store::PosixJournalFiles::Access::kRead));
  tools::Progress progress(context.err, context.progress,
                           absl::StrCat(folder, " MiB"), 0);
  CheckedJournal checked = {folder, {}};
  SLUICE_ASSIGN_OR_RETURN(
      checked.report,
      store::CheckJournal(*files, [&](uint64_t done, uint64_t all) {
        progress.Set(done >> 20, all >> 20);
      }));
  return CompareWithViews(std::move(checked));
}

std::string ReportJson(const CheckedJournal& checked) {
  const store::JournalCheckReport& report = checked.report;
  std::vector<tools::JsonLine> damage;
  for (const store::JournalDamage& d : report.damage) {
    damage.push_back(tools::JsonLine()
                         .Count("segment", d.segment)
                         .Count("offset", d.offset)
                         .Text("what", d.what));
  }
  const std::string root(report.root.begin(), report.root.end());
  return tools::JsonLine()
      .Text("folder", checked.folder)
      .Text("journal", store::NameOf(report.identity))
      .Count("segments", report.segments)
      .Count("segments_reduced", report.segments_reduced)
      .Count("groups", report.groups)
      .Count("records", report.records)
      .Count("removed", report.removed)
      .Count("bytes", report.bytes)
      .Text("root", absl::BytesToHexString(root))
      .Count("bytes_torn", report.bytes_torn)
      .Count("damage_count", report.damage_count)
      .Objects("damage", damage)
      .End();
}

void PrintReports(const Context& context,
                  const std::vector<CheckedJournal>& journals) {
  using tools::Align;
  tools::Table table({{"folder"},
                      {"journal"},
                      {"segments", Align::kRight},
                      {"groups", Align::kRight},
                      {"records", Align::kRight},
                      {"removed", Align::kRight},
                      {"bytes", Align::kRight},
                      {"torn", Align::kRight},
                      {"damage", Align::kRight},
                      {"last root"}});
  tools::Table damage({{"folder"},
                       {"segment", Align::kRight},
                       {"offset", Align::kRight},
                       {"what", Align::kLeft, true}});
  for (const CheckedJournal& checked : journals) {
    const store::JournalCheckReport& r = checked.report;
    const std::string root(r.root.begin(), r.root.end());
    table.AddRow({checked.folder, store::NameOf(r.identity),
                  tools::Grouped(r.segments), tools::Grouped(r.groups),
                  tools::Grouped(r.records), tools::Grouped(r.removed),
                  tools::Grouped(r.bytes), tools::Grouped(r.bytes_torn),
                  tools::Grouped(r.damage_count),
                  absl::BytesToHexString(root).substr(0, 16)});
    for (const store::JournalDamage& d : r.damage) {
      damage.AddRow({checked.folder, absl::StrCat(d.segment),
                     absl::StrCat(d.offset), d.what});
    }
  }
  context.out << table.Text(context.width);
  if (damage.empty()) {
    context.out << "\n" << context.style.Good("No damage.") << "\n";
    return;
  }
  context.out << "\n"
              << context.style.Bad("Damage") << "\n"
              << damage.Text(context.width)
              << "\nRestore the damaged segments from a copy (the last root "
                 "proves that it is the same journal), then check again.\n";
}

absl::StatusOr<int> Check(const Context& context, const StoreFlags& flags) {
  const std::vector<std::string> folders = FindJournals(flags.path);
  if (folders.empty()) {
    return absl::NotFoundError(
        absl::StrCat(flags.path,
                     ": this folder has no journal; give the path in "
                     "store.path of sluice.yaml"));
  }
  if (store::PosixJournalFiles::IsInUse(folders.front())) {
    context.err << "sluiced has this store open: data that it writes during "
                   "the check may look torn or missing. Stop sluiced first for "
                   "a reliable result.\n";
  }
  std::vector<CheckedJournal> journals;
  uint64_t damaged = 0;
  for (const std::string& folder : folders) {
    SLUICE_ASSIGN_OR_RETURN(CheckedJournal checked, CheckOne(context, folder));
    damaged += checked.report.damage_count;
    if (context.json) context.out << ReportJson(checked) << "\n";
    journals.push_back(std::move(checked));
  }
  if (!context.json) PrintReports(context, journals);
  return damaged == 0 ? 0 : 1;
}

}  // namespace

void AddStore(tools::CommandLine& app, Context& context) {
  tools::CommandLine& group = AddGroup(app, "store", "The journals on disk",
                                       "sluicectl store check ./sluice-data");
  AddCommand<StoreFlags>(
      group, context, "check",
      "Reads every journal of a store and verifies every checksum, root and "
      "position. Needs no server; stop sluiced first, because an unfinished "
      "write looks torn. Changes nothing. Exits 1 on damage.",
      "sluicectl store check ./sluice-data",
      [](tools::CommandLine& command, StoreFlags& flags) {
        command.Add("PATH", flags.path, "The store's folder").Required();
      },
      Check);
}

}  // namespace sluice::ctl
