// Backup and restore with the real programs, under load: what was acknowledged
// before a backup began is in the store that is restored from it, and that
// store goes on.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { commercial } from '../attack/compare.mjs';
import { Sender } from './sender.mjs';
import { World, advert, bin, code, long, notice, sleep, until }
  from './world.mjs';

let world;
let key;
let n = 0;
const acknowledged = [];  // {at, message, verdict}
const optedOut = [];  // {at, number}
let done = false;

before(async () => {
  world = await World.start({ store: ', partitions: 2, segment_mb: 2' });
  key = await world.populate();
});
after(() => {
  done = true;
  return world?.stop();
});

const at = (name) => path.join(world.folder, name);

// {code, out, json}
function ctl(...args) {
  return new Promise((resolve) => {
    execFile(path.join(bin, 'sluicectl'), ['--language', 'en', ...args],
        (error, stdout, stderr) => resolve(
            { code: error?.code ?? 0, out: stdout + stderr, stdout }));
  });
}
async function backup(to, ...args) {
  const result = await ctl('store', 'backup', at(to), '--from', at('data'),
      '--json', ...args);
  return { ...result, json: result.stdout && JSON.parse(result.stdout) };
}
async function clean(folder) {
  const { code, out } = await ctl('store', 'check', at(folder));
  assert.equal(code, 0, out);
  assert.match(out, /No damage\.\nComplete and unchanged up to head /);
  return out;
}

async function load() {
  const sender = new Sender(world, key, false);
  while (!done) {
    const messages = Array.from({ length: 40 }, () => {
      const id = String(200_000 + ++n);
      const kind = [notice, code, advert, long][n % 4];
      const message = { ...kind(String(13_700_000_000 + n), id), key: `b${id}` };
      if (n % 10 === 0) {  // It waits, also when the backup is taken.
        message.send_after = { seconds: Math.floor(world.now() / 1000) + 3600 };
      }
      return message;
    });
    const verdicts = await sender.send(messages);
    const now = Date.now();
    verdicts.forEach((verdict, i) =>
      acknowledged.push({ at: now, message: messages[i], verdict }));
  }
}

async function officer() {
  while (!done) {
    const number = String(13_700_000_000 + 1 + (optedOut.length * 7) % (n + 1));
    await world.call('OptOutsService', 'AddOptOut', { recipient: number,
      scope: { content_provider_id: 'shop' },
      source: 'OPT_OUT_SOURCE_OFFICER' });
    optedOut.push({ at: Date.now(), number });
    await sleep(20);
  }
}

// Heads name what the partitions have, and messages name parties: a backup has
// both up to the same time. The server makes ten heads a second at most.
async function control() {
  for (let i = 0; !done; ++i) {
    if (i % 10 === 0) await world.call('ProofsService', 'GetHead', {});
    await world.create(`cp${i}`, { content_provider: { name: `云杉${i}` } });
    await sleep(15);
  }
}

const inForce = async (number) => (await world.call('OptOutsService',
    'LookupOptOuts', { recipient: number })).opt_outs
    .some((one) => !one.remove_time);

function segments(folder) {
  return fs.readdirSync(folder, { recursive: true })
      .filter((name) => /journal\/\d{7}\.segment/.test(name)).sort();
}
function flip(file, place) {
  const octets = fs.readFileSync(file);
  octets[place] ^= 1;
  fs.writeFileSync(file, octets);
}

