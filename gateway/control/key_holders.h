#pragma once

// Who holds which API key, for decisions that need two persons: a second key in
// the same hands is no second person. Apart from key_book.h, which creates and
// revokes keys, because several books ask.

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gateway/control/actor.h"
#include "rules/base/language.h"
#include "rules/base/mutex.h"
#include "sluice/admin/v1/api_key.pb.h"
#include "sluice/store/v1/record.pb.h"

namespace sluice::gateway {

// What somebody has done that another person must decide about.
struct AwaitedDecision {
  // "version 4".
  Both what;
  // What was done, what a colleague must do, and, when the key that did it
  // names nobody, what to do again: "was imported", "approve it", "import it
  // again".
  absl::string_view done;
  absl::string_view must;
  absl::string_view again;
  // The same in Chinese: 审批, of what waits.
  absl::string_view must_chinese;
  // What the colleague types.
  std::string command;
};

// Any thread.
class KeyHolders {
 public:
  // Applies a record of the control journal, in the journal's order. Keys from
  // before ApiKey.created_by were created by the actor of their first record.
  void Apply(const store::v1::KeyChanged& changed);

  // OK if `actor` may confirm what the key `author` has done. Errors:
  // kFailedPrecondition with NEEDS_COLLEAGUE: both may be one person, because
  // they are one key, keys of one name, a key names nobody, or the holder of
  // one has created the other, directly or by way of others. The message says
  // which decision waits, and what the colleague types.
  absl::Status CheckColleague(absl::string_view author, const Actor& actor,
                              const AwaitedDecision& awaited) const;

  // Whether both keys may be one person's, as above.
  bool MayBeOnePerson(absl::string_view a, absl::string_view b) const;
  // Whether both keys are one person's for certain: one key, or of one name.
  bool IsOnePerson(absl::string_view a, absl::string_view b) const;
  // Id of the key that created this one; empty: not known.
  std::string CreatorOf(absl::string_view id) const;

  // The keys that a person means: the one with this id, else all of the one who
  // is named so, in whatever case, width and Chinese script; empty: nobody's.
  std::vector<std::string> KeysOf(absl::string_view id_or_person) const;
  // Name of the holder; empty: no key, or it names nobody.
  std::string PersonOf(absl::string_view id) const;

  // The holders of these keys, in this order; ids of no key are left out.
  std::vector<admin::v1::KeyHolder> Find(
      absl::Span<const std::string* const> ids) const;

 private:
  struct Holder {
    std::string person;
    std::string folded_person;  // To compare.
    std::string note;
    std::string created_by;
  };

  static bool AreOneName(const Holder& a, const Holder& b);
  const Holder* FindLocked(absl::string_view id) const SLUICE_REQUIRES(mutex_);
  bool Created(absl::string_view creator, absl::string_view id) const
      SLUICE_REQUIRES(mutex_);
  bool NamesNobody(absl::string_view id) const SLUICE_REQUIRES(mutex_);
  Both WhyOnePerson(absl::string_view author, absl::string_view id) const
      SLUICE_REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::map<std::string, Holder, std::less<>> holders_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::gateway
