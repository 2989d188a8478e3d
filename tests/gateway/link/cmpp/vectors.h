#pragma once

// Reads vectors.txt: whole CMPP PDUs that other implementations wrote.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gateway/link/cmpp/header.h"
#include "rules/base/files.h"
#include "rules/base/list_lines.h"

namespace sluice::cmpp {

// An absent value or meaning is not compared.
struct VectorField {
  std::string name;
  std::optional<std::string> value;
  std::optional<std::string> meaning;
};

struct Vector {
  std::string id;
  Version version = Version::k20;
  std::string command;
  std::string hex;
  std::vector<VectorField> fields;
};

// Parses "[CMPP2-01] 2.0 CMPP_CONNECT"; nullopt for another line.
inline std::optional<Vector> ParseVectorHead(absl::string_view line) {
  const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
  absl::string_view id = words[0];
  if (words.size() != 3 || !absl::ConsumePrefix(&id, "[") ||
      !absl::ConsumeSuffix(&id, "]") ||
      (words[1] != "2.0" && words[1] != "3.0")) {
    return std::nullopt;
  }
  return Vector{std::string(id),
                words[1] == "2.0" ? Version::k20 : Version::k30,
                std::string(words[2])};
}

// Parses "name = value | meaning".
inline VectorField ParseVectorField(absl::string_view line) {
  VectorField field;
  const std::pair<absl::string_view, absl::string_view> halves =
      absl::StrSplit(line, absl::MaxSplits(" | ", 1));
  if (halves.first.size() < line.size()) {
    field.meaning = std::string(halves.second);
  }
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(halves.first, absl::MaxSplits(" = ", 1));
  if (parts.first.size() < halves.first.size()) {
    field.value = std::string(parts.second);
  }
  field.name = std::string(parts.first);
  return field;
}

// Errors: kInvalidArgument, "file:line:column: what is wrong" for each line.
inline absl::StatusOr<std::vector<Vector>> ParseVectors(
    absl::string_view file, absl::string_view content) {
  std::vector<Vector> vectors;
  rules::Faults faults;
  const auto read = [&](uint32_t number, absl::string_view line) {
    line = rules::WithoutComment(line);
    if (line.empty()) return;
    const rules::Position at = {number, 1};
    if (line[0] == '[') {
      auto head = ParseVectorHead(line);
      if (!head) return faults.Add(file, at, "not '[id] 2.0 COMMAND'");
      vectors.push_back(*std::move(head));
    } else if (vectors.empty()) {
      faults.Add(file, at, "stands before the first [id]");
    } else if (absl::ConsumePrefix(&line, "hex ")) {
      if (line.size() % 2 != 0 || !absl::c_all_of(line, absl::ascii_isxdigit)) {
        return faults.Add(file, at, "not pairs of hexadecimal digits");
      }
      vectors.back().hex.append(line.data(), line.size());
    } else {
      vectors.back().fields.push_back(ParseVectorField(line));
    }
  };
  rules::ForEachLine(file, content, faults, read);
  if (!faults.empty()) return faults.ToStatus();
  return vectors;
}

// The vectors of vectors.txt. Tests run in the root of the repository.
inline const std::vector<Vector>& Vectors() {
  static const auto& vectors = *new std::vector<Vector>([] {
    const std::string path = "tests/gateway/link/cmpp/vectors.txt";
    const absl::StatusOr<std::string> content = ReadFile(path);
    EXPECT_TRUE(content.ok()) << content.status();
    auto read = ParseVectors(path, content.value_or(""));
    EXPECT_TRUE(read.ok()) << read.status();
    return read.value_or(std::vector<Vector>());
  }());
  return vectors;
}

}  // namespace sluice::cmpp
