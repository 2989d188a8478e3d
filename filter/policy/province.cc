#include "filter/policy/province.h"

#include <phonenumbers/geocoding/phonenumber_offline_geocoder.h>
#include <phonenumbers/phonenumber.pb.h>
#include <unicode/locid.h>

#include <array>
#include <atomic>
#include <string>

#include "absl/strings/match.h"
#include "rules/base/mutex.h"

namespace sluice::filter {
namespace {

struct Names {
  absl::string_view code;
  absl::string_view chinese;  // As areas begin: 广东省深圳市, 广西南宁市.
  absl::string_view english;
};

constexpr std::array<Names, kProvinces> kProvinceNames = {{
    {"CN-BJ", "北京", "Beijing"},
    {"CN-TJ", "天津", "Tianjin"},
    {"CN-HE", "河北", "Hebei"},
    {"CN-SX", "山西", "Shanxi"},
    {"CN-NM", "内蒙古", "Inner Mongolia"},
    {"CN-LN", "辽宁", "Liaoning"},
    {"CN-JL", "吉林", "Jilin"},
    {"CN-HL", "黑龙江", "Heilongjiang"},
    {"CN-SH", "上海", "Shanghai"},
    {"CN-JS", "江苏", "Jiangsu"},
    {"CN-ZJ", "浙江", "Zhejiang"},
    {"CN-AH", "安徽", "Anhui"},
    {"CN-FJ", "福建", "Fujian"},
    {"CN-JX", "江西", "Jiangxi"},
    {"CN-SD", "山东", "Shandong"},
    {"CN-HA", "河南", "Henan"},
    {"CN-HB", "湖北", "Hubei"},
    {"CN-HN", "湖南", "Hunan"},
    {"CN-GD", "广东", "Guangdong"},
    {"CN-GX", "广西", "Guangxi"},
    {"CN-HI", "海南", "Hainan"},
    {"CN-CQ", "重庆", "Chongqing"},
    {"CN-SC", "四川", "Sichuan"},
    {"CN-GZ", "贵州", "Guizhou"},
    {"CN-YN", "云南", "Yunnan"},
    {"CN-XZ", "西藏", "Tibet"},
    {"CN-SN", "陕西", "Shaanxi"},
    {"CN-GS", "甘肃", "Gansu"},
    {"CN-QH", "青海", "Qinghai"},
    {"CN-NX", "宁夏", "Ningxia"},
    {"CN-XJ", "新疆", "Xinjiang"},
}};

// Mobile numbers of the mainland: 86, 1 and ten digits more. Areas are by the
// first seven digits after 86.
constexpr uint64_t kFirst = 8'610'000'000'000;
constexpr uint64_t kEnd = 8'620'000'000'000;
constexpr uint64_t kNumbersAPrefix = 10'000;
constexpr size_t kPrefixes = (kEnd - kFirst) / kNumbersAPrefix;
// A prefix that was not asked for yet has 0, others this and the province.
constexpr uint8_t kKnown = 0x80;

Province Ask(uint64_t e164) {
  using i18n::phonenumbers::PhoneNumber;
  using i18n::phonenumbers::PhoneNumberOfflineGeocoder;
  // Loads its areas at the first question of each: one thread at a time.
  static Mutex* const mutex = new Mutex();
  static const auto* const geocoder = new PhoneNumberOfflineGeocoder();
  PhoneNumber number;
  number.set_country_code(86);
  number.set_national_number(e164 - 86ull * 100'000'000'000);
  std::string area;
  {
    MutexLock lock(*mutex);
    area = geocoder->GetDescriptionForNumber(number, icu::Locale("zh", "CN"));
  }
  for (size_t i = 0; i < kProvinceNames.size(); ++i) {
    if (absl::StartsWith(area, kProvinceNames[i].chinese)) {
      return static_cast<Province>(i + 1);
    }
  }
  return 0;
}

const Names* NamesOf(Province province) {
  return province == 0 || province > kProvinces ? nullptr
                                                : &kProvinceNames[province - 1];
}

}  // namespace

Province ProvinceOf(Phone phone) {
  if (phone.e164 < kFirst || phone.e164 >= kEnd) return 0;
  static auto* const by_prefix =
      new std::array<std::atomic<uint8_t>, kPrefixes>();
  std::atomic<uint8_t>& known =
      (*by_prefix)[(phone.e164 - kFirst) / kNumbersAPrefix];
  uint8_t value = known.load(std::memory_order_relaxed);
  if (value == 0) {
    value = kKnown | Ask(phone.e164);
    known.store(value, std::memory_order_relaxed);
  }
  return value & ~kKnown;
}

absl::string_view CodeOf(Province province) {
  const Names* const names = NamesOf(province);
  return names == nullptr ? "" : names->code;
}

std::optional<Province> ParseProvince(absl::string_view code) {
  for (size_t i = 0; i < kProvinceNames.size(); ++i) {
    if (kProvinceNames[i].code == code) return static_cast<Province>(i + 1);
  }
  return std::nullopt;
}

absl::string_view ChineseName(Province province) {
  const Names* const names = NamesOf(province);
  return names == nullptr ? "" : names->chinese;
}

absl::string_view EnglishName(Province province) {
  const Names* const names = NamesOf(province);
  return names == nullptr ? "" : names->english;
}

}  // namespace sluice::filter
