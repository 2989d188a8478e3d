#include "store/recipients.h"

namespace sluice::store {

using filter::RecipientState;
using filter::Send;
using filter::StandingFact;

RecipientState Recipients::Find(Phone recipient) const {
  const Table& table = TableOf(recipient);
  const auto it = table.find(recipient.e164);
  if (it == table.end()) return {};
  return {sends_.View(it->second.sends), facts_.View(it->second.facts)};
}

void Recipients::Prefetch(Phone recipient) const {
  TableOf(recipient).prefetch(recipient.e164);
}

void Recipients::AddSend(Phone recipient, const Send& send) {
  sends_.Append(TableOf(recipient)[recipient.e164].sends, send);
}

Send* Recipients::FindSend(Phone recipient, uint64_t message) {
  Table& table = TableOf(recipient);
  const auto it = table.find(recipient.e164);
  if (it == table.end()) return nullptr;
  for (Send& send : sends_.View(it->second.sends)) {
    if (send.message == message) return &send;
  }
  return nullptr;
}

void Recipients::DropSends(Phone recipient,
                           const std::function<bool(const Send&)>& forget) {
  Table& table = TableOf(recipient);
  const auto it = table.find(recipient.e164);
  if (it == table.end()) return;
  auto& run = it->second.sends;
  for (uint32_t i = run.size; i-- > 0;) {
    if (forget(sends_.View(run)[i])) sends_.Remove(run, i);
  }
  DropIfEmpty(table, it);
}

void Recipients::RemoveSend(Phone recipient, uint64_t message) {
  DropSends(recipient,
            [message](const Send& send) { return send.message == message; });
}

void Recipients::AddFact(Phone recipient, const StandingFact& fact) {
  facts_.Append(TableOf(recipient)[recipient.e164].facts, fact);
}

bool Recipients::RemoveFact(Phone recipient, uint64_t record) {
  Table& table = TableOf(recipient);
  const auto it = table.find(recipient.e164);
  if (it == table.end()) return false;
  auto& run = it->second.facts;
  for (uint32_t i = 0; i < run.size; ++i) {
    if (facts_.View(run)[i].record != record) continue;
    facts_.Remove(run, i);
    DropIfEmpty(table, it);
    return true;
  }
  return false;
}

void Recipients::ForEach(
    uint32_t bucket,
    const std::function<void(Phone, const RecipientState&)>& visit) const {
  for (const auto& [number, entry] : tables_[bucket]) {
    visit(Phone{number}, {sends_.View(entry.sends), facts_.View(entry.facts)});
  }
}

void Recipients::ClearBucket(uint32_t bucket) {
  for (auto& [number, entry] : tables_[bucket]) {
    sends_.Clear(entry.sends);
    facts_.Clear(entry.facts);
  }
  tables_[bucket] = Table();
}

uint64_t Recipients::recipients() const {
  uint64_t sum = 0;
  for (const Table& table : tables_) sum += table.size();
  return sum;
}

uint64_t Recipients::bytes() const {
  uint64_t sum = sends_.bytes() + facts_.bytes();
  // A slot and its control byte.
  for (const Table& table : tables_) {
    sum += table.capacity() * (sizeof(Table::value_type) + 1);
  }
  return sum;
}

void Recipients::DropIfEmpty(Table& table, Table::iterator it) {
  if (it->second.sends.size == 0 && it->second.facts.size == 0) {
    table.erase(it);
  }
}

}  // namespace sluice::store
