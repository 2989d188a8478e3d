#include "rules/check/fixed_conditions.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rules/base/quoted.h"
#include "rules/check/everyday.h"
#include "rules/check/sure_words.h"
#include "rules/fold/han_tables.h"
#include "rules/pack/word_list.h"

namespace sluice::rules {
namespace {

using rules::v1::Match;

// A submitted text has no more characters.
constexpr uint32_t kLengthMax = 1000;
// As far apart as two words of most texts can be.
constexpr uint32_t kWithinAnywhere = 200;
// Hardly any text has so many links or contacts.
constexpr uint32_t kManyContacts = 5;

constexpr uint32_t Bit(int value) { return 1u << value; }
constexpr uint32_t kLinkBit = Bit(rules::v1::CONTACT_KIND_LINK);

uint32_t AllClasses() {
  uint32_t all = 0;
  for (int one = 1; one <= sluice::v1::MessageClass_MAX; ++one) {
    if (sluice::v1::MessageClass_IsValid(one)) all |= Bit(one);
  }
  return all;
}

template <typename Values>
uint32_t BitsOf(const Values& values) {
  uint32_t bits = 0;
  for (const int one : values) bits |= Bit(one);
  return bits;
}

uint32_t KindsOf(const rules::v1::ContactMatch& contacts) {
  if (!contacts.kinds().empty()) return BitsOf(contacts.kinds());
  uint32_t all = 0;
  for (int one = 1; one <= rules::v1::ContactKind_MAX; ++one) all |= Bit(one);
  return all & ~kLinkBit;
}

// The messages for which what was read so far may hold.
struct Left {
  uint32_t classes = AllClasses();  // A bit for each.
  uint32_t length_min = 1;
  uint32_t length_max = kLengthMax;
  uint32_t no_contacts = 0;  // Kinds that the text must not have.
};

// How many keys of `match` are set.
size_t KeysOf(const Match& match) {
  const bool set = !match.words().empty() || !match.word_lists().empty() ||
                   !match.regexes().empty();
  const bool keys[] = {set,
                       !match.any().empty(),
                       !match.all().empty(),
                       match.has_not_(),
                       match.has_near(),
                       match.has_count(),
                       match.has_length(),
                       !match.classes().empty(),
                       match.has_links(),
                       match.has_contacts(),
                       match.has_weight()};
  return static_cast<size_t>(absl::c_count(keys, true));
}

bool IsOnlyNot(const Match& match) {
  return match.has_not_() && KeysOf(match) == 1;
}

// Kinds of which `match` asks for any one and nothing else.
uint32_t AnyOfKinds(const Match& match) {
  if (KeysOf(match) != 1) return 0;
  const rules::v1::LinkMatch& links = match.links();
  if (match.has_links() && links.at_least() <= 1 &&
      links.domain_lists().empty() && links.except_domain_lists().empty()) {
    return kLinkBit;
  }
  return match.has_contacts() && match.contacts().at_least() <= 1
             ? KindsOf(match.contacts())
             : 0;
}

// Whether `match` holds for all that are left; it may even when this says no.
bool IsAlways(const Match& match, const Left& left) {
  size_t always = 0;
  const uint32_t classes = BitsOf(match.classes());
  always += classes != 0 && (left.classes & ~classes) == 0;
  const rules::v1::Length& length = match.length();
  always += match.has_length() && length.min() <= left.length_min &&
            (length.max() == 0 || length.max() >= left.length_max);
  const auto is_always = [&left](const Match& one) {
    return IsAlways(one, left);
  };
  always += absl::c_any_of(match.any(), is_always);
  always += !match.all().empty() && absl::c_all_of(match.all(), is_always);
  return always > 0 && always == KeysOf(match);
}

// Reads one rule.
class ConditionReader {
 public:
  ConditionReader(const Pack& pack, const rules::v1::ContentRule& rule,
                  Warnings& warnings)
      : pack_(pack), rule_(rule), warnings_(warnings) {}

  void Look(const std::string& path) {
    Left left;
    if (!rule_.classes().empty()) left.classes = BitsOf(rule_.classes());
    CanHold(rule_.match(), path + ".match", left);
  }

