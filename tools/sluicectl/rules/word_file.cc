#include "tools/sluicectl/rules/word_file.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "rules/base/both_error.h"
#include "rules/base/csv.h"
#include "rules/base/faults.h"
#include "rules/base/language.h"
#include "rules/base/status_macros.h"
#include "rules/pack/word_list.h"
#include "tools/sluicectl/rules/line_diff.h"

namespace sluice::ctl {
namespace {

class WordFile {
 public:
  WordFile(absl::string_view file, absl::string_view content)
      : file_(file),
        is_table_(absl::EndsWith(file, ".csv")),
        lines_(SplitLines(content)),
        line_end_(absl::StrContains(content, "\r\n") ? "\r\n" : "\n") {}

  // Errors: the file's faults.
  absl::Status Read(absl::string_view content) {
    rules::Faults faults;
    rules::ParseWords(file_, content, faults);
    SLUICE_RETURN_IF_ERROR(faults.ToStatus());
    // Each line, also those of words that are there again.
    rules::ForEachWord(
        file_, content, faults,
        [this](absl::string_view word, rules::Position position,
               absl::string_view) {
          lines_of_[rules::FoldWord(word)].push_back(position.line);
        });
    if (is_table_) {
      rules::CsvReader reader(rules::CsvCells::kTrimmed);
      reader.Take(FirstLine());
      for (const rules::CsvCell& cell : reader.cells()) {
        columns_.push_back(cell.text);
      }
    }
    return absl::OkStatus();
  }

  absl::Status Remove(const std::string& word) {
    const auto found = lines_of_.find(rules::FoldWord(word));
    if (found == lines_of_.end()) {
      return ErrorOf(
          absl::StatusCode::kNotFound,
          SayBoth("--remove $0：不在 $1 中。请按词表中那一行的写法给出",
                  "--remove $0: not in $1. Give each word exactly as its line "
                  "in the list",
                  word, file_));
    }
    gone_.insert(found->second.begin(), found->second.end());
    lines_of_.erase(found);
    return absl::OkStatus();
  }

  absl::Status Add(const std::string& word, const std::string& category) {
    SLUICE_RETURN_IF_ERROR(CheckWord(word));
    const auto [found, added] =
        lines_of_.emplace(rules::FoldWord(word), std::vector<uint32_t>{0});
    if (!added) {
      return ErrorOf(
          absl::StatusCode::kAlreadyExists,
          found->second.front() == 0
              ? SayBoth("--add $0：会在 $1 中重复",
                        "--add $0: $1 would have it twice", word, file_)
              : SayBoth("--add $0：$1:$2 已有这个词，或全半角、大小写、繁简归一"
                        "后相同的词",
                        "--add $0: $1:$2 already has it, or a word that is "
                        "equal after folding of width, case and script",
                        word, file_, found->second.front()));
    }
    if (!is_table_) {
      added_.push_back(word);
      return absl::OkStatus();
    }
    return AddRow(word, category);
  }

  std::string Content() const {
    std::string content;
    for (size_t i = 0; i < lines_.size(); ++i) {
      if (!gone_.contains(i + 1)) absl::StrAppend(&content, lines_[i]);
    }
    if (!content.empty() && content.back() != '\n' && !added_.empty()) {
      absl::StrAppend(&content, line_end_);
    }
    for (const std::string& line : added_) {
      absl::StrAppend(&content, line, line_end_);
    }
    return content;
  }

