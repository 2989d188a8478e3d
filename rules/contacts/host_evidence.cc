#include "rules/contacts/host_evidence.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "rules/base/characters.h"
#include "rules/contacts/host_name.h"
#include "rules/contacts/public_suffixes.h"

namespace sluice::rules {
namespace {

using Label = absl::string_view;

// All sorted, for binary search.

// Where most domains are; digits before them are a name ("163.com").
constexpr Label kBestKnown[] = {"cc", "cn", "com", "net", "org"};

// Top-level domains that are only written to name a host.
constexpr Label kWellKnown[] = {
    "asia", "biz",  "cc",   "club", "cn",    "com",  "edu", "gov",
    "hk",   "icu",  "info", "io",   "ltd",   "mobi", "net", "online",
    "org",  "ren",  "shop", "site", "store", "tk",   "top", "tw",
    "vip",  "wang", "win",  "xin",  "xyz"};

// Top-level domains that texts have as words.
constexpr Label kWords[] = {
    "actor",   "am",       "app",      "art",      "as",       "at",
    "audio",   "auto",     "baby",     "band",     "bar",      "be",
    "beauty",  "beer",     "best",     "bet",      "bid",      "bike",
    "bio",     "black",    "blog",     "blue",     "boo",      "book",
    "box",     "broker",   "build",    "buy",      "by",       "cab",
    "cafe",    "call",     "cam",      "camp",     "car",      "care",
    "career",  "cars",     "cash",     "cat",      "center",   "chat",
    "cheap",   "church",   "city",     "claims",   "click",    "cloud",
    "club",    "coach",    "codes",    "coffee",   "college",  "company",
    "cool",    "country",  "coupon",   "credit",   "cricket",  "dad",
    "dance",   "data",     "date",     "dating",   "day",      "deal",
    "deals",   "dental",   "design",   "diet",     "direct",   "do",
    "doctor",  "dog",      "download", "drive",    "earth",    "eat",
    "eco",     "email",    "energy",   "events",   "expert",   "express",
    "fail",    "faith",    "family",   "fan",      "fans",     "farm",
    "fashion", "fast",     "final",    "finance",  "fire",     "fish",
    "fit",     "flights",  "fly",      "foo",      "food",     "football",
    "forum",   "free",     "fun",      "fund",     "fyi",      "gallery",
    "game",    "games",    "garden",   "gd",       "gift",     "gifts",
    "gives",   "glass",    "gold",     "golf",     "got",      "green",
    "gripe",   "group",    "guide",    "hair",     "health",   "help",
    "here",    "hockey",   "holiday",  "horse",    "hospital", "host",
    "hot",     "hotel",    "hotels",   "house",    "how",      "in",
    "ink",     "is",       "it",       "jobs",     "joy",      "kids",
    "kim",     "kitchen",  "land",     "law",      "lease",    "legal",
    "life",    "like",     "limo",     "link",     "live",     "living",
    "loan",    "loans",    "lol",      "lotto",    "love",     "luxury",
    "makeup",  "man",      "map",      "market",   "me",       "media",
    "meet",    "memorial", "men",      "menu",     "mobile",   "mom",
    "money",   "movie",    "music",    "my",       "name",     "network",
    "new",     "news",     "next",     "no",       "now",      "one",
    "online",  "open",     "page",     "parts",    "party",    "pay",
    "pet",     "phone",    "photo",    "photos",   "pics",     "pictures",
    "pid",     "pin",      "pink",     "pizza",    "place",    "play",
    "plus",    "pm",       "poker",    "porn",     "post",     "press",
    "prime",   "pro",      "promo",    "pub",      "quest",    "racing",
    "radio",   "read",     "red",      "rent",     "repair",   "report",
    "rest",    "review",   "rich",     "rip",      "rocks",    "room",
    "run",     "safe",     "sale",     "salon",    "save",     "school",
    "science", "search",   "secure",   "services", "sex",      "sexy",
    "shoes",   "shop",     "show",     "sing",     "singles",  "site",
    "ski",     "skin",     "sky",      "smart",    "smile",    "so",
    "soccer",  "social",   "software", "song",     "spa",      "space",
    "sport",   "spot",     "storage",  "store",    "stream",   "studio",
    "study",   "style",    "support",  "talk",     "tax",      "taxi",
    "team",    "tech",     "tel",      "tennis",   "theater",  "tickets",
    "tips",    "to",       "today",    "tools",    "tour",     "tours",
    "town",    "toys",     "trade",    "training", "travel",   "tv",
    "uno",     "us",       "video",    "vip",      "vote",     "voyage",
    "watch",   "weather",  "webcam",   "wed",      "wedding",  "win",
    "wine",    "winners",  "work",     "works",    "world",    "wow",
    "yes",     "yoga",     "you",      "zero",     "zone"};

// Top-level domains that are extensions of files, or stand for hidden digits
// and kisses (xxx).
constexpr Label kNeverAlone[] = {"md", "mov", "py", "sh", "xxx", "zip"};

// Abbreviations before a name, and the top-level domains that are surnames, but
// for those best known, or go on in "Co.Ltd".
constexpr Label kTitles[] = {"capt", "co",   "corp", "dr",  "gen", "jr",
                             "lt",   "miss", "mme",  "mr",  "mrs", "ms",
                             "no",   "prof", "rev",  "sgt", "sir", "sr",
                             "st",   "tel",  "vol",  "vs"};
constexpr Label kNames[] = {"ba", "bi",  "bo",   "de", "fu",  "ga",  "ge", "gu",
                            "he", "hu",  "inc",  "la", "li",  "ltd", "lu", "ma",
                            "mo", "mu",  "na",   "ne", "ni",  "nu",  "pa", "pe",
                            "re", "ren", "sa",   "sc", "se",  "sh",  "si", "so",
                            "su", "tv",  "wang", "wu", "xin", "ye"};

// Products whose names are a host's, too.
constexpr Label kProducts[] = {"ado.net", "asp.net",   "ml.net",
                               "vb.net",  "socket.io", "vs.net"};

// Chinese top-level domains that no sentence begins with, in ASCII form: 集团,
// 公司, 我爱你, 中文网, 中国 (both spellings), 网络.
constexpr Label kChineseNames[] = {
    "xn--3bst00m", "xn--55qx5d", "xn--6qq986b3xl", "xn--fiq228c5hs",
    "xn--fiqs8s",  "xn--fiqz9s", "xn--io0a7i"};

template <size_t kSize>
constexpr bool IsSorted(const Label (&list)[kSize]) {
  return std::is_sorted(std::begin(list), std::end(list));
}
static_assert(IsSorted(kBestKnown) && IsSorted(kWellKnown) &&
              IsSorted(kWords) && IsSorted(kTitles) && IsSorted(kNames) &&
              IsSorted(kNeverAlone) && IsSorted(kChineseNames));

template <size_t kSize>
bool IsIn(const Label (&list)[kSize], Label label) {
  return std::binary_search(std::begin(list), std::end(list), label);
}

bool IsInternational(Label label) {
  return absl::StartsWith(label, "xn--") ||
         std::any_of(label.begin(), label.end(),
                     [](char c) { return (c & 0x80) != 0; });
}

bool BeginsAsWeb(Label label) {
  return absl::ConsumePrefix(&label, "www") && AllDigits(label);
}

// Whether the last label may be `top` when it is joined to the others by
// `joint`.
bool MayBeJoined(Label top, LabelJoint joint, bool evident, bool web) {
  if (joint == LabelJoint::kDot) return true;
  if (NeedsWeb(joint)) return web && IsIn(kWellKnown, top);
  if (joint == LabelJoint::kDotSpaced) {
    return evident || top == "com" || top == "cn";
  }
  return evident || IsIn(kWellKnown, top);
}

// Of "3.5", "1.vip", "8 o'clock TV" (8点tv) and "163.com" only the last is one.
bool MayFollowDigits(Label top, size_t digits, LabelJoint joint) {
  if (joint != LabelJoint::kDot) {
    return top == "com" || top == "cn" || top == "net";
  }
  return IsIn(kBestKnown, top) || (digits >= 3 && !IsIn(kWords, top));
}

// With nothing beside the labels that says that they are a host.
bool StandsByItself(absl::Span<const Label> labels, Label top,
                    const HostContext& context) {
  if (IsIn(kNeverAlone, top)) return false;
  const Label left = labels[labels.size() - 2];
  if (labels.size() == 2 && AllDigits(left)) {
    return MayFollowDigits(top, left.size(), context.joint);
  }
  if (IsIn(kWords, top) && (context.among_latin || left.size() < 3)) {
    return false;
  }
  if (std::any_of(labels.begin(), labels.end(), IsInternational)) {
    return IsIn(kWellKnown, top) || IsIn(kChineseNames, top);
  }
  return true;
}

// "www.example.com.Call now".
bool GoesOnAsSentence(absl::Span<const Label> labels, Label top,
                      const HostContext& context) {
  return context.among_latin && !context.after_scheme && !context.before_path &&
         labels.size() > 2 && IsIn(kBestKnown, labels[labels.size() - 2]) &&
         IsIn(kWords, top);
}

}  // namespace

bool EndsHostEarly(Label label) { return IsIn(kBestKnown, label); }

bool IsEvident(absl::Span<const Label> labels, const HostContext& context) {
  const bool web = labels.size() > 2 && BeginsAsWeb(labels.front());
  return web || context.after_scheme || context.before_path || context.after_at;
}

bool IsAbbreviation(absl::Span<const Label> labels) {
  const Label top = labels.back();
  const auto initials = labels.first(labels.size() - 1);
  if (std::all_of(initials.begin(), initials.end(), [](Label label) {
        return label.size() == 1 && !IsDigit(label.front());
      })) {
    return !IsIn(kWellKnown, top) || IsIn(kNames, top);
  }
  if (labels.size() != 2) return false;
  const Label first = labels.front();
  if (IsIn(kTitles, first)) return IsIn(kNames, top);
  return std::any_of(
      std::begin(kProducts), std::end(kProducts), [&](Label product) {
        return product.size() == first.size() + 1 + top.size() &&
               absl::StartsWith(product, first) && absl::EndsWith(product, top);
      });
}

bool IsWellKnownTop(Label top) { return IsIn(kWellKnown, top); }

bool IsSurname(Label top) { return top.size() == 2 && IsIn(kNames, top); }

bool IsTitleCase(absl::string_view written) {
  char last = '.';
  for (const char c : written) {
    const bool begins = last == '.';
    last = c;
    if (c == '.') continue;
    const auto letter = static_cast<unsigned char>(c);
    if (!(begins ? absl::ascii_isupper(letter) : absl::ascii_islower(letter))) {
      return false;
    }
  }
  return true;
}

bool IsHost(absl::Span<const Label> labels, const HostContext& context) {
  if (labels.size() < 2 || IsDigit(labels.back().front())) return false;
  const auto& suffixes = PublicSuffixes::Shared();
  std::string encoded;
  Label top = labels.back();
  if (IsInternational(top) && !absl::StartsWith(top, "xn--")) {
    if (!suffixes.IsTopLevel(top) || !NormaliseHost(top, encoded)) return false;
    top = encoded;
  }
  const bool web = labels.size() > 2 && BeginsAsWeb(labels.front());
  const bool evident = IsEvident(labels, context);
  if (GoesOnAsSentence(labels, top, context)) return false;
  // The list is asked last: most of what is asked here is words.
  return MayBeJoined(top, context.joint, evident, web) &&
         (evident || StandsByItself(labels, top, context)) &&
         suffixes.IsTopLevel(top);
}

}  // namespace sluice::rules
