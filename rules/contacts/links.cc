#include "rules/contacts/links.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "rules/base/characters.h"
#include "rules/contacts/host_chain.h"
#include "rules/contacts/host_evidence.h"
#include "rules/contacts/host_name.h"
#include "rules/contacts/international_names.h"
#include "rules/contacts/link_edges.h"
#include "rules/contacts/public_suffixes.h"

namespace sluice::rules {
namespace {

using absl::string_view;

// Pieces of one label or more that are joined by other things than '.'.
constexpr int kJointsMax = 6;

// `text` without blanks of any kind.
std::string WithoutBlanks(absl::string_view text) {
  const auto size = static_cast<int32_t>(text.size());
  std::string kept;
  for (int32_t at = 0; at < size;) {
    const int32_t begin = at;
    UChar32 c = 0;
    U8_NEXT(text.data(), at, size, c);
    if (c >= 0 && u_isUWhiteSpace(c)) continue;
    kept.append(text.data() + begin, static_cast<size_t>(at - begin));
  }
  return kept;
}

class LinkSearch {
 public:
  explicit LinkSearch(const ContactText& text) : text_(text) {}

  void Run() {
    for (size_t run = 0; run < text_.runs.size();) {
      run = text_.runs[run].kind == TextRun::Kind::kDot ? TakeAtDot(run)
                                                        : TakeAtRun(run);
    }
  }

 private:
  // A host whose first label begins with `run`, or what leads to one. Returns
  // the run to go on with.
  size_t TakeAtRun(size_t run) {
    if (const size_t begin = ForeignBegin(run); begin > 0) {
      const size_t found = text_.contacts.size();
      const size_t next =
          std::max(TakeInternational(begin - 1, run, std::nullopt), run + 1);
      // Otherwise its last letters may be one: a link is better than none.
      if (text_.contacts.size() > found) return next;
    }
    size_t after_label = run;
    if (!MayGoOn(LabelEnd(text_, after_label), run)) return after_label;
    const size_t host_begin = SkipScheme(text_, run);
    if (host_begin > 0) {
      if (const size_t next = TakeAfterScheme(run, host_begin)) return next;
    }
    return TakeHost(run, std::nullopt);
  }

  // Where the label that `run` is in begins when letters of other alphabets are
  // in it, plus 1: еbay.cn is no bay.cn. 0: there are none.
  size_t ForeignBegin(size_t run) const {
    const uint32_t begin = text_.runs[run].begin;
    if (begin <= floor_ || (text_.bytes[begin - 1] & 0x80) == 0) return 0;
    const size_t label = AlphabeticBegin(text_, begin, floor_);
    return label == begin ? 0 : label + 1;
  }

  // Whether anything but words may follow a label that begins with `run` and
  // ends at `end`. Cheap: all words of all texts come here.
  bool MayGoOn(size_t end, size_t run) const {
    return text_.At(end) == '.' || MayBeJoint(text_, end) ||
           MayEndScheme(text_, end) || BeginsAsWeb(run);
  }

  bool BeginsAsWeb(size_t run) const {
    return absl::StartsWith(text_.Of(text_.runs[run]), "www");
  }

  // Returns the run to go on with, or 0 when nothing was found.
  size_t TakeAfterScheme(size_t scheme_run, size_t host_begin) {
    const size_t begin = SkipUserInfo(text_, host_begin);
    size_t run = scheme_run + 1;
    while (run < text_.runs.size() && text_.runs[run].begin < begin) ++run;
    const uint32_t scheme_begin = SchemeBegin(text_, scheme_run);
    if (run < text_.runs.size() && text_.runs[run].begin == begin) {
      if (const size_t next = TakeAnyIpv4(run, scheme_begin)) return next;
      const size_t found = text_.contacts.size();
      const size_t next = TakeHost(run, scheme_begin);
      if (text_.contacts.size() > found) return next;
    }
    const size_t found = text_.contacts.size();
    const size_t next = TakeInternational(begin, run, scheme_begin);
    return text_.contacts.size() > found ? next : 0;
  }