test('a store is restored from a backup that was taken under load', async (t) => {
  const work = [load(), load(), officer(), control()];
  await until(() => segments(at('data')).length >= 4, 'closed segments', 120);
  const first = await backup('backup');
  assert.equal(first.code, 0, first.out);
  assert.equal(first.json.running, true);
  assert.equal(first.json.bytes_there, 0);

  await until(() => segments(at('data')).length >= 6, 'more segments', 120);
  // A head is in the backup, and the state of heads and partitions fits.
  assert.equal((await ctl('--server', world.address, '--key', world.adminKey,
      'audit', 'head', '--out', at('head.txt'))).code, 0);
  const began = Date.now();
  const second = await backup('backup');
  const ended = Date.now();
  assert.equal(second.code, 0, second.out);
  assert.ok(second.json.bytes_there > 2_000_000, second.out);
  assert.ok(second.json.head > 0);
  await until(() => acknowledged.length > 0 && Date.now() > ended + 2000,
      'messages after the backup');
  // A head that the restored store will not have.
  await ctl('--server', world.address, '--key', world.adminKey,
      'audit', 'head', '--out', at('late.txt'));
  done = true;
  await Promise.all(work);
  await world.stopServer('SIGKILL');
  await clean('data');
  // Acknowledged well after the backup: none of them is in it.
  const lost = new Set(acknowledged.filter((one) => one.at >= ended + 500)
      .map(({ verdict }) => verdict.message_id));

  fs.renameSync(at('data'), at('old'));
  const restored = await ctl('store', 'restore', at('backup'),
      '--to', at('data'), '--reason', 'the disk died');
  assert.equal(restored.code, 0, restored.out);
  assert.match(restored.out, /up to 2026-03-02 .*, head \d/);
  assert.match(restored.out, /no message id is given twice: 16 segments/);
  assert.match(await clean('data'), /Restored on .* from\na backup of .* Reason: the disk died/);
  assert.match((await ctl('store', 'restore', at('backup'), '--to',
      at('data'))).out, /not empty/);
  // A head from the backup's time holds; a later one is explained.
  assert.equal((await ctl('store', 'check', at('data'), '--head',
      at('head.txt'))).code, 0);
  const late = await ctl('store', 'check', at('data'), '--head', at('late.txt'));
  assert.equal(late.code, 1);
  assert.match(late.out.replace(/\s+/g, ' '), /came after the backup/);

  const sentBefore = world.received().length;
  fs.copyFileSync(at('old/admin.key'), at('data/admin.key'));
  await world.startServer();
  const before = acknowledged.filter((one) => one.at < began);
  assert.ok(before.length > 1000, `${before.length} messages`);
  await t.test('nothing acknowledged is missing', async () => {
    for (const { message, verdict } of before.filter((_, i) => i % 5 === 0)) {
      const { message: found } = await world.call('AuditService', 'GetMessage',
          { message_id: verdict.message_id });
      assert.equal(found.text, message.text);
      assert.equal(found.decision, verdict.decision);
    }
    for (const { number } of optedOut.filter((one) => one.at < began)) {
      assert.ok(await inForce(number), number);
    }
  });
  await t.test('what waited is not sent', async () => {
    const waited = before.filter(({ message, verdict }) =>
      message.message_class !== commercial &&  // Opt-outs cancel these.
      message.send_after && verdict.decision === 'DECISION_DEFERRED');
    assert.ok(waited.length > 10);
    for (const { verdict } of waited.slice(0, 20)) {
      const { message } = await world.call('AuditService', 'GetMessage',
          { message_id: verdict.message_id });
      assert.equal(message.state, 'MESSAGE_STATE_UNKNOWN');
    }
    await sleep(500);
    assert.equal(world.received().length, sentBefore);
  });
  await t.test('new messages go, under ids of their own', async () => {
    const ids = new Set();
    for (let i = 0; i < 20; ++i) {
      const { verdicts } = await world.call('GatewayService', 'Submit',
          { messages: [code(String(13_600_000_000 + i))] }, key);
      assert.equal(verdicts[0].decision, 'DECISION_ACCEPTED');
      assert.ok(!lost.has(verdicts[0].message_id), 'an id of a lost message');
      ids.add(verdicts[0].message_id);
    }
    assert.equal(ids.size, 20);
    await until(() => world.received().length >= sentBefore + 20, 'delivery');
    // Ids of what is lost name nothing.
    const [one] = lost;
    await assert.rejects(world.call('AuditService', 'GetMessage',
        { message_id: one }), ({ code }) => code === 5);
  });
  await world.stopServer();
  await clean('data');
  await clean('old');
  await world.startServer();
});

