#include "rules/check/odd_domain.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "rules/base/characters.h"
#include "rules/base/faults.h"
#include "rules/base/grouped.h"
#include "rules/base/list_lines.h"
#include "rules/base/quoted.h"
#include "rules/contacts/host_alike.h"
#include "rules/contacts/host_name.h"
#include "rules/contacts/public_suffixes.h"
#include "rules/contacts/punycode.h"
#include "rules/pack/word_list.h"

namespace sluice::rules {
namespace {

// The commonest shorteners, for packs that list none.
constexpr absl::string_view kShorteners[] = {
    "t.cn",        "dwz.cn", "url.cn", "suo.im", "mrw.so",  "bit.ly",
    "tinyurl.com", "t.co",   "goo.gl", "is.gd",  "m.tb.cn", "u.jd.com",
};

// Sites that everybody uses, and that honest messages link to. Without "www.".
constexpr absl::string_view kFamousSites[] = {
    "gov.cn",           "baidu.com",
    "qq.com",           "weixin.qq.com",
    "wechat.com",       "taobao.com",
    "tmall.com",        "jd.com",
    "alipay.com",       "aliyun.com",
    "1688.com",         "pinduoduo.com",
    "yangkeduo.com",    "vip.com",
    "suning.com",       "meituan.com",
    "dianping.com",     "ele.me",
    "didiglobal.com",   "ctrip.com",
    "trip.com",         "qunar.com",
    "12306.cn",         "10086.cn",
    "10010.com",        "189.cn",
    "95598.cn",         "icbc.com.cn",
    "ccb.com",          "abchina.com",
    "boc.cn",           "bankcomm.com",
    "cmbchina.com",     "psbc.com",
    "citicbank.com",    "cebbank.com",
    "spdb.com.cn",      "pingan.com",
    "unionpay.com",     "95516.com",
    "sf-express.com",   "cainiao.com",
    "ems.com.cn",       "zto.com",
    "163.com",          "126.com",
    "sina.com.cn",      "weibo.com",
    "sohu.com",         "douyin.com",
    "kuaishou.com",     "bilibili.com",
    "zhihu.com",        "xiaohongshu.com",
    "toutiao.com",      "people.com.cn",
    "xinhuanet.com",    "cctv.com",
    "huawei.com",       "mi.com",
    "58.com",           "dingtalk.com",
    "feishu.cn",        "chsi.com.cn",
    "12321.cn",         "12377.cn",
    "apple.com",        "google.com",
    "microsoft.com",    "amazon.com",
    "youtube.com",      "facebook.com",
    "wikipedia.org",    "github.com",
    "paypal.com",       "whatsapp.com",
    "linkedin.com",     "dhl.com",
    "mp.weixin.qq.com", "work.weixin.qq.com",
    "pages.tmall.com",  "item.jd.com",
};

// Services where anybody makes pages, forms and files. Without "www.".
constexpr absl::string_view kAnybodysPages[] = {
    "qq.com",
    "docs.qq.com",
    "wj.qq.com",
    "mp.weixin.qq.com",
    "qzone.qq.com",
    "weixin.qq.com",
    "baidu.com",
    "pan.baidu.com",
    "tieba.baidu.com",
    "wenku.baidu.com",
    "jinshuju.net",
    "jinshuju.com",
    "163.com",
    "xiaohongshu.com",
    "feishu.cn",
    "taobao.com",
    "aliyuncs.com",
    "myqcloud.com",
    "douyin.com",
    "zhihu.com",
    "wjx.cn",
    "wjx.top",
    "wenjuan.com",
    "mikecrm.com",
    "kdocs.cn",
    "shimo.im",
    "yuque.com",
    "larksuite.com",
    "alidocs.dingtalk.com",
    "weidian.com",
    "youzan.com",
    "eqxiu.com",
    "maka.im",
    "xiaoeknow.com",
    "huodongxing.com",
    "douban.com",
    "jianshu.com",
    "csdn.net",
    "cnblogs.com",
    "gitee.com",
    "sites.google.com",
    "docs.google.com",
    "drive.google.com",
    "forms.gle",
    "github.com",
    "notion.site",
    "notion.so",
    "medium.com",
    "wordpress.com",
    "wixsite.com",
    "weebly.com",
    "sharepoint.com",
    "onedrive.live.com",
    "dropbox.com",
    "t.me",
    "wa.me",
    "linktr.ee",
    "typeform.com",
    "surveymonkey.com",
};

// Whether `host` is one of these services.
bool HasAnybodysPages(absl::string_view host) {
  absl::ConsumePrefix(&host, "www.");
  return absl::c_linear_search(kAnybodysPages, host);
}

bool Shortens(absl::string_view host) {
  return absl::c_any_of(kShorteners, [host](absl::string_view one) {
    return host == one || absl::EndsWith(host, absl::StrCat(".", one));
  });
}

// Whether anybody can have a name under it, though no registry gives them:
// github.io.
bool IsCompanysSuffix(const std::string& host) {
  const std::string below = absl::StrCat("a.", host);
  return PublicSuffixes::Shared().RegistrableOf(below) == below;
}

// `host` with its international labels as people read them.
std::string AsRead(absl::string_view host) {
  std::string read;
  for (const absl::string_view label : absl::StrSplit(host, '.')) {
    if (!read.empty()) read += '.';
    absl::string_view encoded = label;
    std::u32string decoded;
    if (!absl::ConsumePrefix(&encoded, "xn--") ||
        !DecodePunycode(encoded, decoded)) {
      absl::StrAppend(&read, label);
      continue;
    }
    for (const char32_t c : decoded) AppendUtf8(c, read);
  }
  return read;
}

// Whether it has letters of another alphabet, all of which look like Latin
// ones. Accents are no other alphabet, Chinese characters look like no letter.
bool LooksLatin(absl::string_view host) {
  HostLook look;
  return !IsAscii(FoldWord(AsRead(host))) && IsAscii(look.Of(host));
}

std::string LookOf(absl::string_view text) {
  HostLook look;
  return std::string(look.Of(text));
}

absl::string_view FirstLabel(absl::string_view host) {
  return host.substr(0, host.find('.'));
}

// Shorter names are in too many others.
constexpr size_t kBrandSizeMin = 4;

// What famous sites look like, by which host: as a whole and by their name.
struct FamousLooks {
  absl::flat_hash_map<std::string, absl::string_view> sites;
  absl::flat_hash_map<std::string, absl::string_view> names;

