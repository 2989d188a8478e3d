#pragma once

// What the messages of one file have in common: the keys that `submit` makes
// for them, and which of them repeat an earlier one.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "sluice/v1/gateway.pb.h"

namespace sluice::ctl {

// One thread. Holds some 100 octets a message, and no text.
class SentLines {
 public:
  struct Options {
    // The file's name without its folder, part of the keys.
    std::string file;
    // Part of the keys, so that the file can be sent again; empty: none.
    std::string again;
    bool make_keys = true;
    // Equal messages are sent each, under keys of their own.
    bool send_repeats = false;
  };
  explicit SentLines(Options options) : options_(std::move(options)) {}

  // Gives a message without a key its key, which depends on the message, the
  // file's name and, among equal messages, on their order: not on its line, so
  // that it stays when a line of the file is mended or removed. Returns the
  // line of the equal message that it repeats, if it must not be sent; else 0.
  uint64_t Add(uint64_t line, v1::OutgoingMessage& message);

  // Numbers in several lines with different messages: how many, and the first
  // two lines of one; 0: none.
  uint64_t numbers_repeated() const { return numbers_repeated_; }
  std::pair<uint64_t, uint64_t> example() const { return example_; }

 private:
  using Digest = std::pair<uint64_t, uint64_t>;
  struct Seen {
    uint64_t line = 0;
    uint64_t count = 0;
  };
  struct Number {
    uint64_t line = 0;
    bool repeated = false;
  };

  Digest DigestOf(const v1::OutgoingMessage& message) const;
  void NoteNumber(uint64_t line, const std::string& number);

  const Options options_;
  std::map<Digest, Seen> messages_;
  std::map<std::string, Number> numbers_;
  uint64_t numbers_repeated_ = 0;
  std::pair<uint64_t, uint64_t> example_;
};

}  // namespace sluice::ctl