 private:
  // The word must read back unchanged: " #" would begin a comment.
  absl::Status CheckWord(const std::string& word) const {
    rules::Faults faults;
    const std::vector<rules::Word> read =
        is_table_ ? rules::ParseWords(
                        "word.csv", "word\n" + rules::CsvCellText(word), faults)
                  : rules::ParseWords("word", word, faults);
    const bool lines = word.find_first_of("\r\n") != std::string::npos;
    if (!lines && read.size() == 1 && read[0].text == word) {
      return absl::OkStatus();
    }
    if (lines || faults.empty()) {
      return ErrorOf(
          absl::StatusCode::kInvalidArgument,
          SayBoth(
              "--add：一个词占一行，前后没有空格，也不含 #（# 是注释的开头）",
              "--add: a word is one line, without blanks around it and "
              "without # (which begins a comment)"));
    }
    const Both fault = BothOf(faults.ToStatus());
    const auto without_place = [](const std::string& text) {
      return text.substr(text.find(": ") + 2);
    };
    return ErrorOf(absl::StatusCode::kInvalidArgument,
                   {absl::StrCat("--add：", without_place(fault.chinese)),
                    absl::StrCat("--add: ", without_place(fault.english))});
  }

  // The first line without byte order mark and line end.
  absl::string_view FirstLine() const {
    if (lines_.empty()) return "";
    return absl::StripSuffix(
        absl::StripSuffix(absl::StripPrefix(lines_[0], "\xef\xbb\xbf"), "\n"),
        "\r");
  }

  absl::Status AddRow(const std::string& word, const std::string& category) {
    bool has_category = false;
    std::string row;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) row += ',';
      if (columns_[i] == "word") row += rules::CsvCellText(word);
      if (columns_[i] != "category") continue;
      has_category = true;
      row += rules::CsvCellText(category);
    }
    if (!category.empty() && !has_category) {
      return ErrorOf(absl::StatusCode::kInvalidArgument,
                     SayBoth("--category：$0 没有 'category' 这一列",
                             "--category: $0 has no column 'category'", file_));
    }
    added_.push_back(row);
    return absl::OkStatus();
  }

  const absl::string_view file_;
  const bool is_table_;
  const std::vector<absl::string_view> lines_;
  const std::string line_end_;
  std::vector<std::string> columns_;
  // By folded word, the lines with it; 0: a new line.
  std::map<std::string, std::vector<uint32_t>> lines_of_;
  std::set<size_t> gone_;           // Lines, from 1.
  std::vector<std::string> added_;  // Lines without ends.
};

}  // namespace

absl::StatusOr<FileAdded> AddWordsOf(absl::string_view file,
                                     absl::string_view content,
                                     absl::string_view from,
                                     absl::string_view from_content,
                                     const std::string& category) {
  WordFile words(file, content);
  SLUICE_RETURN_IF_ERROR(words.Read(content));
  rules::Faults faults;
  rules::ParseWords(from, from_content, faults);
  SLUICE_RETURN_IF_ERROR(faults.ToStatus());
  const bool table = absl::EndsWith(file, ".csv");
  FileAdded result;
  absl::Status status;
  rules::ForEachWord(
      from, from_content, faults,
      [&](absl::string_view word, rules::Position, absl::string_view own) {
        if (!status.ok()) return;
        const absl::string_view its = own.empty() ? category : own;
        const absl::Status added =
            words.Add(std::string(word), std::string(table ? its : ""));
        if (added.ok()) {
          ++result.added;
        } else if (absl::IsAlreadyExists(added)) {
          ++result.present;
        } else {
          status = added;
        }
      });
  SLUICE_RETURN_IF_ERROR(status);
  result.content = words.Content();
  return result;
}

absl::StatusOr<std::string> EditWords(absl::string_view file,
                                      absl::string_view content,
                                      const WordEdit& edit) {
  WordFile words(file, content);
  SLUICE_RETURN_IF_ERROR(words.Read(content));
  if (!edit.category.empty() && !absl::EndsWith(file, ".csv")) {
    return ErrorOf(
        absl::StatusCode::kInvalidArgument,
        SayBoth("--category：只有表格（.csv）有类别，而 $0 是纯文本",
                "--category: only a table (.csv) has categories, and $0 is "
                "plain text",
                file));
  }
  for (const std::string& word : edit.remove) {
    SLUICE_RETURN_IF_ERROR(words.Remove(word));
  }
  for (const std::string& word : edit.add) {
    SLUICE_RETURN_IF_ERROR(words.Add(word, edit.category));
  }
  return words.Content();
}

}  // namespace sluice::ctl