  static const FamousLooks& Shared() {
    static const auto& shared = *[] {
      auto* looks = new FamousLooks;
      for (const absl::string_view site : kFamousSites) {
        if (PublicSuffixes::Shared().RegistrableOf(site) != site) continue;
        looks->sites.emplace(LookOf(site), site);
        const absl::string_view name = FirstLabel(site);
        if (name.size() < kBrandSizeMin) continue;
        looks->names.emplace(LookOf(name), site);
      }
      return looks;
    }();
    return shared;
  }
};

// Whether an institution may have its name under this top-level domain, too:
// those of countries and the oldest ones.
bool IsUsualTopLevel(absl::string_view top) {
  return (top.size() == 2 && top != "cc" && top != "tk" && top != "ml" &&
          top != "ga" && top != "cf" && top != "gq" && top != "pw") ||
         top == "com" || top == "net" || top == "org" || top == "gov" ||
         absl::StartsWith(top, "xn--");
}

// The famous site that `host`, which is not under it, is taken for: it looks
// the same, or has its name with something beside it. Empty: none.
absl::string_view TakenFor(const std::string& host) {
  const absl::string_view own = PublicSuffixes::Shared().RegistrableOf(host);
  if (IsFamousSite(own)) return "";
  const FamousLooks& famous = FamousLooks::Shared();
  const auto site = famous.sites.find(LookOf(own));
  if (site != famous.sites.end()) return site->second;
  const absl::string_view top = own.substr(own.rfind('.') + 1);
  const absl::string_view labels = absl::string_view(host).substr(
      0, host.size() - own.size() + FirstLabel(own).size());
  for (const absl::string_view label : absl::StrSplit(labels, '.')) {
    for (absl::string_view part : absl::StrSplit(label, '-')) {
      // 10086 is a name, of icbc888 only icbc.
      const size_t last = part.find_last_not_of("0123456789");
      if (last != part.npos) part = part.substr(0, last + 1);
      const auto name = famous.names.find(LookOf(part));
      if (name == famous.names.end()) continue;
      // amazon.in: the same name in another country.
      const bool whole = label == FirstLabel(own) && part == label &&
                         part == FirstLabel(name->second);
      if (whole && IsUsualTopLevel(top)) continue;
      return name->second;
    }
  }
  return "";
}

class DomainReader {
 public:
  DomainReader(const std::string& file, bool trusted, bool stopped,
               const std::vector<const DomainSet*>& distrusted,
               const std::vector<OtherDomains>& others, Warnings& warnings)
      : file_(file),
        trusted_(trusted),
        stopped_(stopped),
        distrusted_(distrusted),
        others_(others),
        repeats_(others.size()),
        warnings_(warnings) {}

