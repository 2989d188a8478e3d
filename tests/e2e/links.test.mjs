// Carriers that refuse, do not answer, or send reports of unknown messages:
// what the real programs do, and what an operator is told. And that a link does
// what its settings say.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Carrier, reply, report } from './carrier.mjs';
import { World, advert, bin, notice, until } from './world.mjs';

const run = promisify(execFile);
const WINDOW = 16;

const linkOf = async (world) =>
  (await world.call('OperationsService', 'ListLinks', {})).links[0];

async function send(world, count) {
  const key = await world.populate();
  const messages = Array.from({ length: count }, (_, i) =>
    notice(String(13_800_000_000 + i), `A${i}`));
  const { verdicts } = await world.call('GatewayService', 'Submit',
      { messages, batch: 1 }, key);
  assert.ok(verdicts.every((v) => v.decision === 'DECISION_ACCEPTED'));
}

const times = (text, word) => text.split(word).length - 1;

test('a link is paused when the carrier refuses every message', async () => {
  const world = await World.start({ sim: ['--result', '10', '--every', '1'] });
  try {
    await send(world, 200);
    const link = await until(async () => {
      const one = await linkOf(world);
      return one.state === 'LINK_STATE_PAUSED' && one;
    }, 'a pause');
    assert.match(link.why, /refused 16 of the last 16 messages with code 10/);
    // A probe or two later, at most the bound and what the link held has gone.
    await until(async () => Number((await linkOf(world)).results[0].count) > 16,
        'a probe');
    const now = await linkOf(world);
    assert.equal(now.results[0].code, '10');
    assert.equal(now.results[0].meaning, 'Src_Id is wrong');
    assert.ok(Number(now.results[0].count) <= 16 + 2 * WINDOW + 3,
        `${now.results[0].count} were refused`);
    assert.ok(Number(now.waiting[0].messages) >= 100);
    assert.equal(times(world.output(), ' paused: '), 1);

    const ready = await fetch(
        `http://127.0.0.1:${world.server.ready.http_port}/readyz`);
    assert.equal(ready.status, 503);
    assert.match(await ready.text(), /sim is paused \(the carrier refused 16/);
    const { stdout } = await run(path.join(bin, 'sluicectl'),
        ['link', 'list', '--language', 'en', '--server', world.address,
          '--key', world.adminKey]);
    assert.match(stdout, /sim +PAUSED/);
    assert.match(stdout, /with 10 \(Src_Id is wrong\)/);
  } finally {
    await world.stop();
  }
});

test('a link whose carrier does not answer is paused, and goes on', async () => {
  const world = await World.start({ link: ', answer_timeout_seconds: 1' });
  try {
    await until(async () =>
      (await linkOf(world)).state === 'LINK_STATE_UP', 'a login');
    world.tellSim({ silence: true });
    await send(world, 200);
    await until(async () =>
      (await linkOf(world)).state === 'LINK_STATE_PAUSED', 'a pause');
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const silent = await linkOf(world);
    assert.equal(silent.state, 'LINK_STATE_PAUSED');
    assert.match(silent.why, /did not answer 4 messages in a row/);
    // The window, what waited in the link, and probes.
    assert.ok(Number(silent.unknown_messages) <= 2 * WINDOW + 3,
        `${silent.unknown_messages} are UNKNOWN`);
    world.tellSim({ silence: false });
    await until(async () => {
      const one = await linkOf(world);
      const taken = one.results.find((result) => result.code === '0');
      const ended = Number(taken?.count ?? 0) + Number(one.unknown_messages);
      assert.ok(ended <= 200, `${ended} of 200 ended`);
      return one.state === 'LINK_STATE_UP' && ended === 200;
    }, 'the end of the pause, and of all messages', 40);
    assert.match(world.output(), /no longer paused after/);
  } finally {
    await world.stop();
  }
});

class WorldOfCarrier extends World {
  async startSim() {
    this.carrier = await Carrier.start(WINDOW);
    this.sim = { ready: { listening: this.carrier.port } };
  }

  stopSim() {
    this.carrier.stop();
  }
}

test('a reply behind 300 reports of unknown messages acts at once', async () => {
  const world = await WorldOfCarrier.start();
  try {
    const key = await world.populate();
    const number = '13400134000';
    const began = Date.now();
    for (let i = 1; i <= 300; ++i) world.carrier.send(report(i, number));
    world.carrier.send(reply(1_000, number, '10690012', '退订'));
    await until(() => world.carrier.answered === 301, 'all answers');
    assert.ok(Date.now() - began < 2_000, `${Date.now() - began} ms`);
    const { verdicts } = await world.call('GatewayService', 'Submit',
        { messages: [advert(number)], batch: 1 }, key);
    assert.equal(verdicts[0].reasons[0].code, 'RECIPIENT_OPTED_OUT');
    const link = await linkOf(world);
    assert.deepEqual(link.reports.map(({ code, count }) => [code, Number(count)]),
        [['DELIVRD', 300]]);
  } finally {
    await world.stop();
  }
});

test('a link sends what its settings say, and no faster', async () => {
  const fields = { msg_level: 3, service_id: 'SMSVC00001', fee_user_type: 3,
    fee_terminal_id: '106500001', msg_src: '654321', fee_type: '02',
    fee_code: '000010' };
  const world = await WorldOfCarrier.start({ link: `
    , msg_level: 3, service_id: SMSVC00001, fee_user_type: 3,
    fee_terminal_id: "106500001", msg_src: "654321", fee_type: "02",
    fee_code: "000010", local_address: 127.0.0.2, segments_per_second: 0.5` });
  try {
    await send(world, 3);
    await until(() => world.carrier.submits.length === 3, 'all messages', 30);
    for (const { at, ...sent } of world.carrier.submits) {
      assert.deepEqual(sent, fields);
    }
    // Two seconds each; one of the times may be taken late.
    const [first, , last] = world.carrier.submits;
    assert.ok(last.at - first.at > 2_000, `${last.at - first.at} ms`);
    assert.equal(world.carrier.socket.remoteAddress, '127.0.0.2');
  } finally {
    await world.stop();
  }
});

test('a lost connection is tried again after the pause that is set', async () => {
  const world = await WorldOfCarrier.start({
    link: ', reconnect_first_seconds: 3600, reconnect_last_seconds: 3600' });
  try {
    const up = () => world.carrier.loggedIn;
    await until(up, 'a login');
    world.carrier.loggedIn = false;
    world.carrier.socket.destroy();
    await until(async () =>
      (await linkOf(world)).state === 'LINK_STATE_DOWN', 'the end of the link');
    // The default would be a second at most.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    assert.ok(!up());
  } finally {
    await world.stop();
  }
});