 private:
  // Whether `match` may hold for what is left; what says no is told once, at
  // the innermost condition.
  bool CanHold(const Match& match, const std::string& path, Left left) {
    if (!Narrow(match, path, left)) return false;
    bool can = HasRoom(match, path, left) && HasContacts(match, path, left);
    if (match.has_near()) LookAtNear(match.near(), path + ".near");
    if (match.has_not_() && can) can = LookAtNot(match.not_(), path, left);
    for (int i = 0; i < match.all_size() && can; ++i) {
      can = CanHold(match.all(i), absl::StrCat(path, ".all[", i, "]"), left);
    }
    return can && (match.any().empty() || AnyCanHold(match, path, left));
  }

  bool AnyCanHold(const Match& match, const std::string& path,
                  const Left& left) {
    bool can = false;
    for (int i = 0; i < match.any_size(); ++i) {
      const std::string at = absl::StrCat(path, ".any[", i, "]");
      can |= CanHold(match.any(i), at, left);
      if (match.any_size() == 1 || !IsAlways(match.any(i), left)) continue;
      Add(at, SayBoth("总是成立的条件", "conditions that always hold"),
          SayBoth("any 中的这一项对每条短信都成立，其余各项因而不起作用：请删去"
                  "这一项",
                  "this alternative of 'any' holds for every message, so that "
                  "the others say nothing: remove it"));
    }
    return can;
  }

  // Takes away what `match`, and what must hold with it, excludes. False:
  // nothing is left, which is told.
  bool Narrow(const Match& match, const std::string& path, Left& left) {
    if (!match.classes().empty() &&
        !NarrowClasses(BitsOf(match.classes()), path + ".classes", left)) {
      return false;
    }
    if (match.has_length() &&
        !NarrowLength(
            std::max(match.length().min(), 1u),
            match.length().max() == 0 ? kLengthMax : match.length().max(),
            path + ".length", left)) {
      return false;
    }
    if (match.has_not_() && !NarrowByNot(match.not_(), path + ".not", left)) {
      return false;
    }
    for (int i = 0; i < match.all_size(); ++i) {
      if (!Narrow(match.all(i), absl::StrCat(path, ".all[", i, "]"), left)) {
        return false;
      }
    }
    return true;
  }

  bool NarrowByNot(const Match& match, const std::string& path, Left& left) {
    left.no_contacts |= AnyOfKinds(match);
    if (KeysOf(match) != 1) return true;
    if (!match.classes().empty()) {
      return NarrowClasses(~BitsOf(match.classes()), path + ".classes", left);
    }
    if (!match.has_length()) return true;
    const rules::v1::Length& length = match.length();
    const std::string at = path + ".length";
    if (length.min() <= 1) {
      if (length.max() != 0 && length.max() < kLengthMax) {
        return NarrowLength(length.max() + 1, kLengthMax, at, left);
      }
      AddNever(at, SayBoth("not 排除了任何长度的短信：请改 min、max，或删去",
                           "this 'not' excludes every length: change 'min' and "
                           "'max', or remove it"));
      return false;
    }
    return length.max() != 0 || NarrowLength(1, length.min() - 1, at, left);
  }

  bool NarrowClasses(uint32_t classes, const std::string& path, Left& left) {
    left.classes &= classes;
    if (left.classes != 0) return true;
    AddNever(path,
             SayBoth("各处 classes（含规则的 classes、all 和 not）合在一起，"
                     "没有剩下一个类别：请删去其中一处，几类都要请写在同一个 "
                     "classes 中",
                     "the classes here, of the rule, under 'all' and under "
                     "'not' together leave no class: remove one of them, or "
                     "write all that are meant under one 'classes'"));
    return false;
  }

  bool NarrowLength(uint32_t min, uint32_t max, const std::string& path,
                    Left& left) {
    left.length_min = std::max(left.length_min, min);
    left.length_max = std::min(left.length_max, max);
    if (left.length_min <= left.length_max) return true;
    if (left.length_min > kLengthMax) {
      AddNever(path, SayBoth("短信最多 $0 个字符，没有短信符合这个长度：请改小 "
                             "min，或删去 length",
                             "a text has at most $0 characters, and none has "
                             "this length: write less for 'min', or remove "
                             "'length'",
                             kLengthMax));
    } else {
      AddNever(path,
               SayBoth("须同时成立的条件要求至少 $0 个字符，又要求至多 $1 个："
                       "请合成一个 length: {min: …, max: …}",
                       "what must hold together asks for at least $0 "
                       "characters and for at most $1: write one length: "
                       "{min: …, max: …}",
                       left.length_min, left.length_max));
    }
    return false;
  }

