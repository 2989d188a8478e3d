#include "store/statistics/journal_counter.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "filter/policy/province.h"
#include "rules/base/bytes.h"
#include "rules/base/status_macros.h"

namespace sluice::store {
namespace {

constexpr absl::string_view kCountedTo = "statistics.counted_to";
// Rows in memory after which they are kept in the view.
constexpr size_t kFreshRowsMax = 20'000;
// Rows of old hours that are dropped at a time.
constexpr size_t kDroppedAtOnce = 10'000;
constexpr size_t kKeyPrefix = 6;

std::string KeyOf(char kind, Dimension dimension, uint32_t time,
                  absl::string_view value) {
  std::string key;
  key.reserve(kKeyPrefix + value.size());
  key.push_back(kind);
  key.push_back(static_cast<char>(dimension));
  AppendBigEndian(time, key);
  key.append(value.data(), value.size());
  return key;
}

std::string Number(uint32_t number) {
  std::string bytes;
  AppendBigEndian(number, bytes);
  return bytes;
}

std::string Octet(uint8_t octet) {
  return std::string(1, static_cast<char>(octet));
}

// The dimensions in which a message counts, with its values. An empty value: it
// has none.
std::vector<std::pair<Dimension, std::string>> ValuesOf(
    const MessageTraits& traits) {
  const auto party = [](uint32_t number) {
    return number == 0 ? "" : Number(number);
  };
  return {
      {Dimension::kLicensee, party(traits.licensee)},
      {Dimension::kAccount, party(traits.account)},
      {Dimension::kContentProvider, party(traits.content_provider)},
      {Dimension::kSignature, party(traits.signature)},
      {Dimension::kPort, party(traits.port)},
      {Dimension::kCarrier, traits.account == 0 ? "" : Octet(traits.carrier)},
      {Dimension::kClass,
       traits.message_class == 0 ? "" : Octet(traits.message_class)},
      {Dimension::kProvince, std::string(filter::CodeOf(traits.province))}};
}

}  // namespace

JournalCounter::JournalCounter(const CountedJournal& journal)
    : journal_(journal),
      counter_([records = &journal.records](
                   RecordRef message) -> absl::StatusOr<v1::Record> {
        SLUICE_ASSIGN_OR_RETURN(const std::string bytes,
                                records->Read(message));
        v1::Record record;
        if (!record.ParseFromString(bytes)) {
          return absl::DataLossError("a journal record does not parse");
        }
        return record;
      }) {}

absl::Status JournalCounter::Begin() {
  SLUICE_ASSIGN_OR_RETURN(const auto value,
                          journal_.views.Get(View::kMeta, kCountedTo));
  if (value.has_value()) {
    SLUICE_ASSIGN_OR_RETURN(const uint64_t place,
                            ByteReader(*value).TakeBigEndian<uint64_t>());
    counted_to_ = RecordRef::FromValue(place).position();
  }
  ViewCursor newest = journal_.views.Cursor(View::kStatistics);
  newest.SeekBack(KeyOf(kHourRows, Dimension::kAll,
                        std::numeric_limits<uint32_t>::max(), ""));
  if (newest.valid() && newest.key().size() == kKeyPrefix &&
      newest.key()[0] == kHourRows) {
    SLUICE_ASSIGN_OR_RETURN(
        last_hour_,
        ByteReader(newest.key().substr(2)).TakeBigEndian<uint32_t>());
  }
  counter_.Clear();
  reader_ = std::make_unique<JournalReader>(journal_.files, journal_.identity,
                                            counted_to_);
  return absl::OkStatus();
}

absl::Status JournalCounter::Follow(Position end, const StopAsked& stop) {
  if (reader_ == nullptr) SLUICE_RETURN_IF_ERROR(Begin());
  absl::Status lost;  // What cannot be read; the rest is counted.
  absl::Status status;
  for (;;) {
    status = CheckStop(stop);
    if (!status.ok()) break;
    const absl::StatusOr<bool> more = reader_->Next(end);
    status = more.status();
    if (absl::IsOutOfRange(status) || absl::IsDataLoss(status)) {
      SLUICE_ASSIGN_OR_RETURN(const bool skipped, SkipSegment());
      if (!skipped) break;
      lost = absl::DataLossError(status.message());
      continue;
    }
    if (!status.ok() || !*more) break;
    status = CountGroup(lost);
    if (status.ok() && counter_.counts().size() >= kFreshRowsMax) {
      status = Keep();
    }
    if (!status.ok()) {
      // Part of the group is counted: begin again where the view ends.
      reader_.reset();
      return status;
    }
  }
  const absl::Status kept = Keep();
  if (!kept.ok()) reader_.reset();
  if (!status.ok()) return status;
  return kept.ok() ? lost : kept;
}

// Goes on at the segment after the one that cannot be read. False: it is the
// newest.
absl::StatusOr<bool> JournalCounter::SkipSegment() {
  SLUICE_ASSIGN_OR_RETURN(const std::vector<uint32_t> segments,
                          ListSegments(journal_.files));
  const auto next = std::upper_bound(segments.begin(), segments.end(),
                                     reader_->next_position().segment());
  if (next == segments.end()) return false;
  SLUICE_RETURN_IF_ERROR(Keep());
  reader_ = std::make_unique<JournalReader>(journal_.files, journal_.identity,
                                            Position(*next, 0));
  return true;
}

absl::Status JournalCounter::CountGroup(absl::Status& lost) {
  const GroupView& group = reader_->group();
  v1::Record record;
  for (uint32_t i = 0; i < group.count(); ++i) {
    if (group.Removed(i)) continue;
    const absl::string_view bytes = group.Record(i);
    if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      lost = absl::DataLossError("a journal record does not parse");
      continue;
    }
    SLUICE_RETURN_IF_ERROR(
        counter_.Count(RecordRef(reader_->position(), i), record));
  }
  return absl::OkStatus();
}