  // An address in any spelling, beginning with `run`. Returns as
  // TakeAfterScheme.
  size_t TakeAnyIpv4(size_t run, uint32_t scheme_begin) {
    if (!text_.IsDigits(run)) return 0;
    constexpr size_t kMax = 48;
    const size_t begin = text_.runs[run].begin;
    size_t end = begin;
    for (; end - begin < kMax; ++end) {
      const char c = text_.At(end);
      if (c == '.' ? !IsAlnum(text_.At(end + 1)) : !IsAlnum(c)) break;
      if (c > 'f' && c != 'x') return 0;  // No digit, also of base 16.
    }
    std::string host;
    if (!NormaliseIpv4(text_.bytes.substr(begin, end - begin), true, host) ||
        absl::StartsWith(host, "0.")) {
      return 0;
    }
    AddLink(scheme_begin, end, host, host, run);
    return RunAfter(run);
  }

  // A host that begins with `run`. Returns the run to go on with.
  size_t TakeHost(size_t run, std::optional<uint32_t> scheme_begin) {
    LabelChain chain = ReadChain(text_, run);
    const size_t after_chain = chain.next_run;
    if (text_.At(chain.end) == '@' && !scheme_begin) return after_chain;
    if (TakeIpv4(chain, run, scheme_begin)) return RunAfter(run);
    if (IsHostHere(chain, run, scheme_begin)) {
      AddHost(chain, run, scheme_begin);
      return RunAfter(run);
    }
    if (TakeShortened(chain, run, scheme_begin) ||
        TakeJoined(chain, run, scheme_begin)) {
      return RunAfter(run);
    }
    // "1http://": the digit is no part of it.
    for (size_t next = run + 1; next < after_chain; ++next) {
      if (SkipScheme(text_, next) > 0) return next;
    }
    return after_chain;
  }

  // "www.example.com.Call now", "www.example.com2": up to the last label, or
  // the letters it begins with, that may end a host.
  bool TakeShortened(LabelChain chain, size_t run,
                     std::optional<uint32_t> scheme_begin) {
    if (chain.count > 2 && !chain.too_long) {
      string_view& last = chain.labels[chain.count - 1];
      const auto digit = std::find_if(last.begin(), last.end(), IsDigit);
      last = last.substr(0, static_cast<size_t>(digit - last.begin()));
      ++chain.count;  // Looked at as the others are.
    }
    while (chain.count > 2) {
      --chain.count;
      const string_view last = chain.labels[chain.count - 1];
      if (last.empty() || !EndsHostEarly(last)) continue;
      chain.end =
          static_cast<uint32_t>(last.data() + last.size() - text_.bytes.data());
      if (!IsHostHere(chain, run, scheme_begin)) continue;
      AddHost(chain, run, scheme_begin);
      return true;
    }
    return false;
  }

  // Joins what follows by other things than '.', and takes the longest host.
  bool TakeJoined(LabelChain chain, size_t run,
                  std::optional<uint32_t> scheme_begin) {
    const bool web = BeginsAsWeb(run);
    if (!web && !MayBeJoint(text_, chain.end)) return false;
    std::optional<LabelChain> longest;
    string_view core;
    for (int i = 0; i < kJointsMax; ++i) {
      const std::optional<Joint> joint =
          ReadJoint(text_, chain.end, chain.next_run);
      if (!joint || (i > 0 && joint->core != core)) break;
      if (NeedsWeb(joint->kind) && !web) break;
      core = joint->core;
      const LabelChain next = ReadChain(text_, joint->next_run);
      // The next may well be a host without this.
      if (next.count > 1 && IsHostHere(next, joint->next_run, std::nullopt)) {
        break;
      }
      for (const string_view label : next.all()) chain.Push(label);
      chain.too_long = chain.too_long || next.too_long;
      chain.joint = joint->kind;
      chain.end = next.end;
      chain.next_run = next.next_run;
      if (IsHostHere(chain, run, scheme_begin)) longest = chain;
    }
    if (!longest) return false;
    AddHost(*longest, run, scheme_begin);
    return true;
  }

  bool IsHostHere(const LabelChain& chain, size_t run,
                  std::optional<uint32_t> scheme_begin) const {
    if (chain.too_long || chain.count < 2) return false;
    HostContext context;
    context.joint = chain.joint;
    context.after_scheme = scheme_begin.has_value();
    context.before_path = HasPath(text_, chain.end);
    context.after_at = AtBefore(text_, chain.begin) < chain.begin;
    context.among_latin = (run > 0 && IsWordBeside(run - 1, chain.begin)) ||
                          IsWordBeside(chain.next_run, chain.end);
    return IsHost(chain.all(), context) &&
           (IsEvident(chain.all(), context) || !IsName(chain));
  }

