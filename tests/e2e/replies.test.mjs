// Replies from the carrier to the lists that people read: the real programs,
// with what carriers really send.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { World, advert, bin, until } from './world.mjs';

const run = promisify(execFile);
let world;
let key;
before(async () => {
  world = await World.start();
  key = await world.populate();
});
after(() => world?.stop());

const ucs2 = (text) => Buffer.from(text, 'utf16le').swap16();
const joined = (reference, parts, part, octets) =>
  Buffer.concat([Buffer.from([5, 0, 3, reference, parts, part]), octets]);

function mo(from, octets, more = {}) {
  world.tellSim({ mo: { from, to: '10690012', hex: octets.toString('hex'), ...more } });
}

async function sluicectl(...args) {
  const { stdout } = await run(path.join(bin, 'sluicectl'),
      ['--server', world.address, '--key', world.adminKey, ...args]);
  return stdout;
}

async function list(...args) {
  const out = await sluicectl('mo', 'list', '--json', '--from', '240h', ...args);
  return out.split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

const replyFrom = (number, more = () => true) => until(async () =>
  (await list('--number', number)).find(more), `a reply from ${number}`);

test('two parts are one refusal, whichever comes first', async () => {
  for (const [number, order] of [['13400134001', [0, 1]], ['13400134002', [1, 0]]]) {
    const parts = ['退', '订'].map((text, i) => joined(9, 2, i + 1, ucs2(text)));
    for (const i of order) mo(number, parts[i], { fmt: 8, udhi: 1 });
    const reply = await replyFrom(number, (one) => one.text === '退订');
    assert.equal(reply.opted_out, true);
    assert.deepEqual((await list('--number', number)).map((one) => one.text), ['退订']);
  }
});

test('the octets are kept', async () => {
  const octets = Buffer.from('ff00fe', 'hex');
  mo('13400134003', octets, { fmt: 4 });
  const reply = await replyFrom('13400134003');
  assert.equal(reply.raw, octets.toString('base64'));
  assert.equal(reply.coding, 4);
});

test('a number with a 0 before it is a subscriber, and others are for a person', async () => {
  mo('013400134004', Buffer.from('R'));
  assert.equal((await replyFrom('13400134004')).opted_out, true);
  mo('10086', Buffer.from('R'));
  const review = await until(async () => (await sluicectl('mo', 'review', '--json',
      '--from', '240h')).split('\n').filter(Boolean).map((line) => JSON.parse(line))
      .find((one) => one.sender === '10086'), 'a reply to review');
  assert.notEqual(review.opted_out, true);
});

test('what nothing was made of is listed, and the table says so', async () => {
  mo('13400134005', ucs2('收到'), { fmt: 8 });
  await replyFrom('13400134005');
  const unclaimed = await list('--unclaimed');
  assert.ok(unclaimed.some((one) => one.text === '收到'));
  assert.ok(!unclaimed.some((one) => one.opted_out));
  const table = await sluicectl('mo', 'list', '--language', 'en', '--from',
      '240h');
  assert.match(table, /\+8613400134005 +10690012 +no refusal +收到/);
  assert.match(table, /\+8613400134001 .* refusal +云杉超市 \(shop\) +退订/);
});

test('a refusal stops the sender to whom it was said', async () => {
  const submitted = await world.call('GatewayService', 'Submit',
      { messages: [advert('13400134006')] }, key);
  assert.equal(submitted.verdicts[0].decision, 'DECISION_ACCEPTED');
  mo('13400134006', Buffer.from('TD'));
  const reply = await replyFrom('13400134006');
  assert.deepEqual(reply.content_provider_ids, ['shop']);
});
