#include "rules/contacts/accounts.h"

#include "rules/contacts/contact_words.h"
#include "rules/contacts/digit_groups.h"

namespace sluice::rules {
namespace {

using absl::string_view;

constexpr size_t kQqMin = 5;
constexpr size_t kQqMax = 11;
constexpr size_t kWeChatMin = 6;
constexpr size_t kNamedMin = 3;
constexpr size_t kTelegramMin = 5;
constexpr size_t kTelegramMax = 32;
constexpr size_t kWeChatMax = 20;
constexpr size_t kWeChatDigitsMax = 11;

class AccountSearch {
 public:
  explicit AccountSearch(const ContactText& text) : text_(text) {}

  void Run() {
    for (size_t run = 0; run < text_.runs.size(); ++run) {
      if (text_.runs[run].taken) continue;
      const uint32_t begin = text_.runs[run].begin;
      if (text_.At(begin - size_t{1}) == '@' && TakeTelegram(run)) continue;
      if (!MayBegin(run)) continue;
      const AccountWord word = AccountWordBefore(text_.Before(begin));
      if (word.kind == AccountKind::kNone) {
        TakeStuck(run);
      } else if (word.kind == AccountKind::kQq) {
        TakeQq(run, word);
      } else {
        TakeWeChat(run, word);
      }
    }
  }

 private:
  // Cheap, as every run of every text comes here: what is shorter than any id
  // must go on.
  bool MayBegin(size_t run) const {
    const TextRun& first = text_.runs[run];
    if (first.kind == TextRun::Kind::kDot) return false;
    if (first.size() >= kQqMin) return true;
    // After "id: " a short one is one, too.
    if (first.size() >= kNamedMin && text_.IsLetters(run) &&
        (text_.At(first.begin - size_t{1}) == ':' ||
         text_.At(first.begin - size_t{2}) == ':')) {
      return true;
    }
    if (text_.IsDigits(run)) return !SeparatorAfter(text_, run).empty();
    const char next = text_.At(first.end);
    return next == '-' || next == '_' || (next >= '0' && next <= '9');
  }

  void TakeQq(size_t run, const AccountWord& word) {
    if (!text_.IsDigits(run) || text_.At(text_.runs[run].begin) == '0') return;
    const TextRun& first = text_.runs[run];
    size_t last = run + 1;
    if (first.size() < kQqMin) {
      const DigitGroups groups = DigitGroups::Read(text_, run, kQqMax + 1);
      const bool single = groups.count == groups.digits;
      if (!groups.even || groups.digits < kQqMin || groups.digits > kQqMax ||
          ((word.doubtful || groups.separator == ".") && !single)) {
        return;
      }
      last = groups.next_run;
    } else if (first.size() > kQqMax) {
      return;
    }
    const uint32_t end = text_.runs[last - 1].end;
    if (IsAmount(text_.Before(first.begin), text_.After(end)) ||
        (word.doubtful && IsCountAfter(text_.After(end))) ||
        !MayStickAfter(text_.After(end))) {
      return;
    }
    Add(Contact::Kind::kQq, first.begin, end, text_.KeepDigits(run, last), run);
  }

  void TakeWeChat(size_t run, const AccountWord& word) {
    const TextRun& first = text_.runs[run];
    if (text_.IsDigits(run)) {
      TakeWeChatDigits(first, run);
      return;
    }
    bool has_digit = false;
    const uint32_t end = IdEnd(run, has_digit);
    if (!has_digit && !word.announced) return;
    TakeWeChatId(first.begin, end, run, word.named ? kNamedMin : kWeChatMin);
  }

  // A name of Telegram is what it opens: t.me/name.
  bool TakeTelegram(size_t run) {
    const TextRun& first = text_.runs[run];
    if (!text_.IsLetters(run) ||
        !IsTelegramBefore(text_.Before(first.begin - 1))) {
      return false;
    }
    bool has_digit = false;
    const uint32_t end = IdEnd(run, has_digit);
    if (end - first.begin < kTelegramMin || end - first.begin > kTelegramMax) {
      return false;
    }
    Contact contact;
    contact.begin = first.begin - 1;
    contact.end = end;
    const string_view link =
        text_.Keep("t.me/", text_.bytes.substr(first.begin, end - first.begin));
    if (link.empty()) return false;
    contact.value = contact.domain = link.substr(0, 4);
    contact.path = link.substr(4);
    text_.Add(contact, run);
    return true;
  }

  void TakeWeChatId(uint32_t begin, uint32_t end, size_t run, size_t min) {
    if (end - begin < min || end - begin > kWeChatMax) return;
    Add(Contact::Kind::kWeChat, begin, end,
        text_.bytes.substr(begin, end - begin), run);
  }

  void TakeWeChatDigits(const TextRun& digits, size_t run) {
    const string_view after = text_.After(digits.end);
    if (digits.size() < kWeChatMin || digits.size() > kWeChatDigitsMax ||
        !MayStickAfter(after) || IsAmount({}, after) || IsCountAfter(after)) {
      return;
    }
    Add(Contact::Kind::kWeChat, digits.begin, digits.end, text_.Of(digits),
        run);
  }

  // "vxabc12345": the word and the id are one run.
  void TakeStuck(size_t run) {
    const TextRun& first = text_.runs[run];
    if (!text_.IsLetters(run) || first.size() == 2 ||
        text_.Of(first).substr(0, 2) != "vx") {
      return;
    }
    bool has_digit = false;
    const uint32_t end = IdEnd(run, has_digit);
    if (has_digit) TakeWeChatId(first.begin + 2, end, run, kWeChatMin);
  }

  // The end of the letters, digits, - and _ from `run` on.
  uint32_t IdEnd(size_t run, bool& has_digit) const {
    uint32_t end = text_.runs[run].end;
    for (;;) {
      has_digit = has_digit || text_.IsDigits(run);
      ++run;
      if (run == text_.runs.size() || text_.runs[run].taken ||
          text_.runs[run].kind == TextRun::Kind::kDot) {
        return end;
      }
      const uint32_t begin = text_.runs[run].begin;
      if (text_.bytes.substr(end, begin - end).find_first_not_of("-_") !=
          string_view::npos) {
        return end;
      }
      end = text_.runs[run].end;
    }
  }

  void Add(Contact::Kind kind, uint32_t begin, uint32_t end, string_view value,
           size_t run) const {
    Contact contact;
    contact.kind = kind;
    contact.begin = begin;
    contact.end = end;
    contact.value = value;
    text_.Add(contact, run);
  }

  const ContactText& text_;
};

}  // namespace

void FindAccounts(const ContactText& text) { AccountSearch(text).Run(); }

}  // namespace sluice::rules
