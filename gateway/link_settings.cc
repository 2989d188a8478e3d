#include "gateway/link_settings.h"

#include <cstdint>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "asio/io_context.hpp"
#include "asio/ip/address.hpp"
#include "asio/ip/tcp.hpp"
#include "gateway/link/cmpp/header.h"
#include "rules/base/files.h"

namespace sluice::gateway {
namespace {

constexpr uint32_t kWindowMax = 1024;
constexpr uint32_t kLinkSecondsMax = 3600;
constexpr uint32_t kConnectSecondsMax = 600;
constexpr uint32_t kActiveTestTriesMax = 100;
// One segment in 100 seconds.
constexpr double kRateMin = 0.01;
constexpr double kRateMax = 100'000;
constexpr double kReconnectSecondsMin = 0.1;

// One link that is checked.
class LinkCheck {
 public:
  LinkCheck(const std::string& path, config::v1::LinkConfig& link,
            SettingFaults& faults)
      : path_(path), link_(link), faults_(faults) {}

  void CheckAll() {
    CheckName();
    ReadSecret();
    CheckCarriers();
    CheckSubmit();
    CheckWhoPays();
    CheckPace();
    CheckTimes();
    CheckLocalAddress();
  }

 private:
  std::string At(absl::string_view setting) const {
    return absl::StrCat(path_, ".", setting);
  }
  void Fault(absl::string_view setting, absl::string_view what) {
    faults_.Add(At(setting), what);
  }

