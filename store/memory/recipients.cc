#include "store/memory/recipients.h"

#include "rules/base/check.h"

namespace sluice::store {

using filter::RecipientState;
using filter::Send;
using filter::StandingFact;

namespace {

// Bytes of a table for each entry: key, value and control byte.
constexpr size_t kBytesPerPlace = 8 + 16 + 1;

}  // namespace

RecipientState Recipients::Find(Phone recipient) const {
  const Table& table = TableOf(recipient);
  const auto it = table.find(recipient.e164);
  if (it == table.end()) return {};
  return RegionOf(recipient).View(it->second);
}

void Recipients::Prefetch(Phone recipient) const {
  TableOf(recipient).prefetch(recipient.e164);
}

Recipients::Entry& Recipients::EntryOf(Phone recipient) {
  Table& table = TableOf(recipient);
  const size_t capacity = table.capacity();
  Entry& entry = table[recipient.e164];
  RegionOf(recipient).table_bytes +=
      (table.capacity() - capacity) * kBytesPerPlace;
  entry.sends.mark = 1;
  return entry;
}

void Recipients::PrefetchSends(Phone recipient) const {
  const Table& table = TableOf(recipient);
  const auto it = table.find(recipient.e164);
  if (it != table.end()) RegionOf(recipient).sends.Prefetch(it->second.sends);
}

void Recipients::AddSend(Phone recipient, const Send& send) {
  RegionOf(recipient).sends.Append(EntryOf(recipient).sends, send);
}

Send* Recipients::FindSend(Phone recipient, uint64_t message) {
  Table& table = TableOf(recipient);
  const auto it = table.find(recipient.e164);
  if (it == table.end()) return nullptr;
  for (Send& send : RegionOf(recipient).sends.View(it->second.sends)) {
    if (send.message == message) return &send;
  }
  return nullptr;
}

void Recipients::DropSends(Phone recipient,
                           const std::function<bool(const Send&)>& forget) {
  Table& table = TableOf(recipient);
  const auto it = table.find(recipient.e164);
  if (it == table.end()) return;
  Slab<Send>& sends = RegionOf(recipient).sends;
  auto& run = it->second.sends;
  for (uint32_t i = run.size; i-- > 0;) {
    if (forget(sends.View(run)[i])) sends.Remove(run, i);
  }
  DropIfEmpty(table, it);
}

void Recipients::RemoveSend(Phone recipient, uint64_t message) {
  DropSends(recipient,
            [message](const Send& send) { return send.message == message; });
}

void Recipients::AddFact(Phone recipient, const StandingFact& fact) {
  RegionOf(recipient).facts.Append(EntryOf(recipient).facts, fact);
}

bool Recipients::Contains(Phone recipient) const {
  return TableOf(recipient).contains(recipient.e164);
}

void Recipients::Put(Phone recipient, const RecipientState& known) {
  if (known.sends.empty() && known.facts.empty()) return;
  Entry& entry = EntryOf(recipient);
  SLUICE_CHECK(entry.sends.size == 0 && entry.facts.size == 0);
  Region& region = RegionOf(recipient);
  region.sends.Append(entry.sends, known.sends);
  region.facts.Append(entry.facts, known.facts);
}

void Recipients::Remove(Phone recipient) {
  Table& table = TableOf(recipient);
  const auto it = table.find(recipient.e164);
  if (it == table.end()) return;
  RegionOf(recipient).Clear(it->second);
  table.erase(it);
}

void Recipients::Reserve(uint32_t bucket, size_t numbers) {
  Table& table = tables_[bucket];
  const size_t capacity = table.capacity();
  table.reserve(numbers);
  RegionOf(bucket).table_bytes +=
      (table.capacity() - capacity) * kBytesPerPlace;
}

void Recipients::TakeUntouched(
    uint32_t bucket, bool touched_too,
    const std::function<bool(Phone, const RecipientState&)>& take) {
  Table& table = tables_[bucket];
  Region& region = RegionOf(bucket);
  const size_t size = table.size();
  for (auto it = table.begin(); it != table.end();) {
    const auto at = it++;
    Entry& entry = at->second;
    const bool touched = entry.sends.mark != 0;
    entry.sends.mark = 0;
    if ((touched && !touched_too) || !take({at->first}, region.View(entry))) {
      continue;
    }
    region.Clear(entry);
    table.erase(at);
  }
  if (table.size() == size) return;
  const size_t capacity = table.capacity();
  table.rehash(0);  // Shrinks the table to what it needs.
  region.table_bytes -= (capacity - table.capacity()) * kBytesPerPlace;
}

bool Recipients::RemoveFact(Phone recipient, uint64_t record) {
  Table& table = TableOf(recipient);
  const auto it = table.find(recipient.e164);
  if (it == table.end()) return false;
  Slab<StandingFact>& facts = RegionOf(recipient).facts;
  auto& run = it->second.facts;
  for (uint32_t i = 0; i < run.size; ++i) {
    if (facts.View(run)[i].record != record) continue;
    facts.Remove(run, i);
    DropIfEmpty(table, it);
    return true;
  }
  return false;
}

void Recipients::ForEach(
    uint32_t bucket,
    const std::function<void(Phone, const RecipientState&)>& visit) const {
  const Region& region = RegionOf(bucket);
  for (const auto& [number, entry] : tables_[bucket]) {
    visit(Phone{number}, region.View(entry));
  }
}

uint64_t Recipients::recipients() const {
  uint64_t sum = 0;
  for (const Table& table : tables_) sum += table.size();
  return sum;
}

template <typename Value>
uint64_t Recipients::Sum(const Value& value) const {
  uint64_t sum = 0;
  for (const Region& region : regions_) sum += value(region);
  return sum;
}

uint64_t Recipients::sends() const {
  return Sum([](const Region& region) { return region.sends.used(); });
}

uint64_t Recipients::facts() const {
  return Sum([](const Region& region) { return region.facts.used(); });
}

uint64_t Recipients::bytes() const {
  return Sum([](const Region& region) {
    return region.sends.bytes() + region.facts.bytes() + region.table_bytes;
  });
}

uint64_t Recipients::held_bytes() const {
  return Sum([](const Region& region) {
    return region.sends.held_bytes() + region.facts.held_bytes() +
           region.table_bytes;
  });
}

void Recipients::DropIfEmpty(Table& table, Table::iterator it) {
  if (it->second.sends.size == 0 && it->second.facts.size == 0) {
    table.erase(it);
  }
}

}  // namespace sluice::store
