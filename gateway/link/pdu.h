#pragma once

// PDU bodies described as data: a protocol lists its fields once, in wire
// order, and AppendBody(), TakeBody() and WalkBody() all walk that list, so
// they cannot disagree. An error begins with the name of its field; leftover
// bytes are an error.
//
//   UintField<Pdu, T>    unsigned, big-endian, as wide as its member
//   SizedUintField<Pdu>  unsigned, big-endian, as wide as the layout says
//   TextField<Pdu>       text, NUL-padded to its width; ends at the first NUL
//   OctetsField<Pdu, N>  opaque octets, never padded or trimmed
//   ContentField<Pdu>    one length octet and that many opaque octets
//   TextListField<Pdu>   one count octet and that many texts of one width
//   OnlyIf<Field>        a field that some versions of the protocol lack
//
// A PDU is a struct with `static auto Fields(layout...)`, which returns a tuple
// of these fields. The layout holds what the protocol's fields depend on (CMPP:
// its version); the caller that encodes or decodes passes it.

#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "rules/base/bytes.h"
#include "rules/base/status_macros.h"

namespace sluice::link {

// Each field below has
//   Append(pdu, out)    appends its octets; kInvalidArgument when it cannot
//   Take(in, pdu)       reads its octets; kOutOfRange when they end early
//   Show(pdu, see)      calls see(name, octets, value) for each item it has on
//                       the wire, so that a person can read it

inline absl::Status InField(absl::string_view name,
                            const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat(name, ": ", status.message()));
}

template <class Pdu, std::unsigned_integral T>
struct UintField {
  absl::string_view name;
  T Pdu::*member;

  absl::Status Append(const Pdu& pdu, std::string& out) const {
    const T value = pdu.*member;
    char octets[sizeof(T)];  // One append: runs for every field sent.
    for (size_t i = 0; i < sizeof(T); ++i) {
      octets[i] = static_cast<char>(value >> (8 * (sizeof(T) - 1 - i)));
    }
    out.append(octets, sizeof(T));
    return absl::OkStatus();
  }
  absl::Status Take(ByteReader& in, Pdu& pdu) const {
    const absl::StatusOr<T> value = in.TakeBigEndian<T>();
    if (!value.ok()) return InField(name, value.status());
    pdu.*member = *value;
    return absl::OkStatus();
  }
  template <class See>
  void Show(const Pdu& pdu, See&& see) const {
    see(name, sizeof(T), absl::StrCat(+(pdu.*member)));
  }
};

template <class Pdu>
struct SizedUintField {
  absl::string_view name;
  size_t width;  // 1 or 4 octets.
  uint32_t Pdu::*member;

  absl::Status Append(const Pdu& pdu, std::string& out) const {
    const uint32_t value = pdu.*member;
    if (width == 4) {
      AppendBigEndian(value, out);
      return absl::OkStatus();
    }
    if (value > 0xff) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, ": ", value, " does not fit into one octet"));
    }
    out.push_back(static_cast<char>(value));
    return absl::OkStatus();
  }
  absl::Status Take(ByteReader& in, Pdu& pdu) const {
    const absl::StatusOr<absl::string_view> octets = in.Take(width);
    if (!octets.ok()) return InField(name, octets.status());
    uint32_t value = 0;
    for (const char c : *octets) value = value << 8 | static_cast<uint8_t>(c);
    pdu.*member = value;
    return absl::OkStatus();
  }
  template <class See>
  void Show(const Pdu& pdu, See&& see) const {
    see(name, width, absl::StrCat(pdu.*member));
  }
};

// The text in `octets` before the first NUL.
inline absl::string_view UpToNul(absl::string_view octets) {
  return octets.substr(0, octets.find('\0'));
}

// Appends `text` padded with NULs to `width`.
inline absl::Status AppendPadded(absl::string_view name, absl::string_view text,
                                 size_t width, std::string& out) {
  if (text.size() > width) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": ", text.size(), " octets, room for ", width));
  }
  if (text.find('\0') != absl::string_view::npos) {
    return absl::InvalidArgumentError(absl::StrCat(name, ": NUL inside"));
  }
  out.append(text.data(), text.size());
  out.append(width - text.size(), '\0');
  return absl::OkStatus();
}