  // "Mr.Li", "Tony.Hu", "ASP.NET".
  bool IsName(const LabelChain& chain) const {
    if (chain.joint != LabelJoint::kDot) return false;
    if (IsAbbreviation(chain.all())) return true;
    return chain.count == 2 && IsSurname(chain.labels[1]) &&
           IsTitleCase(text_.submitted.Of(chain.begin, chain.end));
  }

  // Whether `run`, which is all before or all after `edge`, is Latin letters
  // with only blanks and punctuation to it.
  bool IsWordBeside(size_t run, uint32_t edge) const {
    if (!text_.IsLetters(run)) return false;
    const TextRun& word = text_.runs[run];
    const uint32_t begin = std::min(word.end, edge);
    const uint32_t end = std::max(word.begin, edge);
    const string_view gap = text_.bytes.substr(begin, end - begin);
    return gap.size() <= 3 && IsAscii(gap);
  }

  bool TakeIpv4(const LabelChain& chain, size_t run,
                std::optional<uint32_t> scheme_begin) {
    if (chain.count != 4 || !IsDigit(chain.labels[3].front())) return false;
    if (!scheme_begin && !HasPath(text_, chain.end)) return false;
    std::string host;
    if (!NormaliseIpv4(text_.bytes.substr(chain.begin, chain.end - chain.begin),
                       false, host)) {
      return false;
    }
    AddLink(scheme_begin.value_or(chain.begin), chain.end, host, host, run);
    return true;
  }

  void AddHost(const LabelChain& chain, size_t run,
               std::optional<uint32_t> scheme_begin) {
    // Most hosts are in the text just as they are to be told.
    const string_view written =
        text_.bytes.substr(chain.begin, chain.end - chain.begin);
    if (chain.joint == LabelJoint::kDot && IsNormalHost(written) &&
        IsAscii(text_.submitted.Of(chain.begin, chain.end))) {
      AddNamed(chain, written, run, scheme_begin);
      return;
    }
    std::string host;
    if (OpenedHost(chain, host)) AddNamed(chain, host, run, scheme_begin);
  }

  // Puts what a phone opens into `host`. Folding has made "shop" of "shöp",
  // which is xn--shp-tna.
  bool OpenedHost(const LabelChain& chain, std::string& host) const {
    std::string folded;
    std::string submitted;
    for (const string_view label : chain.all()) {
      if (!folded.empty()) {
        folded += '.';
        submitted += '.';
      }
      folded.append(label.data(), label.size());
      const auto begin =
          static_cast<uint32_t>(label.data() - text_.bytes.data());
      const string_view as_submitted = text_.submitted.Of(
          begin, begin + static_cast<uint32_t>(label.size()));
      submitted.append(as_submitted.data(), as_submitted.size());
    }
    // Blanks between Chinese characters.
    const std::string name = WithoutBlanks(submitted);
    if (NormaliseHost(name, host) && EndsInTopLevel(host)) return true;
    return NormaliseHost(folded, host);
  }

  static bool EndsInTopLevel(string_view host) {
    return PublicSuffixes::Shared().IsTopLevel(
        host.substr(host.rfind('.') + 1));
  }

  // `host` is normalised.
  void AddNamed(const LabelChain& chain, string_view host, size_t run,
                std::optional<uint32_t> scheme_begin) {
    const auto& suffixes = PublicSuffixes::Shared();
    // Some have a site of their own: gov.uk/visas.
    if (suffixes.IsRegistrySuffix(host) && !scheme_begin &&
        !HasPath(text_, chain.end)) {
      return;
    }
    const string_view domain = suffixes.RegistrableOf(host);
    const uint32_t at = AtBefore(text_, chain.begin);
    if (!scheme_begin && at < chain.begin) {
      const uint32_t local = LocalPartBegin(text_, at, end_);
      if (local < at) {
        AddEmail(local, at, chain, host, domain.size(), run);
        return;
      }
      if (text_.At(at - size_t{1}) == '*') return;  // A masked one.
    }
    AddLink(scheme_begin.value_or(chain.begin), chain.end, host, domain, run);
  }

  // `at`: where the @ is.
  void AddEmail(uint32_t begin, uint32_t at, const LabelChain& chain,
                string_view host, size_t domain_size, size_t run) {
    Contact contact;
    contact.kind = Contact::Kind::kEmail;
    contact.begin = begin;
    contact.end = chain.end;
    contact.value = text_.Keep(text_.bytes.substr(begin, at + 1 - begin), host);
    contact.domain = contact.value.substr(
        contact.value.size() - std::min(domain_size, contact.value.size()));
    Add(contact, run);
  }

