#include "gateway/admin/search_filter.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "filter/policy/reason.h"
#include "gateway/admin/admin_context.h"
#include "gateway/admin/looked_up_number.h"
#include "gateway/admin/named_party.h"
#include "gateway/wire/time_range.h"
#include "rules/base/both_error.h"
#include "rules/base/faults.h"
#include "rules/base/language.h"
#include "rules/base/pasted_phone.h"
#include "rules/base/quoted.h"
#include "rules/base/status_macros.h"
#include "rules/fold/fold.h"

namespace sluice::gateway {
namespace {

using admin::v1::SearchMessagesRequest;

// Most bytes of a rule's id, of a carrier's code and of other texts.
constexpr size_t kRuleSizeMax = 256;
constexpr size_t kCarrierCodeSizeMax = 64;
constexpr size_t kValueSizeMax = 256;
constexpr int kWordsMax = 16;

absl::Status ReadParties(const SearchMessagesRequest& request,
                         const filter::Registry& registry, Search& search) {
  SLUICE_ASSIGN_OR_RETURN(search.account,
                          NumberOfNamed(registry, store::v1::PARTY_KIND_ACCOUNT,
                                        request.account_id(), "account_id"));
  SLUICE_ASSIGN_OR_RETURN(
      search.content_provider,
      NumberOfNamed(registry, store::v1::PARTY_KIND_CONTENT_PROVIDER,
                    request.content_provider_id(), "content_provider_id"));
  SLUICE_ASSIGN_OR_RETURN(search.port,
                          NumberOfNamed(registry, store::v1::PARTY_KIND_PORT,
                                        request.port_id(), "port_id"));
  SLUICE_ASSIGN_OR_RETURN(
      search.signature, NumberOfNamed(registry, store::v1::PARTY_KIND_SIGNATURE,
                                      request.signature_id(), "signature_id"));
  return absl::OkStatus();
}

absl::Status ReadRecipients(const SearchMessagesRequest& request,
                            Search& search) {
  const std::string& submitted = request.recipient_as_submitted();
  if (!request.recipient().empty()) {
    if (!submitted.empty()) {
      return InvalidField("recipient_as_submitted",
                          SayBoth("不能与有效号码一并给出",
                                  "not together with a valid number"));
    }
    SLUICE_ASSIGN_OR_RETURN(
        search.recipient,
        ReadLookedUp("recipient", request.recipient(), Elsewhere::kMessages));
  }
  if (submitted.empty()) return absl::OkStatus();
  search.recipient_as_submitted = PlainNumber(submitted);
  if (search.recipient_as_submitted.empty()) {
    return InvalidField("recipient_as_submitted",
                        SayBoth("没有数字和字母", "has no digits or letters"));
  }
  if (ParsePastedPhone(submitted).ok()) {
    return InvalidField(
        "recipient_as_submitted",
        SayBoth("是有效号码，请用 --recipient 查找",
                "is a valid number: search for it with --recipient"));
  }
  return absl::OkStatus();
}

std::vector<std::string> ReasonNames() {
  std::vector<std::string> names;
  for (int i = 0; i < filter::kReasonCodes; ++i) {
    names.emplace_back(filter::Name(static_cast<filter::ReasonCode>(i)));
  }
  return names;
}

absl::Status ReadReason(const SearchMessagesRequest& request, Search& search) {
  search.reason = absl::AsciiStrToUpper(request.reason());
  if (!search.reason.empty() && !filter::ParseReasonCode(search.reason)) {
    const std::string near = rules::NearestOf(search.reason, ReasonNames());
    return InvalidField(
        "reason",
        near.empty()
            ? SayBoth("没有这个原因代码", "not a known reason code")
            : SayBoth("没有这个原因代码，是否应为“$0”？",
                      "not a known reason code, did you mean '$0'?", near));
  }
  if (request.rule().size() > kRuleSizeMax) {
    return InvalidField(
        "rule", SayBoth("过长，不是规则编号", "too long for a rule's id"));
  }
  search.rule = request.rule();
  search.observed = request.observed();
  return absl::OkStatus();
}

absl::Status ReadEnums(const SearchMessagesRequest& request, Search& search) {
  if (!v1::Decision_IsValid(request.decision())) {
    return InvalidField("decision",
                        SayBoth("没有这个判定", "not a known decision"));
  }
  if (!v1::MessageClass_IsValid(request.message_class())) {
    return InvalidField("message_class",
                        SayBoth("没有这个类别", "not a known class"));
  }
  if (!v1::MessageState_IsValid(request.state())) {
    return InvalidField("state", SayBoth("没有这个状态", "not a known state"));
  }
  if (!admin::v1::Carrier_IsValid(request.carrier())) {
    return InvalidField("carrier",
                        SayBoth("没有这个运营商", "not a known carrier"));
  }
  search.decision = request.decision();
  search.message_class = request.message_class();
  search.state = request.state();
  search.carrier = request.carrier();
  return absl::OkStatus();
}

absl::Status ReadTexts(const SearchMessagesRequest& request, Search& search) {
  if (request.carrier_code().size() > kCarrierCodeSizeMax) {
    return InvalidField(
        "carrier_code",
        SayBoth("过长，不是运营商代码", "too long for a carrier's code"));
  }
  search.carrier_code = request.carrier_code();
  search.access_number = PlainNumber(request.access_number());
  const bool digits =
      std::all_of(search.access_number.begin(), search.access_number.end(),
                  [](unsigned char c) { return absl::ascii_isdigit(c); });
  if (!digits ||
      search.access_number.empty() != request.access_number().empty()) {
    return InvalidField("access_number",
                        SayBoth("只能是数字", "only digits are allowed"));
  }
  search.campaign_id = request.campaign_id();
  search.key = request.key();
  search.client_ref = request.client_ref();
  for (const auto& [field, value] :
       {std::pair<absl::string_view, const std::string*>{
            "access_number", &request.access_number()},
        {"campaign_id", &search.campaign_id},
        {"key", &search.key},
        {"client_ref", &search.client_ref},
        {"recipient_as_submitted", &request.recipient_as_submitted()}}) {
    if (value->size() <= kValueSizeMax) continue;
    return InvalidField(
        field, SayBoth("最多 $0 字节", "at most $0 bytes", kValueSizeMax));
  }
  return absl::OkStatus();
}

absl::Status ReadWords(const SearchMessagesRequest& request, Search& search) {
  if (request.words_size() > kWordsMax) {
    return InvalidField("words",
                        SayBoth("最多 $0 个", "at most $0 words", kWordsMax));
  }
  for (const std::string& word : request.words()) {
    if (word.size() > kValueSizeMax) {
      return InvalidField(
          "words", SayBoth("最多 $0 字节", "at most $0 bytes", kValueSizeMax));
    }
    std::string folded;
    rules::FoldTable::Shared().Fold(word, folded);
    if (absl::StripAsciiWhitespace(folded).empty()) {
      return InvalidField(
          "words", SayBoth("没有可查找的字符", "has no character to look for"));
    }
    search.words.push_back(std::move(folded));
  }
  return absl::OkStatus();
}

// The request's filters alone.
SearchMessagesRequest FiltersOf(SearchMessagesRequest request) {
  request.clear_start_time();
  request.clear_end_time();
  request.clear_page_size();
  request.clear_page_token();
  return request;
}

uint32_t CountFields(const SearchMessagesRequest& filters) {
  std::vector<const google::protobuf::FieldDescriptor*> set;
  filters.GetReflection()->ListFields(filters, &set);
  return static_cast<uint32_t>(set.size());
}

// Two calls have the same one exactly if they have the same filters. The times
// may differ: people give them as "24h ago".
std::string ScopeOf(SearchMessagesRequest filters) {
  filters.set_reason(absl::AsciiStrToUpper(filters.reason()));
  filters.set_carrier_code(absl::AsciiStrToUpper(filters.carrier_code()));
  return filters.SerializeAsString();
}

// Whether the search finds refusals that were counted, not recorded singly.
bool MatchesCounted(const Search& search,
                    const store::v1::RefusalsCounted& counted) {
  // Only these are counted, and no carrier got such a message.
  const bool only_counted =
      search.filters ==
      (search.account != 0 ? 1u : 0u) + (search.reason.empty() ? 0u : 1u) +
          (search.rule.empty() ? 0u : 1u) + (search.recipient ? 1u : 0u) +
          (search.decision == v1::DECISION_REJECTED ? 1u : 0u);
  return only_counted &&
         (search.account == 0 || counted.account() == search.account) &&
         (search.reason.empty() || counted.reason().code() == search.reason) &&
         (search.rule.empty() || counted.reason().rule() == search.rule);
}

bool IsAny(const std::string& wanted, const std::string& value) {
  return wanted.empty() || wanted == value;
}

bool IsAny(uint32_t wanted, uint32_t value) {
  return wanted == 0 || wanted == value;
}

bool ReasonMatches(const Search& search, const store::v1::Decided& decided) {
  if (search.reason.empty() && search.rule.empty() && !search.observed) {
    return true;
  }
  return std::any_of(decided.reasons().begin(), decided.reasons().end(),
                     [&](const store::v1::RecordedReason& reason) {
                       return reason.observed() == search.observed &&
                              IsAny(search.reason, reason.code()) &&
                              IsAny(search.rule, reason.rule());
                     });
}

// Each word in the text as submitted or as sent.
bool WordsMatch(const Search& search, const store::v1::Decided& decided) {
  if (search.words.empty()) return true;
  static thread_local std::string submitted;
  static thread_local std::string sent;
  rules::FoldTable::Shared().Fold(decided.text(), submitted);
  rules::FoldTable::Shared().Fold(decided.sent_text(), sent);
  return std::all_of(search.words.begin(), search.words.end(),
                     [](const std::string& word) {
                       return absl::StrContains(submitted, word) ||
                              absl::StrContains(sent, word);
                     });
}

bool RecipientMatches(const Search& search, const store::v1::Record& record) {
  if (search.recipient_as_submitted.empty()) return true;
  return record.recipient() == 0 &&
         absl::EqualsIgnoreCase(
             PlainNumber(record.decided().recipient_as_submitted()),
             search.recipient_as_submitted);
}

}  // namespace

absl::StatusOr<Search> ReadSearch(const SearchMessagesRequest& request,
                                  const filter::Registry& registry,
                                  int64_t now_ms) {
  Search search;
  SLUICE_ASSIGN_OR_RETURN(const TimeRange times,
                          BegunTimeRangeOf(request, now_ms));
  search.from_ms = times.from_ms;
  search.until_ms = times.until_ms;
  SLUICE_RETURN_IF_ERROR(ReadParties(request, registry, search));
  SLUICE_RETURN_IF_ERROR(ReadRecipients(request, search));
  SLUICE_RETURN_IF_ERROR(ReadReason(request, search));
  SLUICE_RETURN_IF_ERROR(ReadEnums(request, search));
  SLUICE_RETURN_IF_ERROR(ReadTexts(request, search));
  SLUICE_RETURN_IF_ERROR(ReadWords(request, search));
  const SearchMessagesRequest filters = FiltersOf(request);
  search.filters = CountFields(filters);
  search.scope = ScopeOf(filters);
  SLUICE_ASSIGN_OR_RETURN(search.page_size, PageSize(request.page_size()));
  search.page_token = request.page_token();
  return search;
}

bool Matches(const Search& search, const store::v1::Record& record) {
  if (record.has_refusals_counted()) {
    return MatchesCounted(search, record.refusals_counted());
  }
  if (!record.has_decided()) return false;
  const store::v1::Decided& decided = record.decided();
  return IsAny(search.account, decided.account()) &&
         IsAny(search.content_provider, decided.content_provider()) &&
         IsAny(search.port, decided.port()) &&
         IsAny(search.signature, decided.signature()) &&
         (search.decision == v1::DECISION_UNSPECIFIED ||
          search.decision == decided.decision()) &&
         (search.message_class == v1::MESSAGE_CLASS_UNSPECIFIED ||
          search.message_class == decided.message_class()) &&
         IsAny(static_cast<uint32_t>(search.carrier), decided.carrier()) &&
         IsAny(search.access_number, decided.access_number()) &&
         IsAny(search.campaign_id, decided.campaign_id()) &&
         IsAny(search.key, decided.key()) &&
         IsAny(search.client_ref, decided.client_ref()) &&
         RecipientMatches(search, record) && ReasonMatches(search, decided) &&
         WordsMatch(search, decided);
}

bool EventsMatch(const Search& search,
                 const admin::v1::MessageRecord& message) {
  if (search.state != v1::MESSAGE_STATE_UNSPECIFIED &&
      message.state() != search.state) {
    return false;
  }
  return search.carrier_code.empty() ||
         std::any_of(message.events().begin(), message.events().end(),
                     [&search](const admin::v1::MessageEvent& event) {
                       return absl::EqualsIgnoreCase(event.carrier_code(),
                                                     search.carrier_code);
                     });
}

std::string SubjectOf(const SearchMessagesRequest& request,
                      const Search& search) {
  // Read by inspectors, in the operator log.
  std::string subject = absl::StrCat("from ", MarketTimeText(search.from_ms));
  if (request.has_end_time()) {
    absl::StrAppend(&subject, " until ", MarketTimeText(search.until_ms));
  }
  const auto add = [&subject](absl::string_view name,
                              const std::string& value) {
    if (!value.empty()) absl::StrAppend(&subject, " ", name, " ", value);
  };
  // What only its owner understands may be anything, also a number.
  const auto add_quoted = [&add](absl::string_view name,
                                 const std::string& value) {
    add(name, value.empty() ? "" : Quoted(value));
  };
  const auto add_enum = [&add](absl::string_view name, int value,
                               const std::string& shown) {
    add(name, value == 0 ? "" : shown);
  };
  add("account", request.account_id());
  add("content provider", request.content_provider_id());
  add("port", request.port_id());
  add("signature", request.signature_id());
  add("recipient", search.recipient ? Masked(search.recipient) : "");
  if (!search.recipient_as_submitted.empty()) {
    add("recipient as submitted of characters:",
        absl::StrCat(search.recipient_as_submitted.size()));
  }
  add_enum("decision", search.decision, v1::Decision_Name(search.decision));
  add_enum("state", search.state, v1::MessageState_Name(search.state));
  add_enum("class", search.message_class,
           v1::MessageClass_Name(search.message_class));
  add_enum("carrier", search.carrier, admin::v1::Carrier_Name(search.carrier));
  add("reason", search.reason);
  add("rule", search.rule);
  add("observed", search.observed ? "yes" : "");
  add("carrier code", search.carrier_code);
  add("access number", search.access_number);
  add_quoted("campaign", search.campaign_id);
  add_quoted("key", search.key);
  add_quoted("client ref", search.client_ref);
  if (!search.words.empty()) add("words:", absl::StrCat(search.words.size()));
  return subject;
}

}  // namespace sluice::gateway