template <class Pdu>
struct TextField {
  absl::string_view name;
  size_t width;
  std::string Pdu::*member;

  absl::Status Append(const Pdu& pdu, std::string& out) const {
    return AppendPadded(name, pdu.*member, width, out);
  }
  absl::Status Take(ByteReader& in, Pdu& pdu) const {
    const absl::StatusOr<absl::string_view> octets = in.Take(width);
    if (!octets.ok()) return InField(name, octets.status());
    const absl::string_view text = UpToNul(*octets);
    (pdu.*member).assign(text.data(), text.size());
    return absl::OkStatus();
  }
  template <class See>
  void Show(const Pdu& pdu, See&& see) const {
    see(name, width, absl::StrCat("\"", absl::CHexEscape(pdu.*member), "\""));
  }
};

// `width` is less than N in a version with fewer octets; the rest of the member
// is then zero.
template <class Pdu, size_t N>
struct OctetsField {
  absl::string_view name;
  std::array<uint8_t, N> Pdu::*member;
  size_t width = N;

  absl::string_view Octets(const Pdu& pdu) const {
    return {reinterpret_cast<const char*>((pdu.*member).data()), N};
  }
  absl::Status Append(const Pdu& pdu, std::string& out) const {
    const absl::string_view octets = Octets(pdu);
    if (octets.find_first_not_of('\0', width) != absl::string_view::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, ": more than ", width, " octets"));
    }
    out.append(octets.data(), width);
    return absl::OkStatus();
  }
  absl::Status Take(ByteReader& in, Pdu& pdu) const {
    const absl::StatusOr<absl::string_view> octets = in.Take(width);
    if (!octets.ok()) return InField(name, octets.status());
    (pdu.*member).fill(0);
    octets->copy(reinterpret_cast<char*>((pdu.*member).data()), width);
    return absl::OkStatus();
  }
  template <class See>
  void Show(const Pdu& pdu, See&& see) const {
    see(name, width, absl::BytesToHexString(Octets(pdu).substr(0, width)));
  }
};

template <class Pdu>
struct ContentField {
  absl::string_view length_name;
  absl::string_view name;
  std::string Pdu::*member;

  absl::Status Append(const Pdu& pdu, std::string& out) const {
    const std::string& content = pdu.*member;
    if (content.size() > 0xff) {
      return absl::InvalidArgumentError(absl::StrCat(
          length_name, ": ", content.size(), " octets, room for 255"));
    }
    out.push_back(static_cast<char>(content.size()));
    out.append(content);
    return absl::OkStatus();
  }
  absl::Status Take(ByteReader& in, Pdu& pdu) const {
    const absl::StatusOr<uint8_t> size = in.TakeBigEndian<uint8_t>();
    if (!size.ok()) return InField(length_name, size.status());
    const absl::StatusOr<absl::string_view> octets = in.Take(*size);
    if (!octets.ok()) return InField(name, octets.status());
    (pdu.*member).assign(octets->data(), octets->size());
    return absl::OkStatus();
  }
  template <class See>
  void Show(const Pdu& pdu, See&& see) const {
    const std::string& content = pdu.*member;
    see(length_name, 1, absl::StrCat(content.size()));
    see(name, content.size(), absl::BytesToHexString(content));
  }
};

template <class Pdu>
struct TextListField {
  absl::string_view count_name;
  absl::string_view name;
  size_t width;
  size_t count_max;
  std::vector<std::string> Pdu::*member;