  // Whether some word of the set, or of both of `near`, is no longer than a
  // text may be.
  bool HasRoom(const Match& match, const std::string& path, const Left& left) {
    if (left.length_max == kLengthMax) return true;
    const size_t near = match.has_near() ? ShortestOf(match.near().first()) +
                                               ShortestOf(match.near().second())
                                         : 0;
    const size_t least = std::max(ShortestOf(match), near);
    if (least <= left.length_max) return true;
    AddNever(path,
             SayBoth("所要的词最短 $0 个字，length 却要求短信至多 $1 个字：请"
                     "改大 max",
                     "the shortest of its words has $0 characters, and the "
                     "text may have at most $1: write more for 'max'",
                     least, left.length_max));
    return false;
  }

  // Of the set's shortest word; 0 if it has none, or a regex.
  template <typename Set>
  size_t ShortestOf(const Set& set) const {
    if (!set.regexes().empty()) return 0;
    size_t least = std::numeric_limits<size_t>::max();
    ForEachWordOf(pack_, set, false, [&least](const std::string& word, int) {
      least = std::min(least, CodePoints(word).size());
    });
    return least == std::numeric_limits<size_t>::max() ? 0 : least;
  }

  bool HasContacts(const Match& match, const std::string& path,
                   const Left& left) {
    const uint32_t links = match.has_links() ? kLinkBit : 0;
    const uint32_t contacts =
        match.has_contacts() ? KindsOf(match.contacts()) : 0;
    for (const auto& [kinds, key, least] :
         {std::tuple(links, absl::string_view("links"),
                     match.links().at_least()),
          {contacts, "contacts", match.contacts().at_least()}}) {
      const std::string at = absl::StrCat(path, ".", key);
      if (kinds != 0 && (kinds & ~left.no_contacts) == 0) {
        AddNever(at, SayBoth("要求有链接或联系方式，同时成立的 not 又不许有："
                             "请删去其中一处",
                             "it asks for a link or contact that a 'not' "
                             "beside it forbids: remove one of them"));
        return false;
      }
      if (least >= kManyContacts) AddMany(at + ".at_least", key, least);
    }
    return true;
  }

  void AddMany(const std::string& path, absl::string_view key,
               uint32_t at_least) {
    Add(path, SayBoth("几乎不会成立的条件", "conditions that hardly hold"),
        SayBoth(
            "一条短信里有 $1 个以上$0的极少，这个条件几乎不会成立：通常写 1 "
            "至 3",
            "hardly any text has $1 $2 and more, so that this hardly ever "
            "holds: usually 1 to 3",
            key == "links" ? "链接" : "联系方式", at_least, key));
  }

  // False: the `not` lifts everything.
  bool LookAtNot(const Match& match, const std::string& path,
                 const Left& left) {
    const std::string at = path + ".not";
    if (IsOnlyNot(match)) {
      Add(at + ".not", SayBoth("抵消的 not", "'not' of a 'not'"),
          SayBoth(
              "not 下只有 not，两者抵消，等于要求里面的条件成立：请去掉两个 "
              "not；要写例外的例外，外层 not 还须有自己的词",
              "a 'not' of nothing but a 'not' asks for what is in it: "
              "leave both out; for an exception of an exception the outer "
              "one needs words of its own"));
      return CanHold(match.not_().not_(), at + ".not", left);
    }
    // What Narrow has read.
    const bool narrowed =
        KeysOf(match) == 1 && (!match.classes().empty() || match.has_length() ||
                               AnyOfKinds(match) != 0);
    if (narrowed) return true;
    if (IsAlways(match, left)) {
      AddNever(at, SayBoth("not 下的条件对每条短信都成立：请删去 not，或改成要"
                           "排除的内容",
                           "what is under 'not' holds for every message: "
                           "remove it, or say what it excludes"));
      return false;
    }
    CanHold(match, at, left);
    return true;
  }