  void CheckName() {
    if (link_.name().empty()) Fault("name", "is required");
    faults_.CheckPrintable(At("name"), link_.name());
    faults_.CheckOneOf(At("protocol"), link_.protocol(), {"cmpp20", "cmpp30"});
    if (link_.host().empty()) Fault("host", "is required");
    faults_.CheckPrintable(At("host"), link_.host());
    faults_.CheckRange(At("port"), link_.port(), 1, 65'535);
    CheckText("sp_id", link_.sp_id(), 6, 6);
    faults_.CheckOneOf(At("authenticator_check"), link_.authenticator_check(),
                       {"off", "warn", "enforce"});
  }

  void ReadSecret() {
    if (!faults_.IsReadable(At("secret_file"))) return;
    if (link_.secret().empty() == link_.secret_file().empty()) {
      Fault("secret", "give either secret or secret_file");
      return;
    }
    if (link_.secret_file().empty()) return;
    const absl::StatusOr<std::string> content = ReadFile(link_.secret_file());
    if (!content.ok()) {
      Fault("secret_file",
            absl::StrCat("cannot read the file ", link_.secret_file()));
      return;
    }
    link_.set_secret(std::string(absl::StripTrailingAsciiWhitespace(*content)));
  }

  void CheckCarriers() {
    if (link_.carriers_size() == 0) {
      Fault("carriers", "names no carrier, so no message would be sent");
    }
    for (int i = 0; i < link_.carriers_size(); ++i) {
      faults_.CheckCarrierName(At(absl::StrCat("carriers[", i, "]")),
                               link_.carriers(i));
    }
  }

  // A field of a PDU: printable ASCII, because the rest of it is NUL.
  void CheckText(absl::string_view setting, const std::string& text, size_t min,
                 size_t max) {
    if (text.size() < min || text.size() > max) {
      Fault(setting,
            absl::StrCat("has ", text.size(), " characters, CMPP asks for ",
                         min == max ? "exactly " : "at most ", max));
    } else if (!absl::c_all_of(text, absl::ascii_isgraph)) {
      Fault(setting, "has a character that is not printable ASCII");
    }
  }

  void CheckSubmit() {
    CheckText("service_id", link_.service_id(), 0, 10);
    CheckText("msg_src", link_.msg_src(), 0, 6);
    faults_.CheckRange(At("msg_level"), link_.msg_level(), 0u, 9u);
    CheckText("fee_type", link_.fee_type(), 2, 2);
    CheckText("fee_code", link_.fee_code(), 0, 6);
  }

  void CheckWhoPays() {
    const auto version =
        link_.protocol() == "cmpp30" ? cmpp::Version::k30 : cmpp::Version::k20;
    CheckText("fee_terminal_id", link_.fee_terminal_id(), 0,
              cmpp::NumberWidth(version));
    if (link_.fee_user_type() < 1 || link_.fee_user_type() > 3) {
      Fault("fee_user_type",
            absl::StrCat(link_.fee_user_type(),
                         ", allowed: 1 (the source pays), 2 (the SP), 3 "
                         "(fee_terminal_id); the recipient (0) must not pay"));
    }
    if (link_.fee_user_type() == 3 && link_.fee_terminal_id().empty()) {
      Fault("fee_terminal_id", "is required when fee_user_type is 3");
    }
  }

  void CheckPace() {
    faults_.CheckRange(At("window"), link_.window(), 1, kWindowMax);
    const double rate = link_.segments_per_second();
    if (rate != 0 && (rate < kRateMin || rate > kRateMax)) {
      Fault("segments_per_second",
            absl::StrCat(rate, ", allowed: ", kRateMin,
                         " to 100000, or 0 for no limit"));
    }
  }

  void CheckTimes() {
    const auto seconds = [this](absl::string_view setting, uint32_t value,
                                uint32_t max) {
      faults_.CheckRange(At(setting), value, 1, max);
    };
    seconds("connect_seconds", link_.connect_seconds(), kConnectSecondsMax);
    seconds("login_seconds", link_.login_seconds(), kConnectSecondsMax);
    seconds("active_test_seconds", link_.active_test_seconds(),
            kLinkSecondsMax);
    seconds("active_test_timeout_seconds", link_.active_test_timeout_seconds(),
            kLinkSecondsMax);
    faults_.CheckRange(At("active_test_tries"), link_.active_test_tries(), 1,
                       kActiveTestTriesMax);
    seconds("answer_timeout_seconds", link_.answer_timeout_seconds(),
            kLinkSecondsMax);
    CheckReconnect();
  }

  void CheckReconnect() {
    const double first = link_.reconnect_first_seconds();
    const double last = link_.reconnect_last_seconds();
    const char* const name_of_last = "reconnect_last_seconds";
    faults_.CheckRange(At("reconnect_first_seconds"), first,
                       kReconnectSecondsMin, double{kLinkSecondsMax});
    faults_.CheckRange(At(name_of_last), last, kReconnectSecondsMin,
                       double{kLinkSecondsMax});
    if (first <= last) return;
    Fault(faults_.Has(At(name_of_last)) ? name_of_last
                                        : "reconnect_first_seconds",
          absl::StrCat("reconnect_first_seconds, ", first,
                       ", is above reconnect_last_seconds, ", last));
  }

  void CheckLocalAddress() {
    if (link_.local_address().empty()) return;
    asio::error_code error;
    const auto local = asio::ip::make_address(link_.local_address(), error);
    if (error) return Fault("local_address", "is not an IP address");
    if (local.is_unspecified() || local.is_multicast()) {
      return Fault("local_address", "is not the address of one host");
    }
    const auto host = asio::ip::make_address(link_.host(), error);
    if (!error && host.is_v4() != local.is_v4()) {
      Fault("local_address",
            "and host are addresses of IPv4 and IPv6: no connection is "
            "possible");
    }
  }

  const std::string& path_;
  config::v1::LinkConfig& link_;
  SettingFaults& faults_;
};

bool IsOfThisHost(const asio::ip::address& address) {
  asio::io_context context;
  asio::ip::tcp::socket socket(context);
  const asio::ip::tcp::endpoint any_port(address, 0);
  asio::error_code error;
  socket.open(any_port.protocol(), error);
  if (!error) socket.bind(any_port, error);
  return !error;
}

}  // namespace

void FillLinkDefaults(const rules::YamlPositions& positions,
                      const std::string& path, config::v1::LinkConfig& link) {
  const auto fill = [&](const char* setting, auto value, auto by_default) {
    return positions.Has(absl::StrCat(path, ".", setting)) ? value : by_default;
  };
  link.set_window(fill("window", link.window(), 16u));
  if (link.authenticator_check().empty()) link.set_authenticator_check("warn");
  link.set_active_test_seconds(
      fill("active_test_seconds", link.active_test_seconds(), 180u));
  link.set_active_test_timeout_seconds(fill(
      "active_test_timeout_seconds", link.active_test_timeout_seconds(), 60u));
  link.set_active_test_tries(
      fill("active_test_tries", link.active_test_tries(), 3u));
  link.set_answer_timeout_seconds(
      fill("answer_timeout_seconds", link.answer_timeout_seconds(), 60u));
  link.set_connect_seconds(
      fill("connect_seconds", link.connect_seconds(), 10u));
  link.set_login_seconds(fill("login_seconds", link.login_seconds(), 30u));
  link.set_reconnect_first_seconds(
      fill("reconnect_first_seconds", link.reconnect_first_seconds(), 1.0));
  link.set_reconnect_last_seconds(
      fill("reconnect_last_seconds", link.reconnect_last_seconds(), 60.0));
  link.set_fee_user_type(fill("fee_user_type", link.fee_user_type(), 2u));
  if (link.fee_type().empty()) link.set_fee_type("01");
  if (link.fee_code().empty()) link.set_fee_code("000000");
  if (link.retry_codes_size() == 0) link.add_retry_codes(8);
}

void CheckLink(const std::string& path, config::v1::LinkConfig& link,
               SettingFaults& faults) {
  LinkCheck(path, link, faults).CheckAll();
}

std::string AddressNotice(const config::v1::LinkConfig& link) {
  asio::error_code error;
  const auto local = asio::ip::make_address(link.local_address(), error);
  if (error || IsOfThisHost(local)) return "";
  return absl::StrCat("link ", link.name(), ": local_address ",
                      link.local_address(),
                      " is not an address of this host now; the link connects "
                      "once it is");
}

}  // namespace sluice::gateway