  // `domain` is a part of `host`, at its end.
  void AddLink(uint32_t begin, size_t host_end, string_view host,
               string_view domain, size_t run) {
    Contact contact;
    contact.begin = begin;
    contact.value = host;
    const char* const first = text_.bytes.data();
    if (host.data() < first || host.data() >= first + text_.bytes.size()) {
      contact.value = text_.Keep(host);
    }
    contact.domain = contact.value.substr(
        contact.value.size() - std::min(domain.size(), contact.value.size()));
    const size_t path_begin = SkipPort(text_, host_end);
    const size_t path_end = PathEnd(text_, path_begin);
    contact.path = text_.bytes.substr(path_begin, path_end - path_begin);
    contact.end = static_cast<uint32_t>(path_end);
    Add(contact, run);
  }

  void Add(const Contact& contact, size_t run) {
    text_.Add(contact, run);
    end_ = contact.end;
    floor_ = contact.end;
  }

  // The run that follows the contact just found.
  size_t RunAfter(size_t run) const {
    ++run;
    while (run < text_.runs.size() && text_.runs[run].begin < end_) ++run;
    return run;
  }

  // A host with other letters than ASCII beside the dot `run`. Returns the run
  // to go on with.
  size_t TakeAtDot(size_t run) {
    const uint32_t dot = text_.runs[run].begin;
    const size_t begin = NameBegin(text_, dot, floor_);
    if (begin == dot) return run + 1;
    return std::max(TakeInternational(begin, run, std::nullopt), run + 1);
  }

  // The host that begins at `begin`; `run` is in it, or the first behind it.
  // Returns the run to go on with.
  size_t TakeInternational(size_t begin, size_t run,
                           std::optional<uint32_t> scheme_begin) {
    LabelChain chain;
    chain.begin = static_cast<uint32_t>(begin);
    chain.end = chain.begin;
    while (chain.count < LabelChain::kMax) {
      const size_t label_begin = chain.count == 0 ? begin : chain.end + 1;
      if (!scheme_begin && chain.count > 0 && IsAsciiHostAt(label_begin, run)) {
        floor_ = static_cast<uint32_t>(label_begin);
        return run;
      }
      const size_t label_end = NameLabelEnd(text_, label_begin);
      if (label_end == label_begin) break;
      chain.Push(text_.bytes.substr(label_begin, label_end - label_begin));
      chain.end = static_cast<uint32_t>(label_end);
      if (text_.At(label_end) != '.') break;
    }
    const size_t whole = chain.count;
    const uint32_t whole_end = chain.end;
    for (; chain.count > 1; --chain.count) {
      const bool may_end =
          chain.count == whole || EndsHostEarly(AsciiOfLastLabel(chain));
      if (may_end && TakeNamed(chain, run, scheme_begin)) {
        return RunAfter(run);
      }
    }
    floor_ = std::max(floor_, whole_end);  // These labels are no name.
    return run;
  }

  // "谢谢.www.example.com" is one without the first label.
  bool IsAsciiHostAt(size_t begin, size_t run) const {
    while (run < text_.runs.size() && text_.runs[run].begin < begin) ++run;
    return run < text_.runs.size() && text_.runs[run].begin == begin &&
           text_.runs[run].kind != TextRun::Kind::kDot &&
           IsHostHere(ReadChain(text_, run), run, std::nullopt);
  }

  bool TakeNamed(LabelChain& chain, size_t run,
                 std::optional<uint32_t> scheme_begin) {
    if (!scheme_begin && LeadsIn(chain)) return false;
    EndWithLastLabel(text_, chain);
    chain.next_run = run;
    while (chain.next_run < text_.runs.size() &&
           text_.runs[chain.next_run].begin < chain.end) {
      ++chain.next_run;
    }
    size_t first_run = run;
    while (first_run > 0 && text_.runs[first_run - 1].begin >= chain.begin) {
      --first_run;
    }
    if (!IsHostHere(chain, first_run, scheme_begin)) return false;
    const size_t found = text_.contacts.size();
    AddHost(chain, run, scheme_begin);
    return text_.contacts.size() > found;
  }

  const ContactText& text_;
  uint32_t end_ = 0;    // Of the contact found last.
  uint32_t floor_ = 0;  // Where international names may begin.
};

}  // namespace

void FindLinks(const ContactText& text) { LinkSearch(text).Run(); }

}  // namespace sluice::rules
