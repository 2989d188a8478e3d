// What large and hostile drafts do to other calls, and what they leave.

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/versions/pack_library.h"
#include "tests/fakes/effort.h"
#include "tests/gateway/rules_fixture.h"

namespace sluice::gateway {
namespace {

namespace fs = std::filesystem;

class LargeDraftTest : public RulesTest {
 protected:
  static constexpr char kPlain[] =
      "  - {id: no-plums, basis: policy, code: CONTENT_UNWANTED, words: "
      "[李子]}\n";

  // Regexes that are each allowed and take seconds to compile; under a
  // sanitizer one is enough. `salt` makes drafts differ.
  static std::string Heavy(int salt) {
    std::string rule =
        "  - {id: heavy, basis: policy, code: CONTENT_UNWANTED, regexes: [";
    const int times = kSanitizerShare > 1 ? 25 : 51;
    const int regexes = kSanitizerShare > 1 ? 1 : 2;
    for (int i = 0; i < regexes; ++i) {
      absl::StrAppend(&rule, i == 0 ? "" : ", ", "'(a奖{0,11}){", times, ",",
                      times, "}q", salt, "x", i, "'");
    }
    return rule + "]}\n";
  }

  // Of the store's rules: files and folders, but for statistics, databases and
  // packs that a version has.
  std::set<std::string> Left() {
    std::set<std::string> left;
    for (const auto& entry :
         fs::directory_iterator(folder_.path() + "/store/rules")) {
      const std::string name = entry.path().filename().string();
      if (name != "statistics" && name != ".compiled") left.insert(name);
    }
    return left;
  }
  std::set<std::string> Databases() {
    std::set<std::string> names;
    const std::string folder = folder_.path() + "/store/rules/.compiled";
    for (const auto& entry : fs::directory_iterator(folder)) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }

  admin::v1::PutDraftRequest DraftWith(const std::string& rules) {
    admin::v1::PutDraftRequest put;
    const PackFiles files = *rules::ReadPackFiles(WorldPack());
    for (admin::v1::PackFile file : files) {
      if (file.name() == "rules.yaml") {
        file.set_content(absl::StrReplaceAll(
            file.content(), {{"\nrules:\n", "\nrules:\n" + rules}}));
      }
      *put.add_files() = file;
    }
    put.set_reason("test");
    return put;
  }

  grpc::Status Exempt(admin::v1::Exemption* exemption) {
    admin::v1::CreateExemptionRequest request;
    request.set_rule("opt-out-word-conflict");
    request.set_content_provider_id("shop");
    request.mutable_duration()->set_seconds(600);
    request.set_reason("test");
    return Rules()->CreateExemption(As(colleague_).get(), request,
                                    Into(exemption));
  }
  grpc::Status End(admin::v1::Exemption* exemption) {
    admin::v1::EndExemptionRequest request;
    request.set_number(exemption->number());
    request.set_reason("test");
    return Rules()->EndExemption(As(colleague_).get(), request,
                                 Into(exemption));
  }

  absl::Duration Time(const std::function<grpc::Status()>& call) {
    const absl::Time begin = absl::Now();
    const grpc::Status status = call();
    EXPECT_TRUE(status.ok()) << status.error_message();
    return absl::Now() - begin;
  }
};

// Drafts that are being compiled, each by a call of its own.
class Drafts {
 public:
  using Put = std::function<grpc::Status(grpc::ClientContext&, int)>;
  Drafts(std::vector<std::unique_ptr<grpc::ClientContext>> contexts,
         const Put& put)
      : contexts_(std::move(contexts)), answers_(contexts_.size()) {
    for (size_t i = 0; i < contexts_.size(); ++i) {
      threads_.emplace_back([this, put, i] {
        answers_[i] = put(*contexts_[i], static_cast<int>(i));
        ++ended_;
      });
    }
  }

  int ended() const { return ended_; }

  std::vector<grpc::Status> Cancel() {
    for (auto& context : contexts_) context->TryCancel();
    for (std::thread& thread : threads_) thread.join();
    return answers_;
  }

