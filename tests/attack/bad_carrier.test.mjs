// A carrier that does everything wrong at random: it drops connections, falls
// silent, answers flow control and refusals, reports early, late, twice and
// about messages that nobody sent, with lengths that lie and PDUs that end in
// the middle. Every message ends in one state, none goes out twice, each break
// costs at most a window, and every refusal by a reply takes effect.
//
// SLUICE_MESSAGES says how many, SLUICE_SEED repeats a run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sender } from '../e2e/sender.mjs';
import { World, code, long, until } from '../e2e/world.mjs';
import { forAll, randomFrom, settle } from './compare.mjs';
import { readJournals } from './journal.mjs';

const total = Number(process.env.SLUICE_MESSAGES ?? 3000);
const seed = Number(process.env.SLUICE_SEED ?? Date.now() % 1_000_000);
const random = randomFrom(seed);
const windowSize = 16;
const batch = 100;
// A pause of a second follows each break.
const share = Math.min(60, Math.max(12, total / 1000)) / total;

function message(n) {
  const number = String(13_900_000_000 + n);
  const make = n % 10 === 0 ? long : code;
  return { ...make(number, String(100_000 + n)), key: `k${n}` };
}

// The sum of all series of this name that have this label.
async function metric(world, name, label) {
  const answer = await fetch(`http://127.0.0.1:${world.server.ready.http_port}/metrics`);
  const lines = (await answer.text()).split('\n').filter(
      (line) => line.startsWith(name) && line.includes(`"${label}"`));
  assert.ok(lines.length > 0, `no ${name} of ${label}`);
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

test('a carrier that does everything wrong', { timeout: 540_000 }, async (t) => {
  t.diagnostic(`SLUICE_SEED=${seed} SLUICE_MESSAGES=${total}`);
  const began = Date.now();
  const world = await World.start({
    sim: ['--seed', String(seed), '--drop-share', String(share), '--silence-share',
      String(share / 6), '--silence-time', '3s', '--doubled-share', '0.1',
      '--foreign-share', '0.05', '--lying-share', '0.1', '--unreadable-share', '0.02',
      '--fail-share', '0.05', '--flow-share', '0.02', '--result', '9', '--every', '97',
      '--reports-before-answers', '--report-delay', '100ms', '--deliver-timeout', '2s'],
    link: `, window: ${windowSize}, answer_timeout_seconds: 2`,
    store: ', partitions: 2', level: 'warning' });
  t.after(() => world.stop());
  const key = await world.populate();
  const sent = new Map();
  const refusers = [];
  const sender = new Sender(world, key, true);
  for (let n = 0; n < total; n += batch) {
    const messages = Array.from({ length: Math.min(batch, total - n) },
        (_, i) => message(n + i));
    const verdicts = await sender.send(messages);
    verdicts.forEach((verdict, i) => sent.set(messages[i].key,
        { message: messages[i], verdict }));
    if (n % (total / 50) < batch) {
      const number = String(13_800_000_000 + n);
      world.tellSim({ mo: { from: number, to: '10690012', text: '退订' } });
      refusers.push(number);
    }
    // Never far ahead of the carrier, so that its faults meet all of them.
    await until(async () =>
      await metric(world, 'sluice_partition', 'queued') < 2000, 'the queue', 300);
  }
  sender.close();
  // A carrier that is silent at a login costs the time-out of the login, unless
  // it has reports or replies to send: these show that its answer was lost.
  await settle(world, sent, 200);
  let left = refusers;
  await until(async () => {
    const still = [];
    await forAll(left, async (number) => {
      const { opt_outs } = await world.call('OptOutsService', 'LookupOptOuts',
          { recipient: number });
      if (opt_outs.length === 0) still.push(number);
    });
    left = still;
    return left.length === 0;
  }, 'every refusal', 60).catch(async (error) => {
    const { links } = await world.call('OperationsService', 'ListLinks', {});
    const replies = [];
    for (const sender of left) {
      replies.push(await world.call('RepliesService', 'ListReplies',
          { filter: { sender } }));
    }
    t.diagnostic(JSON.stringify({ left, links, replies }));
    throw error;
  });
  const unknown = await metric(world, 'sluice_events_total', 'unknown');
  await world.stopServer();
  world.sim.child.kill('SIGTERM');
  await world.sim.exited;
  const carrier = JSON.parse(world.sim.output().trim().split('\n').findLast(
      (line) => line.includes('"drops"')));
  const journals = await readJournals(world,
      { acknowledged: [...sent.values()], optOuts: refusers });
  t.diagnostic(JSON.stringify({ messages: sent.size, unknown, refusers: refusers.length,
    seconds: Math.round((Date.now() - began) / 1000), ...carrier }));
  assert.deepEqual(journals.shown, []);
  assert.equal(carrier.messages_repeated, 0, 'a message went out twice');
  assert.equal(carrier.deliveries_given_up, 0, 'a report or MO was never taken');
  const breaks = carrier.drops + carrier.silences;
  assert.ok(breaks >= 8, 'otherwise the test has shown nothing');
  // A session ends with at most a window of segments whose answers are lost, and
  // a carrier that is silent leaves one for each answer that it keeps.
  const lost = carrier.sessions * windowSize + carrier.answers_withheld;
  assert.ok(unknown <= lost, `${unknown} unknown, at most ${lost} answers lost`);
});