absl::Status JournalCounter::Keep() {
  const Position place = reader_->next_position();
  if (place <= counted_to_) return absl::OkStatus();
  std::map<std::string, Tally> rows;
  uint32_t newest = last_hour_;
  for (const auto& [of, tally] : counter_.counts()) {
    newest = std::max(newest, of.hour);
    const auto add = [&, hour = of.hour, &tally = tally](
                         Dimension dimension, const std::string& value) {
      rows[KeyOf(kHourRows, dimension, hour, value)].Add(tally);
      rows[KeyOf(kDayRows, dimension, DayOf(hour), value)].Add(tally);
    };
    add(Dimension::kAll, "");
    for (const auto& [dimension, value] : ValuesOf(*of.traits)) {
      if (!value.empty()) add(dimension, value);
    }
    if (!of.link->empty()) add(Dimension::kLink, *of.link);
    if (!of.traits->campaign.empty()) {
      SLUICE_ASSIGN_OR_RETURN(const std::string campaign,
                              CampaignOf(DayOf(of.hour), of.traits->campaign));
      add(Dimension::kCampaign, campaign);
    }
  }
  std::vector<std::string> keys;
  for (const auto& [key, tally] : rows) keys.push_back(key);
  SLUICE_ASSIGN_OR_RETURN(const auto before,
                          journal_.views.GetAll(View::kStatistics, keys));
  std::vector<Views::Change> changes;
  v1::StatCounts saved;
  for (size_t i = 0; i < keys.size(); ++i) {
    Tally& tally = rows[keys[i]];
    if (before[i].has_value()) {
      if (!saved.ParseFromString(*before[i])) {
        return absl::DataLossError(
            "views: a row of the statistics is damaged; "
            "delete the folder `views`, it is rebuilt "
            "at start");
      }
      tally.Add(saved);
    }
    changes.push_back(
        {View::kStatistics, keys[i], tally.Saved().SerializeAsString()});
  }
  SLUICE_RETURN_IF_ERROR(DropOldHours(newest, changes));
  std::string value;
  AppendBigEndian(RecordRef(place, 0).value(), value);
  changes.push_back({View::kMeta, std::string(kCountedTo), std::move(value)});
  SLUICE_RETURN_IF_ERROR(journal_.views.Write(changes));
  counted_to_ = place;
  last_hour_ = newest;
  counter_.Clear();
  return absl::OkStatus();
}

// The day's campaigns are looked up in the view once.
absl::StatusOr<std::string> JournalCounter::CampaignOf(
    uint32_t day, const std::string& campaign) {
  const auto [found, is_new] = campaigns_.try_emplace(day);
  absl::flat_hash_set<std::string>& known = found->second;
  if (is_new) {
    SLUICE_RETURN_IF_ERROR(ReadStatRows(
        journal_.views, {kDayRows, Dimension::kCampaign, day, day + 1, ""}, {},
        [&known](uint32_t, absl::string_view value, const Tally&) {
          known.emplace(value);
          return absl::OkStatus();
        }));
  }
  if (known.contains(campaign)) return campaign;
  if (known.size() >= kCampaignsADay) return std::string(kOtherCampaigns);
  known.insert(campaign);
  return campaign;
}

absl::Status JournalCounter::DropOldHours(uint32_t hour,
                                          std::vector<Views::Change>& changes) {
  // Events come to days that are over for two days at most.
  constexpr uint32_t kDaysRemembered = 3;
  absl::erase_if(campaigns_, [hour](const auto& day) {
    return day.first + kDaysRemembered < DayOf(hour);
  });
  if (hour <= kHoursKept) return absl::OkStatus();
  size_t dropped = 0;
  for (int dimension = 0; dimension < kDimensions; ++dimension) {
    const auto one = static_cast<Dimension>(dimension);
    SLUICE_RETURN_IF_ERROR(journal_.views.ForEach(
        View::kStatistics, KeyOf(kHourRows, one, 0, ""),
        KeyOf(kHourRows, one, hour - kHoursKept, ""),
        [&](absl::string_view key, absl::string_view) {
          changes.push_back(
              {View::kStatistics, std::string(key), std::nullopt});
          return ++dropped < kDroppedAtOnce;
        }));
  }
  return absl::OkStatus();
}

absl::Status ReadStatRows(const Views& views, const StatRange& range,
                          const StopAsked& stop, const VisitStatRow& visit) {
  v1::StatCounts saved;
  absl::Status status;
  SLUICE_RETURN_IF_ERROR(views.ForEach(
      View::kStatistics,
      KeyOf(range.kind, range.dimension, range.from, range.value),
      KeyOf(range.kind, range.dimension, range.until, ""),
      [&](absl::string_view key, absl::string_view value) {
        status = CheckStop(stop);
        if (!status.ok()) return false;
        const absl::string_view of = key.substr(kKeyPrefix);
        if (!range.value.empty() && of != range.value) return true;
        const auto time = ByteReader(key.substr(2)).TakeBigEndian<uint32_t>();
        if (!time.ok() || !saved.ParseFromArray(
                              value.data(), static_cast<int>(value.size()))) {
          status = absl::DataLossError(
              "views: a row of the statistics is damaged; delete the folder "
              "`views`, it is rebuilt at start");
          return false;
        }
        Tally tally;
        tally.Add(saved);
        status = visit(*time, of, tally);
        return status.ok();
      }));
  return status;
}

}  // namespace sluice::store