  void Look(uint32_t number, absl::string_view line) {
    const absl::string_view entry = WithoutComment(line);
    if (entry.empty()) return;
    const size_t blank = entry.find_first_of(kBlanks);
    if (blank == entry.npos) return LookAt(number, line, entry);
    // Only a line of a hosts file has more than one word; an address is first.
    position_ = PlaceOf(number, line, entry);
    if (trusted_) return AddHostsLine();
    for (const absl::string_view name :
         absl::StrSplit(entry.substr(blank), absl::ByAnyChar(kBlanks),
                        absl::SkipEmpty())) {
      LookAt(number, line, name);
    }
  }

  // After the last line.
  void End() {
    for (size_t i = 0; i < others_.size(); ++i) {
      if (repeats_[i].count > 0) AddRepeats(others_[i].file, repeats_[i]);
    }
  }

 private:
  static constexpr char kBlanks[] = " \t\v\f\r";

  // Domains that another list has, too.
  struct Repeats {
    absl::flat_hash_set<std::string> seen;
    size_t count = 0;
    Position first;
    uint32_t as_line = 0;  // Of the other list.
  };

  // `part` is of `line`.
  static Position PlaceOf(uint32_t number, absl::string_view line,
                          absl::string_view part) {
    const auto offset = static_cast<size_t>(part.data() - line.data());
    return {number, PositionOf(line, offset).column};
  }

  // One domain, which stands in `line`.
  void LookAt(uint32_t number, absl::string_view line,
              absl::string_view domain) {
    position_ = PlaceOf(number, line, domain);
    if (!absl::ConsumePrefix(&domain, "*.")) absl::ConsumePrefix(&domain, ".");
    if (!NormaliseHost(domain, host_)) return;
    for (const absl::string_view stop : {"。", "．", "｡"}) {
      if (absl::StrContains(domain, stop)) return AddFullStop(domain, stop);
    }
    if (trusted_) LookAtTrusted(domain);
    if (stopped_ && IsFamousSite(host_)) AddFamous(domain);
    CountRepeats();
  }

  // Each domain once: that it is there again in its own list is told apart.
  void CountRepeats() {
    for (size_t i = 0; i < others_.size(); ++i) {
      const uint32_t line = others_[i].set->LineOf(host_);
      if (line == 0 || !repeats_[i].seen.insert(host_).second) continue;
      if (repeats_[i].count++ > 0) continue;
      repeats_[i].first = position_;
      repeats_[i].as_line = line;
    }
  }

  void AddRepeats(const std::string& file, const Repeats& repeats) {
    warnings_.Add(
        file_, repeats.first,
        SayBoth("几个域名表都有的域名", "domains that several lists have"),
        SayBoth("有 $0 个域名在 $1 中已有，第一个在第 $2 行（与 $1 第 $3 行"
                "相同）：要拦截的域名写一处即可，删除时须各处都删",
                "$0 $4 in $1 too, the first in line $2 (as line $3 there): one "
                "list is enough to stop a domain, and it goes on being stopped "
                "until it is removed from each",
                Grouped(repeats.count), file, repeats.first.line,
                repeats.as_line,
                repeats.count == 1 ? "domain is" : "domains are"));
  }