 private:
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts_;
  std::vector<grpc::Status> answers_;
  std::vector<std::thread> threads_;
  std::atomic<int> ended_ = 0;
};

// Before, a rollback stood in the queue behind the drafts, and then waited for
// the lock under which they were compiled: minutes.
TEST_F(LargeDraftTest, EmergencyCallsDoNotWaitForDrafts) {
  PublishWith(kPlain);
  server_->Tick();
  // Two are compiled, one waits.
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  for (int i = 0; i < 3; ++i) contexts.push_back(As(editor_));
  Drafts drafts(
      std::move(contexts), [this](grpc::ClientContext& context, int salt) {
        admin::v1::PutDraftResponse response;
        return Rules()->PutDraft(&context, DraftWith(Heavy(salt)), &response);
      });
  absl::SleepFor(absl::Seconds(1));  // Until Hyperscan has them.
  admin::v1::RuleVersion version;
  admin::v1::RollbackRulesRequest rollback;
  rollback.set_reason("test");
  const absl::Duration rolled_back = Time([&] {
    return Rules()->RollbackRules(As(colleague_).get(), rollback,
                                  Into(&version));
  });
  EXPECT_EQ(version.number(), 1u);
  admin::v1::Exemption exemption;
  const absl::Duration exempted = Time([&] { return Exempt(&exemption); });
  const absl::Duration ended = Time([&] { return End(&exemption); });
  std::cout << "while drafts are compiled: rollback " << rolled_back
            << ", exemption " << exempted << ", its end " << ended << "\n";
  EXPECT_EQ(drafts.ended(), 0) << "the calls waited for drafts";

  // Callers who go away stop them, and nothing stays of them.
  for (const grpc::Status& answer : drafts.Cancel()) {
    EXPECT_EQ(answer.error_code(), grpc::StatusCode::CANCELLED);
  }
  const absl::Time begin = absl::Now();
  server_ = nullptr;  // Waits for what is still compiled.
  const absl::Duration stopped = absl::Now() - begin;
  std::cout << "the drafts ended within " << stopped << "\n";
  // Packs 1 and 2, and which one is in force.
  EXPECT_EQ(Left().size(), 3u);
}

TEST_F(LargeDraftTest, OneThatIsRefusedLeavesNothing) {
  const std::set<std::string> before = Left();
  const std::set<std::string> databases = Databases();
  admin::v1::RuleVersion version;
  for (const std::string& rules :
       {std::string("  - {id: r, nonsense: 1}\n"),
        std::string("  - {id: r, basis: policy, code: CONTENT_UNWANTED, "
                    "regexes: ['\\p{L}{1,100}']}\n"),
        // Compiles, and does not hit its example.
        std::string("  - {id: r, basis: policy, code: CONTENT_UNWANTED, words: "
                    "[橙子], examples: {must_hit: [苹果]}}\n")}) {
    const grpc::Status refused = Put(rules, &version);
    EXPECT_EQ(refused.error_code(), grpc::StatusCode::INVALID_ARGUMENT)
        << refused.error_message();
    EXPECT_EQ(refused.error_message().rfind("rules.yaml:", 0), 0u)
        << refused.error_message();
  }
  admin::v1::PutDraftRequest outside = DraftWith(kPlain);
  outside.add_files()->set_name("../outside");
  EXPECT_EQ(Rules()
                ->PutDraft(As(editor_).get(), outside, Into(&version))
                .error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  // The pack in force again.
  EXPECT_EQ(Put("", &version).error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(Left(), before);
  EXPECT_EQ(Databases(), databases);
}

// Its places were found from the line's beginning each: 24 s. The same words in
// short lines tell how long they take on this machine.
TEST_F(LargeDraftTest, ALineOfMegabytesTakesNoTime) {
  const auto put = [this](const std::string& separator) {
    std::string words =
        "  - {id: many, basis: policy, code: CONTENT_UNWANTED, "
        "words: [";
    for (int i = 0; words.size() < 480'000; ++i) {
      absl::StrAppend(&words, i == 0 ? "" : separator, "词语", i);
    }
    admin::v1::RuleVersion version;
    const absl::Time begin = absl::Now();
    const grpc::Status status = Put(words + "]}\n", &version);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return absl::Now() - begin;
  };
  const absl::Duration lines = put(",\n    ");
  const absl::Duration line = put(", ");
  std::cout << "480 KB in many lines: " << lines << ", in one: " << line
            << "\n";
  EXPECT_LT(line, 4 * lines);
}

// A process that was killed in the middle of a draft.
TEST_F(LargeDraftTest, AStartRemovesWhatAKilledDraftLeft) {
  const std::string rules = folder_.path() + "/store/rules";
  const std::set<std::string> before = Left();
  const PackLibrary library(rules);
  // Half written; written and not journaled; and as older versions left it.
  fs::create_directories(rules + "/.made.abc.1/lists");
  std::ofstream(rules + "/.made.abc.1/rules.yaml") << "rules:";
  PackFiles files = *rules::ReadPackFiles(WorldPack());
  files.front().mutable_content()->append("\n# Another.\n");
  const std::string digest = *library.Put(files);
  fs::create_directories(absl::StrCat(rules, "/.", std::string(64, 'a'), ".7"));
  ASSERT_EQ(Left().size(), before.size() + 4);
  // One that was journaled, whose mark stayed.
  admin::v1::RuleVersion version;
  ASSERT_TRUE(Put(kPlain, &version).ok());
  std::ofstream(absl::StrCat(rules, "/.pending.", version.files_digest()))
      .close();
  Restart();
  std::set<std::string> expected = before;
  expected.insert(version.files_digest());
  EXPECT_EQ(Left(), expected);
  EXPECT_TRUE(library.Get(version.files_digest()).ok());
}

// A link in the library is damage, not a way out of it.
TEST_F(LargeDraftTest, ALinkInTheLibraryIsDamage) {
  const PackLibrary library(folder_.path() + "/store/rules");
  admin::v1::RuleVersion version;
  ASSERT_TRUE(Put(kPlain, &version).ok());
  const std::string file =
      library.PathOf(version.files_digest()) + "/rules.yaml";
  fs::rename(file, folder_.path() + "/elsewhere");
  fs::create_symlink(folder_.path() + "/elsewhere", file);
  EXPECT_EQ(library.Get(version.files_digest()).status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace sluice::gateway
