// Kills and races under load, with the real programs. Compares the clients'
// verdicts, the journal and the simulator's log message by message: nothing
// lost, nothing doubled, no limit exceeded, no opt-out broken.
//
// SLUICE_KILLS says how often the server is killed, SLUICE_SEED repeats a run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sender } from './sender.mjs';
import { World, advert, code, notice, sleep, until } from './world.mjs';

const kills = Number(process.env.SLUICE_KILLS ?? 5);
const seed = Number(process.env.SLUICE_SEED ?? Date.now() % 1_000_000);

// Mulberry32: small, and the same everywhere.
function randomFrom(state) {
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const accepted = (decision) =>
  decision === 'DECISION_ACCEPTED' || decision === 'DECISION_DEFERRED';
const waits = ['MESSAGE_STATE_QUEUED', 'MESSAGE_STATE_DEFERRED',
  'MESSAGE_STATE_HANDED_OVER'];
const gone = ['MESSAGE_STATE_TAKEN', 'MESSAGE_STATE_DELIVERED',
  'MESSAGE_STATE_NO_REPORT'];
const commercial = 'MESSAGE_CLASS_COMMERCIAL';
const millis = ({ seconds, nanos }) => seconds * 1000 + nanos / 1e6;
// A message that the kernel had taken before an opt-out was answered reaches
// the simulator within this time.
const settlingMs = 2000;

// Runs `work` for each item, `width` at a time.
async function forAll(items, work, width = 16) {
  let next = 0;
  await Promise.all(Array.from({ length: width }, async () => {
    while (next < items.length) await work(items[next++]);
  }));
}

const getRecord = (world, { message_id }) =>
  world.call('AuditService', 'GetMessage', { message_id })
    .then(({ message }) => message);

async function optOut(world, number) {
  for (;;) {
    try {
      const answer = await world.call('OptOutsService', 'AddOptOut', { recipient: number,
        scope: { content_provider_id: 'shop' },
        source: 'OPT_OUT_SOURCE_OFFICER' });
      return { ...answer, answered: Date.now() };
    } catch (error) {
      if (error.code !== 14 && error.code !== 4) throw error;  // Killed.
      await sleep(20);
    }
  }
}

// Shows the first few faults of a kind.
function show(count, what, ...details) {
  if (count <= 3) console.log(`${what}:`, ...details);
}

// Compares the messages of `sent` (by key: {message, verdict}) with the journal
// and the simulator. Returns counts and the journal's records by key.
async function compare(world, sent) {
  const counts = { messages: sent.size, accepted: 0, received: 0, unknown: 0,
    lost: 0, doubled: 0, unexpected: 0 };
  const records = new Map();
  await forAll([...sent.values()], async ({ message, verdict }) => {
    // Rejected like many before it: counted, without a record of its own.
    if (verdict.decision === 'DECISION_REJECTED' && !verdict.message_id) return;
    const record = await getRecord(world, verdict).catch(() => null);
    records.set(message.key, record);
    counts.accepted += accepted(verdict.decision);
    counts.unknown += record?.state === 'MESSAGE_STATE_UNKNOWN';
    if (record?.decision !== verdict.decision || record.key !== message.key ||
        record.recipient !== `+86${message.recipient}` ||
        waits.includes(record.state)) {
      show(++counts.lost, 'lost', verdict.message_id, verdict.decision,
          record?.decision, record?.state);
    }
  });

  const byText = new Map([...sent.values()].map(
      ({ message }) => [`${message.recipient} ${message.text}`, message.key]));
  const received = new Map();
  for (const line of world.received()) {
    const key = byText.get(`${line.dest} ${line.text}`);
    if (line.copy > 1) {
      show(++counts.doubled, 'doubled', line, records.get(key)?.events);
    }
    const record = records.get(key);
    if (!record || !accepted(record.decision) ||
        ![...gone, 'MESSAGE_STATE_UNKNOWN'].includes(record.state)) {
      show(++counts.unexpected, 'unexpected', line, record?.state);
    }
    received.set(key, { ...line, at: Date.parse(line.time) });
  }
  counts.received = received.size;
  for (const [key, record] of records) {
    if (!record || !gone.includes(record.state) || received.has(key)) continue;
    show(++counts.lost, 'taken and not there', record.message_id, record.events);
  }
  return { counts, records, received };
}

// How often the received messages exceeded a limit of `max` in any `windowMs`.
function excess(records, received, messageClass, max, windowMs) {
  const times = new Map();
  for (const key of received.keys()) {
    const record = records.get(key);
    if (record?.message_class !== messageClass) continue;
    const of = times.get(record.recipient) ?? [];
    times.set(record.recipient, of);
    of.push(millis(record.not_before_time ?? record.decide_time));
  }
  let exceeded = 0;
  for (const of of times.values()) {
    of.sort((a, b) => a - b);
    for (let i = max; i < of.length; ++i) {
      exceeded += of[i] - of[i - max] < windowMs;
    }
  }
  return exceeded;
}

// Commercial messages that a number received after its opt-out was recorded (by
// its own timeline) or after the opt-out's answer (by the simulator's clock).
async function breaches(world, optedOut, received) {
  let found = 0;
  await forAll([...optedOut], async ([number, { answered }]) => {
    const { entries } = await world.call('DossierService', 'GetDossier',
        { recipient: number, page_size: 1000 });
    const adverts = new Set(entries
        .filter(({ message }) => message?.message_class === commercial)
        .map(({ message }) => message.message_id));
    const recorded = entries.findIndex((entry) => entry.opt_out);
    assert.ok(recorded >= 0, 'a refusal is in no timeline');
    // Newest first.
    found += entries.slice(0, recorded).filter(({ update }) =>
      update?.event.state === 'MESSAGE_STATE_HANDED_OVER' &&
      adverts.has(update.message_id)).length;
    for (const { dest, text, at } of received.values()) {
      found += dest === number && text.includes('周末全场') &&
          at > answered + settlingMs;
    }
  });
  return found;
}

async function settle(world, sent, seconds) {
  let waiting = [...sent.values()].filter(
      ({ verdict }) => accepted(verdict.decision));
  await until(async () => {
    const still = [];
    await forAll(waiting, async (one) => {
      const { state } = await getRecord(world, one.verdict);
      if (waits.includes(state)) still.push(one);
    });
    waiting = still;
    return waiting.length === 0;
  }, 'every message has an end', seconds);
  await sleep(settlingMs);  // The simulator writes its log ten times a second.
}

test('kill -9 under load', { timeout: 540_000 }, async (t) => {
  t.diagnostic(`SLUICE_SEED=${seed} SLUICE_KILLS=${kills}`);
  const random = randomFrom(seed);
  const began = Date.now();
  const world = await World.start({
    sim: ['--answer-delay', `${random(40)}ms`,
      '--report-delay', `${random(1500)}ms`, '--deliver-timeout', '2s'],
    link: ', segments_per_second: 800',
    store: `, partitions: ${1 + random(4)}` });
  t.after(() => world.stop());
  const key = await world.populate();

  const sent = new Map();  // By key: {message, verdict}.
  const optedOut = new Map();  // By number: the answer.
  let round = 0;
  let done = false;
  let changed = 0;  // Verdicts that differ on a retry.
  let late = 0;  // Commercial messages accepted after an opt-out.
  // Numbers are used for a while, then replaced by others.
  const someNumber = () => String(13900000000 + round * 8 + random(300));
  let n = 0;
  const someMessage = () => {
    const id = 100_000 + ++n;
    const kind = [notice, notice, code, advert][random(4)];
    return { ...kind(someNumber(), String(id)), key: `k${id}` };
  };

  const load = async (sender) => {
    while (!done) {
      const messages = Array.from({ length: 1 + random(30) }, someMessage);
      const before = messages.map(({ recipient, message_class }) =>
        message_class === commercial && optedOut.has(recipient));
      const verdicts = await sender.send(messages);
      verdicts.forEach((verdict, i) => {
        sent.set(messages[i].key, { message: messages[i], verdict });
        late += before[i] && accepted(verdict.decision);
      });
      // Some senders retry messages that have a verdict, also after a restart.
      if (random(10) === 0) {
        await sleep(random(500));
        // A rejected message may be decided again when the reason has passed.
        (await sender.send(messages)).forEach((verdict, i) => {
          changed += accepted(verdicts[i].decision) &&
            verdict.message_id !== verdicts[i].message_id;
          sent.set(messages[i].key, { message: messages[i], verdict });
        });
      }
      await sleep(50 + random(200));
    }
  };
  const officer = async () => {
    while (!done) {
      const number = someNumber();
      if (!optedOut.has(number)) {
        optedOut.set(number, await optOut(world, number));
      }
      await sleep(random(200));
    }
  };
  const senders = [true, true, false, false].map(
      (streamed) => new Sender(world, key, streamed));
  // Two loops for each stream keep more than one batch in work.
  const running = Promise.all([officer(),
    ...senders.flatMap((sender) => [load(sender), load(sender)])]);
  const broken = running.then(() => {}, (error) => { throw error; });
  const chaos = (async () => {
    while (round < kills) {
      await sleep(50 + random(550));
      if (random(10) === 0) world.tellSim({ drop: true });
      await world.stopServer('SIGKILL');
      ++round;
      if (round < kills && random(10) === 0) {
        await world.startAndKill(random(300));
        ++round;
      }
      await world.startServer();
    }
  })();
  await Promise.race([chaos, broken]);
  done = true;
  await running;
  senders.forEach((sender) => sender.close());

  await settle(world, sent, 120);
  const { counts, records, received } = await compare(world, sent);
  Object.assign(counts, { kills: round, changed, late,
    retries: senders.reduce((sum, sender) => sum + sender.retries, 0),
    refusals: optedOut.size,
    breaches: await breaches(world, optedOut, received),
    exceeded:
      excess(records, received, 'MESSAGE_CLASS_VERIFICATION', 1, 60_000) +
      excess(records, received, 'MESSAGE_CLASS_VERIFICATION', 5, 3_600_000) +
      excess(records, received, commercial, 2, 86_400_000),
    seconds: Math.round((Date.now() - began) / 1000) });
  t.diagnostic(JSON.stringify(counts));
  for (const what of ['lost', 'doubled', 'unexpected', 'changed', 'late',
    'breaches', 'exceeded']) {
    assert.equal(counts[what], 0, what);
  }
  // Otherwise the test has shown nothing.
  assert.ok(counts.received > kills * 10, 'too little came through');
  assert.ok(counts.accepted < counts.messages, 'no limit was reached');
});

test('opt-outs while messages flow', { timeout: 120_000 }, async (t) => {
  t.diagnostic(`SLUICE_SEED=${seed}`);
  const random = randomFrom(seed + 1);
  const world = await World.start({ sim: ['--answer-delay', '10ms'],
    link: ', window: 128, segments_per_second: 1000' });
  t.after(() => world.stop());
  const key = await world.populate();

  // The carrier's progress in the order of submission.
  const order = new Map();  // Message id to place.
  let head = 0;
  const client = world.client('GatewayService');
  const watch = client.Watch({ beginning: true }, world.metadata(key));
  watch.on('data', ({ outcome }) => {
    if (outcome?.state !== 'MESSAGE_STATE_TAKEN') return;
    head = Math.max(head, order.get(outcome.message_id) ?? 0);
  });
  watch.on('error', () => {});

  const sent = new Map();
  const numbers = [];  // In the order of submission.
  let n = 0;
  const flood = async (sender) => {
    while (n < 10_000) {
      // Only as many wait as the race needs; the others are submitted during
      // it.
      if (numbers.length - head > 2000) {
        await sleep(5);
        continue;
      }
      const messages = Array.from({ length: 50 }, () => {
        const place = ++n;
        // Every number gets a message, and some time later a second one.
        const number = String(13700000000 + (place % 3 === 0 ?
          Math.floor(place / 2) : place));
        return { ...advert(number, String(100_000 + place)), key: `k${place}` };
      });
      const verdicts = await sender.send(messages);
      verdicts.forEach((verdict, i) => {
        sent.set(messages[i].key, { message: messages[i], verdict });
        if (!accepted(verdict.decision)) return;
        order.set(verdict.message_id, numbers.length);
        numbers.push(messages[i].recipient);
      });
    }
  };
  const optedOut = new Map();
  let flowing = true;
  const officer = async () => {
    while (flowing) {
      // Mostly numbers whose messages are being handed over now.
      const place = head + random(random(4) === 0 ? 2000 : 400);
      const number = numbers[place];
      if (!number || optedOut.has(number)) {
        await sleep(1);
        continue;
      }
      optedOut.set(number, { answered: Infinity });
      optedOut.set(number, await optOut(world, number));
    }
  };
  const senders = Array.from({ length: 4 }, () => new Sender(world, key, true));
  const officers = Promise.all(Array.from({ length: 4 }, officer));
  await Promise.all(senders.map(flood));
  senders.forEach((sender) => sender.close());
  await until(() => head > numbers.length * 0.9, 'the flow', 60);
  flowing = false;
  await officers;
  watch.cancel();
  client.close();

  await settle(world, sent, 60);
  const { counts, records, received } = await compare(world, sent);
  const cancelled = [...records.values()].filter(
      ({ state }) => state === 'MESSAGE_STATE_CANCELLED');
  Object.assign(counts, { refusals: optedOut.size, cancelled: cancelled.length,
    breaches: await breaches(world, optedOut, received) });
  t.diagnostic(JSON.stringify(counts));
  for (const what of ['lost', 'doubled', 'unexpected', 'unknown', 'breaches']) {
    assert.equal(counts[what], 0, what);
  }
  assert.ok(counts.accepted < counts.messages, 'no refusal met the flood');
  // Every accepted message was either received or cancelled by an opt-out.
  assert.equal(counts.received + cancelled.length, counts.accepted);
  for (const { recipient, events } of cancelled) {
    assert.ok(optedOut.has(recipient.slice(3)));
    assert.equal(events.at(-1).reasons[0].code, 'RECIPIENT_OPTED_OUT');
  }
  assert.equal([...optedOut.values()].reduce((sum, a) => sum + a.cancelled, 0),
      cancelled.length, 'the answers of Add count what they cancelled');
  assert.ok(optedOut.size > 100 && cancelled.length > 50, 'no race');
});
