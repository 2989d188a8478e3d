#include "tools/sluicectl/reply_text.h"

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_join.h"
#include "rules/base/language.h"

namespace sluice::ctl {
namespace {

Words MeaningOf(admin::v1::ReplyReading reading) {
  switch (reading) {
    case admin::v1::REPLY_READING_REFUSAL:
      return {"退订", "refusal"};
    case admin::v1::REPLY_READING_LIKELY_REFUSAL:
      return {"很可能是退订", "refusal, likely"};
    case admin::v1::REPLY_READING_NEGATED:
      return {"否定的退订", "negated refusal"};
    case admin::v1::REPLY_READING_ANSWER:
      return {"回答问题", "answer to a question"};
    case admin::v1::REPLY_READING_UNREADABLE:
      return {"无法识读", "cannot be read"};
    case admin::v1::REPLY_READING_PART:
      return {"长回复的一部分", "part of a longer reply"};
    default:
      return {"不是退订", "no refusal"};
  }
}

}  // namespace

std::string ReplyMeaning(const Context& context,
                         const admin::v1::Reply& reply) {
  const std::string meaning(MeaningOf(reply.reading()).in(context.language));
  return reply.complaint() ? meaning + context.Say("，投诉", ", complaint")
                           : meaning;
}

std::string StoppedBy(const Context& context, const admin::v1::Reply& reply,
                      PartyNames& parties) {
  if (!reply.opted_out()) return "";
  if (reply.content_provider_ids().empty()) {
    return context.Say("全部内容提供者", "everybody");
  }
  std::vector<std::string> names;
  for (const std::string& id : reply.content_provider_ids()) {
    names.push_back(parties.Provider(id));
  }
  return absl::StrJoin(names, context.Say("、", ", "));
}

std::string ReplyText(const Context& context, const admin::v1::Reply& reply) {
  if (reply.text().find("\uFFFD") == std::string::npos) return reply.text();
  return reply.text() +
         context.Say("（字节 $0，编码 $1）", " (octets $0, coding $1)",
                     absl::BytesToHexString(reply.raw()), reply.coding());
}

}  // namespace sluice::ctl
