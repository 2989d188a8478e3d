// Kills under load, with the real programs: the server with SIGKILL, the carrier
// and its connections, while senders retry, officers and replies opt out, and
// messages are cancelled. Then the journals, read by a foreign reader, are held
// against the clients' verdicts and the carrier's log, message by message.
//
// SLUICE_KILLS says how often the server is killed, SLUICE_SEED repeats a run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sender } from '../e2e/sender.mjs';
import { World, advert, code, long, notice, sleep } from '../e2e/world.mjs';
import { accepted, commercial, compareRecords, countBreaches, optOut, persist,
  randomFrom, settle } from './compare.mjs';
import { readJournals } from './journal.mjs';
import { leaksIn } from './privacy.mjs';

const kills = Number(process.env.SLUICE_KILLS ?? 5);
const seed = Number(process.env.SLUICE_SEED ?? Date.now() % 1_000_000);
const random = randomFrom(seed);

// What goes wrong at the carrier, one for each of its runs.
const carriers = [
  [],
  ['--result', '8', '--every', '7'],  // Flow control: sent again.
  ['--result', '9', '--every', '11'],  // Refused, also parts of a message.
  // Parts of a message that was refused are reported, also as failed.
  ['--result', '9', '--every', '5', '--fail-share', '0.3'],
  ['--reports-before-answers'],
];
let carrier = random(carriers.length);
const nextCarrier = () => ['--answer-delay', `${random(40)}ms`,
  '--report-delay', `${random(1500)}ms`, '--deliver-timeout', '2s',
  ...carriers[carrier++ % carriers.length]];

// The traffic of one run; `done` ends it.
class Traffic {
  constructor(world, key) {
    Object.assign(this, { world, key, done: false, round: 0, n: 0, changed: 0,
      late: 0, replies: 0, cancelled: 0 });
    this.sent = new Map();  // By key: {message, verdict}.
    this.acknowledged = new Map();  // By message id: {message, verdict}.
    this.optedOut = new Map();  // By number: {answered}.
  }

  // Numbers are used for a while, then replaced by others.
  someNumber() {
    return String(13900000000 + this.round * 8 + random(300));
  }

  someMessage() {
    const id = 100_000 + ++this.n;
    const kind = [notice, notice, code, advert, long][random(5)];
    const message = { ...kind(this.someNumber(), String(id)), key: `k${id}` };
    if (random(10) === 0) {
      message.send_after = { seconds:
        Math.floor(this.world.now() / 1000) + random(5) };
    }
    return message;
  }

  note(messages, verdicts) {
    verdicts.forEach((verdict, i) => {
      const one = { message: messages[i], verdict };
      this.sent.set(messages[i].key, one);
      this.acknowledged.set(verdict.message_id, one);
    });
  }

  async load(sender) {
    while (!this.done) {
      const messages = Array.from(
          { length: 1 + random(30) }, () => this.someMessage());
      const before = messages.map(({ recipient, message_class }) =>
        message_class === commercial && this.optedOut.has(recipient));
      const verdicts = await sender.send(messages);
      this.note(messages, verdicts);
      this.late += verdicts.filter(({ decision }, i) =>
        before[i] && accepted(decision)).length;
      // Some retry messages that have a verdict, also after a restart.
      if (random(10) === 0) {
        await sleep(random(500));
        const again = await sender.send(messages);
        this.note(messages, again);
        // A rejected message may be decided again when the reason has passed.
        this.changed += again.filter(({ message_id }, i) =>
          accepted(verdicts[i].decision) &&
          verdicts[i].message_id !== message_id).length;
      }
      if (random(10) === 0) await this.cancel(verdicts);
      await sleep(50 + random(200));
    }
  }

  async cancel(verdicts) {
    const { results } = await persist(() => this.world.call('GatewayService',
        'Cancel', { messages: verdicts.filter(
            ({ message_id }) => message_id).map(
            ({ message_id }) => ({ message_id })) }, this.key));
    this.cancelled += results.filter(
        ({ outcome }) => outcome === 'CANCEL_OUTCOME_CANCELLED').length;
  }

  async officer() {
    while (!this.done) {
      const number = this.someNumber();
      if (!this.optedOut.has(number)) {
        this.optedOut.set(number, await optOut(this.world, number));
      }
      await sleep(random(200));
    }
  }