  absl::Status CheckCount(size_t count) const {
    if (count <= count_max) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat(count_name, ": ", count, ", at most ", count_max));
  }
  absl::Status Append(const Pdu& pdu, std::string& out) const {
    const std::vector<std::string>& texts = pdu.*member;
    SLUICE_RETURN_IF_ERROR(CheckCount(texts.size()));
    out.push_back(static_cast<char>(texts.size()));
    for (const std::string& text : texts) {
      SLUICE_RETURN_IF_ERROR(AppendPadded(name, text, width, out));
    }
    return absl::OkStatus();
  }
  absl::Status Take(ByteReader& in, Pdu& pdu) const {
    const absl::StatusOr<uint8_t> count = in.TakeBigEndian<uint8_t>();
    if (!count.ok()) return InField(count_name, count.status());
    SLUICE_RETURN_IF_ERROR(CheckCount(*count));
    (pdu.*member).resize(*count);
    for (std::string& text : pdu.*member) {
      const absl::StatusOr<absl::string_view> octets = in.Take(width);
      if (!octets.ok()) return InField(name, octets.status());
      const absl::string_view taken = UpToNul(*octets);
      text.assign(taken.data(), taken.size());
    }
    return absl::OkStatus();
  }
  template <class See>
  void Show(const Pdu& pdu, See&& see) const {
    see(count_name, 1, absl::StrCat((pdu.*member).size()));
    for (const std::string& text : pdu.*member) {
      see(name, width, absl::StrCat("\"", absl::CHexEscape(text), "\""));
    }
  }
};

template <class Field>
struct OnlyIf {
  bool present;
  Field field;

  template <class Pdu>
  absl::Status Append(const Pdu& pdu, std::string& out) const {
    return present ? field.Append(pdu, out) : absl::OkStatus();
  }
  template <class Pdu>
  absl::Status Take(ByteReader& in, Pdu& pdu) const {
    return present ? field.Take(in, pdu) : absl::OkStatus();
  }
  template <class Pdu, class See>
  void Show(const Pdu& pdu, See&& see) const {
    if (present) field.Show(pdu, see);
  }
};
template <class Field>
OnlyIf(bool, Field) -> OnlyIf<Field>;

// Appends the body to `out`, which is unchanged after an error. Allocates only
// when `out` must grow. Errors: kInvalidArgument, beginning with the name of
// the field.
template <class Pdu, class... Layout>
absl::Status AppendBody(const Pdu& pdu, std::string& out, Layout... layout) {
  const size_t before = out.size();
  absl::Status status;
  std::apply(
      [&](const auto&... field) {
        (void)((status = field.Append(pdu, out)).ok() && ...);
      },
      Pdu::Fields(layout...));
  if (!status.ok()) out.resize(before);
  return status;
}

// As TakeBody, and calls see(name, offset, octets, value) for every item that
// was read, even when a later item could not be read.
template <class Pdu, class See, class... Layout>
absl::Status WalkBody(absl::string_view body, Pdu& pdu, See&& see,
                      Layout... layout) {
  ByteReader in(body);
  size_t offset = 0;
  const auto take = [&](const auto& field) {
    absl::Status status = field.Take(in, pdu);
    if (!status.ok()) return status;
    field.Show(pdu, [&](absl::string_view name, size_t octets,
                        const std::string& value) {
      see(name, offset, octets, value);
      offset += octets;
    });
    return status;
  };
  absl::Status status;
  std::apply(
      [&](const auto&... field) { (void)((status = take(field)).ok() && ...); },
      Pdu::Fields(layout...));
  if (status.ok() && in.remaining() > 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("body: ", in.remaining(), " octets left over"));
  }
  return status;
}

// Reads `body` into `pdu`, reusing its memory; after an error the value of
// `pdu` is unspecified. Errors: kOutOfRange (the body ends inside the named
// field); kInvalidArgument (octets left over, or more than the field allows).
template <class Pdu, class... Layout>
absl::Status TakeBody(absl::string_view body, Pdu& pdu, Layout... layout) {
  ByteReader in(body);
  absl::Status status;
  std::apply(
      [&](const auto&... field) {
        (void)((status = field.Take(in, pdu)).ok() && ...);
      },
      Pdu::Fields(layout...));
  if (status.ok() && in.remaining() > 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("body: ", in.remaining(), " octets left over"));
  }
  return status;
}

template <class Pdu, class... Layout>
absl::StatusOr<Pdu> DecodeBody(absl::string_view body, Layout... layout) {
  Pdu pdu;
  SLUICE_RETURN_IF_ERROR(TakeBody(body, pdu, layout...));
  return pdu;
}

}  // namespace sluice::link
