// What the attacks under load share: seeded choices, officers who do not give
// up, and the comparison of the server's answers with what clients and the
// carrier saw. journal.mjs compares the journals themselves.
import { sleep, until } from '../e2e/world.mjs';

// Mulberry32: small, and the same everywhere.
export function randomFrom(state) {
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

export const accepted = (decision) =>
  decision === 'DECISION_ACCEPTED' || decision === 'DECISION_DEFERRED';
const waits = ['MESSAGE_STATE_QUEUED', 'MESSAGE_STATE_DEFERRED',
  'MESSAGE_STATE_HANDED_OVER'];
export const commercial = 'MESSAGE_CLASS_COMMERCIAL';
// A message that the kernel had taken before an opt-out was answered reaches
// the simulator within this time.
const settlingMs = 2000;

// Runs `work` for each item, `width` at a time.
export async function forAll(items, work, width = 16) {
  let next = 0;
  await Promise.all(Array.from({ length: width }, async () => {
    while (next < items.length) await work(items[next++]);
  }));
}

export const getRecord = (world, { message_id }) =>
  world.call('AuditService', 'GetMessage', { message_id })
    .then(({ message }) => message);

// Calls again until the server is there; resolves to the answer.
export async function persist(call) {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (error.code !== 14 && error.code !== 4) throw error;  // Killed.
      await sleep(20);
    }
  }
}

export const optOut = (world, number) => persist(async () => ({
  ...await world.call('OptOutsService', 'AddOptOut', { recipient: number,
    scope: { content_provider_id: 'shop' },
    source: 'OPT_OUT_SOURCE_OFFICER' }),
  answered: Date.now() }));

// Waits until no accepted message of `sent` waits for a link or its answer.
export async function settle(world, sent, seconds) {
  let waiting = [...sent.values()].filter(
      ({ verdict }) => accepted(verdict.decision));
  const states = {};
  await until(async () => {
    const still = [];
    for (const state of waits) states[state] = 0;
    await forAll(waiting, async (one) => {
      const { state } = await getRecord(world, one.verdict);
      if (!waits.includes(state)) return;
      still.push(one);
      ++states[state];
    });
    waiting = still;
    return waiting.length === 0;
  }, 'every message has an end', seconds).catch((error) => {
    throw new Error(`${error.message}: ${JSON.stringify(states)}`);
  });
  await sleep(settlingMs);  // The simulator writes its log ten times a second.
}

// Compares what Audit tells of `sent` (by key: {message, verdict}; every
// `step`th) with what clients were told. Returns the records by key and the
// number of those that are lost or differ.
export async function compareRecords(world, sent, step = 1) {
  const records = new Map();
  let differ = 0;
  const some = [...sent.values()].filter((_, i) => i % step === 0);
  await forAll(some, async ({ message, verdict }) => {
    // Rejected like many before it: counted, without a record of its own.
    if (!verdict.message_id && verdict.decision === 'DECISION_REJECTED') return;
    const record = await getRecord(world, verdict).catch(() => null);
    records.set(message.key, record);
    if (record?.decision === verdict.decision && record.key === message.key &&
        record.recipient === `+86${message.recipient}` &&
        !waits.includes(record.state)) return;
    if (++differ <= 3) {
      console.log('lost:', verdict.message_id, verdict.decision,
          record?.decision, record?.state);
    }
  });
  return { records, differ };
}

// Commercial messages that reached the carrier after the opt-out of their
// number was answered; `optedOut` has {answered} by number.
export const countBreaches = (world, optedOut) =>
  world.received().filter(({ dest, text, time }) => text.includes('周末全场') &&
    Date.parse(time) > (optedOut.get(dest)?.answered ?? Infinity) + settlingMs)
      .length;