  void LookAtTrusted(absl::string_view domain) {
    if (Shortens(host_)) {
      Add(SayBoth("$0 是短链接服务：谁都能用它指向任何网站，不应列为可信",
                  "$0 shortens links, which lead anywhere: no domain to trust",
                  Quoted(domain)));
    } else if (absl::c_any_of(distrusted_, [this](const DomainSet* set) {
                 return set->Contains(host_);
               })) {
      Add(SayBoth("$0 又在要拦截的域名表或短链接表中，不应列为可信",
                  "$0 is in a list of domains to stop or of shorteners too: no "
                  "domain to trust",
                  Quoted(domain)));
    } else if (IsCompanysSuffix(host_)) {
      Add(SayBoth("$0 之下谁都可以开设网站，不应整个列为可信：请写具体的网站",
                  "anybody can have a site under $0: trust the one that is "
                  "meant, not all of them",
                  Quoted(domain)));
    } else if (HasAnybodysPages(host_)) {
      Add(SayBoth(
          "$0 上谁都可以建页面、表单或文件，不应列为可信：请写该机构自己"
          "的网站",
          "anybody can make pages, forms or files on $0: no site to "
          "trust, write the institution's own",
          Quoted(domain)));
    } else if (std::string ip; NormaliseIpv4(domain, false, ip)) {
      Add(
          SayBoth("$0 是 IP 地址，不是任何机构的域名，谁都可以租用：请写该机构"
                  "自己的域名",
                  "$0 is an address that anybody can rent, and no "
                  "institution's domain: write the institution's own",
                  Quoted(domain)));
    } else if (LooksLatin(host_)) {
      Add(SayBoth("$0 含有形似英文的其他字母（实为 $1），不是看上去的那个域名",
                  "$0 has letters that only look like Latin ones (it is $1), "
                  "and is not the domain that it seems to be",
                  Quoted(domain), IsAscii(domain) ? AsRead(host_) : host_));
    } else if (const absl::string_view famous = TakenFor(host_);
               !famous.empty()) {
      Add(
          SayBoth("$0 像 $1，却不在其下：请确认是该机构自己的域名，仿冒的请写"
                  "进要拦截的域名表",
                  "$0 looks like $1 and is not under it: make sure that it is "
                  "the institution's own, and stop it if it is not",
                  Quoted(domain), famous));
    }
  }

  void AddFamous(absl::string_view domain) {
    warnings_.Add(
        file_, position_,
        SayBoth("人人都用的网站", "sites that everybody uses"),
        SayBoth(
            "$0 是人人都用的网站，列在要拦截的域名表或短链接表中，正常短信的"
            "链接也会命中：请写具体的仿冒域名或子域名",
            "everybody uses $0, and in a list of domains to stop or of "
            "shorteners it hits the links of honest messages: write the "
            "false domain or the subdomain that is meant",
            Quoted(domain)));
  }

  void AddHostsLine() {
    warnings_.Add(
        file_, position_, SayBoth("屏蔽域名的行", "lines that block names"),
        SayBoth("这一行是 hosts 文件中屏蔽域名的写法，而规则把这个域名表当作"
                "可信的：请确认没有把拦截名单用作可信名单",
                "this line blocks a name, as hosts files do, and rules trust "
                "this list: make sure that it is no list of domains to stop"));
  }

  void AddFullStop(absl::string_view domain, absl::string_view stop) {
    warnings_.Add(
        file_, position_, SayBoth("域名中的中文句号", "full stops of Chinese"),
        SayBoth("$0 中的“$1”当作点号，这里实为域名 $2：请写英文的 . ，并确认是"
                "域名而不是名称",
                "the '$1' of $0 is read as a dot, so that this is the domain "
                "$2: write '.', and make sure that it is a domain and no name",
                Quoted(domain), stop, host_));
  }

  void Add(Both what) {
    warnings_.Add(file_, position_,
                  SayBoth("不应列为可信的域名", "domains not to trust"),
                  std::move(what));
  }

  const std::string& file_;
  const bool trusted_;
  const bool stopped_;
  const std::vector<const DomainSet*>& distrusted_;
  const std::vector<OtherDomains>& others_;
  std::vector<Repeats> repeats_;  // By index of the other list.
  Warnings& warnings_;
  Position position_;
  std::string host_;
};

}  // namespace

bool IsFamousSite(absl::string_view host) {
  absl::ConsumePrefix(&host, "www.");
  return absl::c_linear_search(kFamousSites, host);
}

void FindOddDomains(const std::string& file, absl::string_view content,
                    bool trusted, bool stopped,
                    const std::vector<const DomainSet*>& distrusted,
                    const std::vector<OtherDomains>& others,
                    Warnings& warnings) {
  DomainReader reader(file, trusted, stopped, distrusted, others, warnings);
  Faults ignored;  // Told by whoever read the list.
  ForEachLine(file, content, ignored,
              [&reader](uint32_t number, absl::string_view line) {
                reader.Look(number, line);
              });
  reader.End();
}

}  // namespace sluice::rules
