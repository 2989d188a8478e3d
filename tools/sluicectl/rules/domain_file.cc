#include "tools/sluicectl/rules/domain_file.h"

#include <optional>
#include <set>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rules/base/both_error.h"
#include "rules/base/faults.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "rules/contacts/domain_set.h"
#include "tools/sluicectl/rules/line_diff.h"

namespace sluice::ctl {
namespace {

// Whether a line of a list names `host` itself, not a domain above it.
bool IsAbout(absl::string_view line, absl::string_view host) {
  rules::Faults faults;
  const rules::DomainSet set = rules::DomainSet::Parse("line", line, faults);
  const size_t dot = host.find('.');
  return set.Contains(host) &&
         (dot == host.npos || !set.Contains(host.substr(dot + 1)));
}

// Whether a line, one of a hosts file, names several domains.
bool NamesOthers(absl::string_view line) {
  rules::Faults faults;
  return rules::DomainSet::Parse("line", line, faults).size() > 1;
}

absl::StatusOr<std::string> HostOf(absl::string_view flag,
                                   absl::string_view domain) {
  std::string host;
  absl::string_view bare = domain;
  // A domain stands for all its subdomains, with or without "*.".
  if (!absl::ConsumePrefix(&bare, "*.")) absl::ConsumePrefix(&bare, ".");
  const Both fault = rules::DomainFault(bare, host);
  if (fault.english.empty()) return host;
  return ErrorOf(absl::StatusCode::kInvalidArgument,
                 {absl::StrCat(flag, " ", domain, "：", fault.chinese),
                  absl::StrCat(flag, " ", domain, ": ", fault.english)});
}

class DomainFile {
 public:
  explicit DomainFile(absl::string_view content)
      : lines_(SplitLines(content)),
        line_end_(absl::StrContains(content, "\r\n") ? "\r\n" : "\n") {}

  absl::Status Remove(absl::string_view file, absl::string_view domain) {
    SLUICE_ASSIGN_OR_RETURN(const std::string host, HostOf("--remove", domain));
    bool found = false;
    // The list may contain the domain twice.
    while (const auto line = LineOf(host)) {
      if (NamesOthers(lines_[*line])) {
        return ErrorOf(
            absl::StatusCode::kFailedPrecondition,
            SayBoth("--remove $0：$1:$2 还有别的域名；请修改这一行",
                    "--remove $0: $1:$2 names other domains too; edit the "
                    "line",
                    domain, file, *line + 1));
      }
      gone_.insert(*line);
      found = true;
    }
    if (found) return absl::OkStatus();
    return ErrorOf(absl::StatusCode::kNotFound,
                   SayBoth("--remove $0：$1 中没有", "--remove $0: not in $1",
                           domain, file));
  }

  absl::Status Add(absl::string_view file, const std::string& domain) {
    SLUICE_ASSIGN_OR_RETURN(const std::string host, HostOf("--add", domain));
    const auto line = LineOf(host);
    if (line) {
      return ErrorOf(
          absl::StatusCode::kAlreadyExists,
          SayBoth("--add $0：$1:$2 已经有了", "--add $0: $1:$2 already has it",
                  domain, file, *line + 1));
    }
    if (!added_.insert(host).second) {
      return ErrorOf(absl::StatusCode::kAlreadyExists,
                     SayBoth("--add $0：会在 $1 中重复",
                             "--add $0: $1 would have it twice", domain, file));
    }
    absl::StrAppend(&new_lines_, domain, line_end_);
    return absl::OkStatus();
  }

  std::string Content() const {
    std::string content;
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (!gone_.contains(i)) absl::StrAppend(&content, lines_[i]);
    }
    if (!content.empty() && content.back() != '\n' && !new_lines_.empty()) {
      absl::StrAppend(&content, line_end_);
    }
    return content + new_lines_;
  }

 private:
  // The first remaining line with the domain.
  std::optional<size_t> LineOf(absl::string_view host) const {
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (!gone_.contains(i) && IsAbout(lines_[i], host)) return i;
    }
    return std::nullopt;
  }

  const std::vector<absl::string_view> lines_;
  const std::string line_end_;
  std::set<size_t> gone_;  // Lines, from 0.
  std::set<std::string> added_;
  std::string new_lines_;
};

}  // namespace

absl::StatusOr<FileAdded> AddDomainsOf(absl::string_view file,
                                       absl::string_view content,
                                       absl::string_view from,
                                       absl::string_view from_content) {
  rules::Faults faults;
  const rules::DomainSet present =
      rules::DomainSet::Parse(file, content, faults);
  const rules::DomainSet added =
      rules::DomainSet::Parse(from, from_content, faults);
  SLUICE_RETURN_IF_ERROR(faults.ToStatus());
  const char* const line_end =
      absl::StrContains(content, "\r\n") ? "\r\n" : "\n";
  FileAdded result = {std::string(content)};
  if (!content.empty() && content.back() != '\n') result.content += line_end;
  for (const std::string& domain : added.Domains()) {
    if (present.LineOf(domain) != 0) {
      ++result.present;
      continue;
    }
    ++result.added;
    absl::StrAppend(&result.content, domain, line_end);
  }
  return result;
}

absl::StatusOr<std::string> EditDomains(absl::string_view file,
                                        absl::string_view content,
                                        const WordEdit& edit) {
  if (!edit.category.empty()) {
    return ErrorOf(absl::StatusCode::kInvalidArgument,
                   SayBoth("--category：$0 是域名列表",
                           "--category: $0 is a list of domains", file));
  }
  rules::Faults faults;
  rules::DomainSet::Parse(file, content, faults);
  SLUICE_RETURN_IF_ERROR(faults.ToStatus());
  DomainFile domains(content);
  for (const std::string& domain : edit.remove) {
    SLUICE_RETURN_IF_ERROR(domains.Remove(file, domain));
  }
  for (const std::string& domain : edit.add) {
    SLUICE_RETURN_IF_ERROR(domains.Add(file, domain));
  }
  return domains.Content();
}

}  // namespace sluice::ctl