  void LookAtNear(const rules::v1::Near& near, const std::string& path) {
    LookAtWithin(near.within(), path + ".within");
    LookAtRegexes(near.first(), path + ".first");
    LookAtRegexes(near.second(), path + ".second");
    const std::set<std::string> first = PartsOf(near.first());
    if (first != PartsOf(near.second())) return;
    const bool one_word = first.size() == 1 && near.first().words_size() == 1;
    const Both what =
        one_word ? SayBoth("是同一个词，须在短信中出现两次才算",
                           "are the same word, which a text must have twice")
                 : SayBoth("相同，同一个词出现两次也算",
                           "are the same, so that one word twice is enough");
    Add(path, SayBoth("两边相同的 near", "'near' of the same twice"),
        SayBoth("near 的 first 和 second $0：请在 second 中写另一组词；要找其中"
                "几个不同的词请用 count",
                "'first' and 'second' of near $1: write other words under "
                "'second', or 'count' for several words of one set",
                what.chinese, what.english));
  }

  // Those of one side of a `near` that nearly every text has.
  void LookAtRegexes(const rules::v1::Patterns& side, const std::string& path) {
    for (int i = 0; i < side.regexes_size(); ++i) {
      const EverydayUse use = EverydayUseOfRegex(side.regexes(i));
      if (use.texts * 10 < use.of * 9 || use.of == 0) continue;
      Add(absl::StrCat(path, ".regexes[", i, "]"),
          SayBoth("几乎每条短信都有的条件", "conditions that nearly all hold"),
          SayBoth(
              "$0 在 $1 条日常短信中的 $2 条里都有，这个 near 等于只找另一边"
              "：请写要找的词",
              "$0 is in $2 of $1 everyday texts, so that this near asks "
              "for its other side alone: write the words that are meant",
              Quoted(side.regexes(i)), use.of, use.texts));
    }
  }

  void LookAtWithin(uint32_t within, const std::string& path) {
    if (within < kWithinAnywhere) return;
    Add(path, SayBoth("不起作用的 within", "'within' that does nothing"),
        SayBoth("多数短信不到 $0 个字符，within: $1 等于不限距离：通常写 5 至 "
                "30；只要求两者都有请用 all",
                "most texts have less than $0 characters, so that within: $1 "
                "is any distance: usually 5 to 30; for texts that just have "
                "both write 'all'",
                kWithinAnywhere, within));
  }

  // What is in a set, whatever its order and spelling.
  static std::set<std::string> PartsOf(const rules::v1::Patterns& set) {
    std::set<std::string> parts;
    for (const std::string& one : set.words()) {
      parts.insert(absl::StrCat("word ", FoldWord(one)));
    }
    for (const std::string& one : set.word_lists()) {
      parts.insert(absl::StrCat("list ", one));
    }
    for (const std::string& one : set.regexes()) {
      parts.insert(absl::StrCat("regex ", one));
    }
    return parts;
  }

  void AddNever(const std::string& path, const Both& why) {
    Add(path, SayBoth("不可能成立的条件", "conditions that cannot hold"),
        SayBoth("规则 $0 的这个条件永远不成立：$1",
                "this condition of rule $0 can never hold: $2",
                Quoted(rule_.id()), why.chinese, why.english));
  }

  void Add(const std::string& path, const Both& kind, Both what) {
    warnings_.Add(pack_.rules_file.path, pack_.rules_file.positions.At(path),
                  kind, std::move(what));
  }

  const Pack& pack_;
  const rules::v1::ContentRule& rule_;
  Warnings& warnings_;
};

}  // namespace

void FindFixedConditions(const Pack& pack, Warnings& warnings) {
  for (int i = 0; i < pack.rules.rules_size(); ++i) {
    const rules::v1::ContentRule& rule = pack.rules.rules(i);
    if (rule.mode() == rules::v1::CHECK_MODE_OFF || !rule.has_match()) continue;
    ConditionReader(pack, rule, warnings).Look(absl::StrCat("rules[", i, "]"));
  }
}

}  // namespace sluice::rules