  // Phones that answer R. The opt-out counts once the server tells of it; a
  // reply that a kill loses on its way is the carrier's to repeat.
  async phone() {
    while (!this.done) {
      const number = this.someNumber();
      await sleep(random(200));
      if (this.optedOut.has(number)) continue;
      this.world.tellSim({ mo: { from: number, to: '10690012', text: 'R' } });
      await sleep(100);
      const { opt_outs } = await persist(() => this.world.call('OptOutsService',
          'LookupOptOuts', { recipient: number }));
      if (opt_outs.length === 0 || this.optedOut.has(number)) continue;
      this.optedOut.set(number, { answered: Date.now() });
      ++this.replies;
    }
  }

  async kill() {
    while (this.round < kills) {
      await sleep(50 + random(550));
      if (random(10) === 0) this.world.tellSim({ drop: true });
      if (this.round % 3 === 1) await this.killCarrier();
      await this.world.stopServer('SIGKILL');
      ++this.round;
      if (this.round < kills && random(10) === 0) {
        await this.world.startAndKill(random(300));
        ++this.round;
      }
      await this.world.startServer();
    }
  }

  // SIGTERM, so that the carrier's log is whole; for the server both ends look
  // the same.
  async killCarrier(next = nextCarrier()) {
    await this.world.stopSim();
    await sleep(random(300));
    this.world.settings.sim = next;
    await this.world.startSim();
  }

  async run() {
    const senders = [true, true, false, false].map(
        (streamed) => new Sender(this.world, this.key, streamed));
    // Two loops for each stream keep more than one batch in work.
    const running = Promise.all([this.officer(), this.phone(),
      ...senders.flatMap((sender) => [this.load(sender), this.load(sender)])]);
    const broken = running.then(() => {}, (error) => { throw error; });
    await Promise.race([this.kill(), broken]);
    this.done = true;
    await running;
    senders.forEach((sender) => sender.close());
    return senders.reduce((sum, sender) => sum + sender.retries, 0);
  }
}

test('kill -9 under load', { timeout: 540_000 }, async (t) => {
  t.diagnostic(`SLUICE_SEED=${seed} SLUICE_KILLS=${kills}`);
  const began = Date.now();
  const world = await World.start({ sim: nextCarrier(),
    link: ', segments_per_second: 800',
    store: `, partitions: ${1 + random(4)}, segment_mb: 2`, level: 'debug' });
  t.after(() => world.stop());
  const traffic = new Traffic(world, await world.populate());
  const retries = await traffic.run();
  const { sent, acknowledged, optedOut } = traffic;

  await traffic.killCarrier([]);  // One that takes everything that waits.
  await settle(world, sent, 60);
  const { differ } = await compareRecords(
      world, sent, Math.ceil(sent.size / 3000));
  await world.stopServer('SIGKILL');
  await world.stopSim();
  const journals = await readJournals(world, {
    acknowledged: [...acknowledged.values()], optOuts: [...optedOut.keys()] });
  const leaks = leaksIn(world.output(), {
    numbers: [...sent.values()].map(({ message }) => message.recipient),
    texts: [...sent.values()].map(({ message }) => message.text),
    secrets: [traffic.key, world.adminKey] });
  t.diagnostic(JSON.stringify({ kills: traffic.round,
    carriers: world.logs.length, messages: sent.size, retries,
    opt_outs: optedOut.size, replies: traffic.replies,
    cancelled: traffic.cancelled, log_kb: world.output().length >> 10,
    seconds: Math.round((Date.now() - began) / 1000) }));
  t.diagnostic(JSON.stringify(journals.counts));

  assert.deepEqual(journals.shown, []);
  assert.equal(differ, 0, 'Audit tells of other verdicts');
  assert.equal(traffic.changed, 0, 'a retry got another verdict');
  assert.equal(traffic.late, 0, 'accepted after an opt-out');
  assert.equal(countBreaches(world, optedOut), 0, 'sent after an opt-out');
  assert.deepEqual(leaks, []);
  // Otherwise the test has shown nothing.
  const { counts } = journals;
  assert.ok(counts.received > kills * 10, 'too little came through');
  assert.ok(counts.retries > 0 && counts.cancelled !== 0, 'no retry');
  assert.ok(optedOut.size > kills, 'too few opt-outs');
});