test('damage of the store is named, and a whole copy stays', async () => {
  await world.stopServer();
  const whole = await backup('fresh', '--verify');
  assert.equal(whole.code, 0, whole.out);
  const again = await backup('fresh');
  assert.equal(again.json.bytes_copied, 0, again.out);
  const victim = segments(at('data'))[0];
  const keep = fs.readFileSync(at(`data/${victim}`));
  flip(at(`data/${victim}`), 1000);
  for (const to of ['fresh', 'other']) {
    const damaged = await backup(to);
    assert.equal(damaged.code, 1, to);
    assert.equal(damaged.json.damage[0].segment, 0);
    assert.match(damaged.json.damage[0].what, /checksum differs/);
  }
  assert.equal((await ctl('store', 'restore', at('fresh'),
      '--to', at('from-fresh'))).code, 0);
  await clean('from-fresh');
  const other = await ctl('store', 'restore', at('other'),
      '--to', at('from-other'));
  assert.equal(other.code, 1);
  assert.match(other.out, /as the backup said/);
  fs.writeFileSync(at(`data/${victim}`), keep);
  assert.equal((await backup('other')).code, 0);
  await world.startServer();
});

test('damage of the backup is named, and mended by --verify', async () => {
  const { files } = JSON.parse(fs.readFileSync(at('fresh/backup.json')));
  const victim = files.find((file) => /journal\/0000001/.test(file.path));
  flip(at(`fresh/${victim.stored}`), 500);
  const refused = await ctl('store', 'restore', at('fresh'), '--to', at('no'));
  assert.equal(refused.code, 1);
  assert.ok(refused.out.replace(/\s+/g, '').includes(victim.stored));
  // Nothing starts with the half of it.
  fs.renameSync(at('data'), at('aside'));
  fs.renameSync(at('no'), at('data'));
  await world.stopServer();
  await assert.rejects(world.startServer(), /being restored/);
  fs.renameSync(at('data'), at('no'));
  fs.renameSync(at('aside'), at('data'));
  await world.startServer();
  assert.equal((await backup('fresh', '--verify')).code, 0);
  assert.equal((await ctl('store', 'restore', at('fresh'),
      '--to', at('yes'))).code, 0);
});

test('a backup that was killed goes on', async () => {
  let killed = 0;
  for (let ms = 1; ms < 60; ms += 6) {
    const child = spawn(path.join(bin, 'sluicectl'), ['store', 'backup',
      at('killed'), '--from', at('data')], { stdio: 'ignore' });
    await sleep(ms);
    killed += child.exitCode === null;
    child.kill('SIGKILL');
    await new Promise((resolve) => child.exitCode === null &&
      child.signalCode === null ? child.once('exit', resolve) : resolve());
  }
  assert.ok(killed > 2, `${killed} killed`);
  const { code, out } = await backup('killed');
  assert.equal(code, 0, out);
  assert.deepEqual(fs.readdirSync(at('killed')).sort(),
      ['backup.json', 'files']);
  assert.equal((await ctl('store', 'restore', at('killed'), '--to',
      at('from-killed'))).code, 0);
  await clean('from-killed');
});

test('a store moves to another machine, and what waits is sent', async () => {
  const { verdicts } = await world.call('GatewayService', 'Submit',
      { messages: [{ ...code('13500000001'), send_after: {
        seconds: Math.floor(world.now() / 1000) + 8 } }] }, key);
  assert.equal(verdicts[0].decision, 'DECISION_DEFERRED');
  await world.stopServer();
  const taken = await backup('move', '--signing-key', at('data/signing.key'));
  assert.equal(taken.code, 0, taken.out);
  fs.renameSync(at('data'), at('left'));
  assert.equal((await ctl('store', 'restore', at('move'), '--to', at('data'),
      '--moved')).code, 0);
  assert.deepEqual(fs.readFileSync(at('data/signing.key')),
      fs.readFileSync(at('left/signing.key')));
  fs.copyFileSync(at('left/admin.key'), at('data/admin.key'));
  await world.startServer();
  await until(() => world.received().some(
      ({ dest }) => dest.endsWith('13500000001')), 'the message', 30);
  await world.stopServer();
  assert.match(await clean('data'), /Moved here on /);
  await world.startServer();
});
