// Carriers that answer flow control ("8"): at random, because they take less
// than they are sent, or to everything. With the real programs; each figure is
// compared with a run without, on the same machine.
//
// SLUICE_FLOW=long sends more and prints a row for each carrier.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { Sender } from '../e2e/sender.mjs';
import { World, code, sleep, until } from '../e2e/world.mjs';

const long = process.env.SLUICE_FLOW === 'long';
const count = long ? 10_000 : 6_000;

// A world whose carrier takes 5 ms for an answer: with a window of 16 the way
// to the carrier is the bottleneck, not this machine.
class Flow {
  static async start(sim) {
    const flow = new Flow();
    flow.world = await World.start({
      sim: ['--answer-delay', '5ms', ...sim], link: ', window: 16' });
    flow.printed = '';
    flow.world.sim.child.stdout.on('data', (data) => { flow.printed += data; });
    flow.sender = new Sender(flow.world, await flow.world.populate(), true);
    flow.sent = 0;
    return flow;
  }

  // Submits `n` verification codes to new numbers.
  async submit(n) {
    for (let left = n; left > 0; left -= 1000) {
      const batch = Array.from({ length: Math.min(left, 1000) }, () => {
        const key = String(this.sent++);
        return { key, ...code(String(13_800_000_000 + Number(key))) };
      });
      const verdicts = await this.sender.send(batch);
      assert(verdicts.every(({ decision }) => decision === 'DECISION_ACCEPTED'));
    }
  }

  // Messages that the carrier has taken and logged.
  taken() {
    let lines = 0;
    for (const byte of fs.readFileSync(this.world.logs[0])) lines += byte === 10;
    return lines;
  }

  untilTaken(n, seconds) {
    return until(() => this.taken() >= n, `${n} messages taken, ` +
      `of which ${this.taken()} were at first`, seconds);
  }

  // Seconds from the first submit until the carrier has taken `n` messages.
  async time(n, seconds) {
    const began = Date.now();
    await this.submit(n);
    await this.untilTaken(this.sent, seconds);
    return (Date.now() - began) / 1000;
  }

  async stats() {
    const from = this.printed.length;
    this.world.tellSim({ stats: true });
    const line = await until(
        () => this.printed.slice(from).match(/\{.*\}\n/)?.[0], 'counts');
    return JSON.parse(line);
  }

  // Every message was taken once.
  async stop() {
    const { messages, messages_repeated, segments_repeated } =
      await this.stats();
    assert.deepEqual({ messages, messages_repeated, segments_repeated },
        { messages: this.sent, messages_repeated: 0, segments_repeated: 0 });
    const numbers = new Set(this.world.received().map(({ dest }) => dest));
    assert.equal(numbers.size, this.sent);
    await this.world.stop();
  }
}

const row = (name, seconds, n, stats) => console.log(
    `${name}: ${Math.round(n / seconds)} a second, ` +
    `${stats.flow_controlled} of ${stats.segments} answered 8`);

let without;  // Messages a second, of a carrier that takes everything.
const flows = [];

before(async () => {
  const flow = await Flow.start([]);
  const seconds = await flow.time(count, 60);
  without = count / seconds;
  row('no 8', seconds, count, await flow.stats());
  await flow.stop();
});

after(async () => {  // Of failed tests.
  for (const flow of flows) await flow.world.stop().catch(() => {});
});

async function start(sim) {
  const flow = await Flow.start(sim);
  flows.push(flow);
  return flow;
}

async function end(flow) {
  await flow.stop();
  flows.splice(flows.indexOf(flow), 1);
}

// The bounds leave room for a busy machine: 0.9 and 0.7 are meant.
const shares = [[0.01, 0.8], [0.05, 0.6], ...(long ? [[0.2, 0.2]] : [])];
for (const [share, least] of shares) {
  test(`of each 100 answers ${100 * share} are 8`, async () => {
    const flow = await start(['--flow-share', String(share)]);
    const seconds = await flow.time(count, 120);
    const stats = await flow.stats();
    row(`${100 * share} % 8`, seconds, count, stats);
    assert(stats.flow_controlled > share * count / 2);
    assert(count / seconds >= least * without,
        `${count / seconds} a second, without 8s ${without}`);
    await end(flow);
  });
}

test('a carrier that takes 200 a second, then 1,000, then 200', async () => {
  const flow = await start(['--rate', '200']);
  const phase = long ? 10 : 6;
  await flow.submit(phase * 1400);
  for (const rate of [200, 1000, 200]) {
    flow.world.tellSim({ rate });
    await sleep(3000);  // To find the rate.
    const [from, before] = [flow.taken(), await flow.stats()];
    const began = Date.now();
    await sleep((phase - 3) * 1000);
    const seconds = (Date.now() - began) / 1000;
    const [to, stats] = [flow.taken(), await flow.stats()];
    row(`takes ${rate} a second`, seconds, to - from, {
      segments: stats.segments - before.segments,
      flow_controlled: stats.flow_controlled - before.flow_controlled });
    assert(to - from >= 0.7 * rate * seconds);
    assert(stats.flow_controlled - before.flow_controlled <=
      0.4 * (stats.segments - before.segments));
  }
  flow.world.tellSim({ rate: 0 });
  await flow.untilTaken(flow.sent, 60);
  await end(flow);
});

test('a carrier that answers 8 to everything for a while', async () => {
  const flow = await start(['--flow-share', '1']);
  await flow.submit(2000);
  await sleep(4000);
  const before = await flow.stats();
  await sleep(long ? 12_000 : 6_000);
  const stats = await flow.stats();
  row('100 % 8', long ? 12 : 6, 0, { segments: stats.segments - before.segments,
    flow_controlled: stats.flow_controlled - before.flow_controlled });
  assert.equal(stats.segments_taken, 0);
  assert(before.segments < 300, `${before.segments} segments in 4 s`);
  const asked = stats.segments - before.segments;
  assert(asked >= 1 && asked <= 12, `asked ${asked} times`);
  flow.world.tellSim({ flow_share: 0 });
  await flow.untilTaken(flow.sent, 15);
  await end(flow);
});
