#include "rules/base/csv.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace sluice::rules {
namespace {

// "text@column|...", or "open@column", "fault@column".
std::string Read(CsvReader& reader, absl::string_view line) {
  switch (reader.Take(line)) {
    case CsvReader::Row::kOpen:
      return absl::StrCat("open@", reader.fault_column());
    case CsvReader::Row::kFault:
      return absl::StrCat("fault@", reader.fault_column());
    case CsvReader::Row::kDone:
      break;
  }
  return absl::StrJoin(reader.cells(), "|",
                       [](std::string* out, const CsvCell& cell) {
                         absl::StrAppend(out, cell.text, "@", cell.column);
                       });
}

constexpr struct {
  absl::string_view line;
  absl::string_view trimmed;
  absl::string_view as_written;
} kLines[] = {
    {"", "", ""},
    {"  ", "", "  @1"},
    {"a", "a@1", "a@1"},
    {"a,b", "a@1|b@3", "a@1|b@3"},
    {"a,", "a@1|@3", "a@1|@3"},
    {",", "@1|@2", "@1|@2"},
    {" a , b ", "a@1|b@5", " a @1| b @5"},
    {"贷款,\"x,y\",z", "贷款@1|x,y@4|z@10", "贷款@1|x,y@4|z@10"},
    {"\"say \"\"hi\"\"\",b", "say \"hi\"@1|b@14", "say \"hi\"@1|b@14"},
    {"a\"b,c", "fault@2", "a\"b@1|c@5"},
    {"\"a\"b", "fault@4", "fault@4"},
    {"\"a\" ,b", "a@1|b@6", "fault@4"},
    {"a,\"b", "open@3", "open@3"},
    {"a\rb", "a\rb@1", "a\rb@1"},
};

TEST(CsvReader, Table) {
  // One reader for all rows: a row must not affect the next.
  CsvReader trimmed(CsvCells::kTrimmed);
  CsvReader as_written(CsvCells::kAsWritten);
  for (const auto& c : kLines) {
    EXPECT_EQ(Read(trimmed, c.line), c.trimmed) << c.line;
    trimmed.Drop();
    EXPECT_EQ(Read(as_written, c.line), c.as_written) << c.line;
    as_written.Drop();
  }
}

TEST(CsvReader, QuotedCellGoesOverLines) {
  CsvReader reader(CsvCells::kAsWritten);
  EXPECT_EQ(Read(reader, "a,\"one"), "open@3");
  EXPECT_EQ(Read(reader, ""), "open@3");
  EXPECT_EQ(Read(reader, "two\",b"), "a@1|one\n\ntwo@3|b@6");
  EXPECT_EQ(Read(reader, "c"), "c@1");
}

TEST(CsvCellText, ReadsBackAsWritten) {
  CsvReader reader(CsvCells::kAsWritten);
  for (const std::string text :
       {"", "plain", "a,b", "\"", "say \"hi\"", " blanks "}) {
    ASSERT_EQ(reader.Take(absl::StrCat(CsvCellText(text), ",end")),
              CsvReader::Row::kDone)
        << text;
    EXPECT_EQ(reader.cells()[0].text, text);
  }
}

}  // namespace
}  // namespace sluice::rules
