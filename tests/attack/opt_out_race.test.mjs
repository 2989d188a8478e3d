// Opt-outs race with hand-overs: officers opt out the very numbers whose
// messages are being handed over. SLUICE_SEED repeats a run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sender } from '../e2e/sender.mjs';
import { World, advert, sleep, until } from '../e2e/world.mjs';
import { accepted, compareRecords, countBreaches, optOut, randomFrom }
  from './compare.mjs';
import { readJournals } from './journal.mjs';

const seed = Number(process.env.SLUICE_SEED ?? Date.now() % 1_000_000);

test('opt-outs while messages flow', { timeout: 120_000 }, async (t) => {
  t.diagnostic(`SLUICE_SEED=${seed}`);
  const random = randomFrom(seed);
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

  // Every accepted message is either received or cancelled by an opt-out, and
  // the answers of Add count what they cancelled.
  const went = [...sent.values()].filter(
      ({ verdict }) => accepted(verdict.decision)).length;
  const cancelled = [...optedOut.values()].reduce(
      (sum, answer) => sum + answer.cancelled, 0);
  await until(() => world.received().length === went - cancelled,
      'every message has an end', 60);
  await sleep(500);  // One too many would come now.
  assert.equal(world.received().length, went - cancelled);

  const { records, differ } = await compareRecords(world, sent, 5);
  const stopped = [...records.values()].filter(
      ({ state }) => state === 'MESSAGE_STATE_CANCELLED');
  const breaches = countBreaches(world, optedOut);
  await world.stopServer();
  await world.stopSim();
  const { counts, shown } = await readJournals(world, {
    acknowledged: [...sent.values()], optOuts: [...optedOut.keys()] });
  t.diagnostic(JSON.stringify({ opt_outs: optedOut.size, cancelled, ...counts }));
  assert.deepEqual(shown, []);
  assert.equal(differ, 0, 'Audit tells of other verdicts');
  assert.equal(breaches, 0, 'sent after an opt-out');
  assert.equal(counts.ended, cancelled);
  for (const { recipient, events } of stopped) {
    assert.ok(optedOut.has(recipient.slice(3)));
    assert.equal(events.at(-1).reasons[0].code, 'RECIPIENT_OPTED_OUT');
  }
  assert.ok(went < sent.size, 'no opt-out met the flood');
  assert.ok(optedOut.size > 100 && cancelled > 50, 'no race');
});
