// Proofs of the real sluiced, verified by sluicectl and by a verifier that
// shares no code with it; each change of a proof is found by both.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { World, bin, code, grpc, until } from '../e2e/world.mjs';
import { runPython } from './journal.mjs';

const run = promisify(execFile);

// A message as protobuf's JSON has it.
function jsonOf(value) {
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (Array.isArray(value)) return value.map(jsonOf);
  if (value === null || typeof value !== 'object') return value;
  if ('nanos' in value) {
    const ms = Math.round(value.nanos / 1e6);
    return new Date(value.seconds * 1000 + ms).toISOString();
  }
  return Object.fromEntries(Object.entries(value)
      .map(([name, field]) => [name, jsonOf(field)]));
}

test('proofs hold, and changed ones do not', async (t) => {
  const world = await World.start({ store: ', partitions: 2' });
  t.after(() => world.stop());
  const key = await world.populate();
  const file = (name) => path.join(world.folder, name);
  const ctl = async (...args) =>
    (await run(path.join(bin, 'sluicectl'), ['--server', world.address,
      '--key', world.adminKey, '--language', 'en', ...args])).stdout;
  const verify = (name, ...args) => ctl('audit', 'verify', file(name), ...args);
  const submit = async (from, count) => {
    const messages = Array.from({ length: count }, (_, i) =>
      code(String(from + i)));
    return (await world.call('GatewayService', 'Submit', { messages }, key))
        .verdicts;
  };

  const [{ message_id: id }] = await submit(13800000000, 300);
  await until(async () => (await world.call('AuditService', 'GetMessage',
      { message_id: id })).message.state === 'MESSAGE_STATE_DELIVERED',
  'the message is delivered');
  await ctl('audit', 'head', '--out', file('early.txt'));
  const early = fs.readFileSync(file('early.txt'), 'utf8');
  const number = early.match(/^number (\d+)$/m)[1];
  const keyId = early.match(/^key ([0-9a-f]{16})$/m)[1];
  await submit(13800010000, 700);
  await ctl('audit', 'head', '--out', file('late.txt'));
  const late = fs.readFileSync(file('late.txt'), 'utf8')
      .match(/^number (\d+)$/m)[1];

  await ctl('audit', 'prove', id, '--out', file('message.json'));
  await ctl('audit', 'prove', '--between', number, late,
      '--out', file('heads.json'));
  const proof = JSON.parse(fs.readFileSync(file('message.json')));
  assert.ok(proof.records.length >= 4, 'decided, handed over, answered, reported');
  for (const record of proof.records) assert.ok(record.path.length >= 8);

  const shown = await verify('message.json', '--key', keyId);
  assert.match(shown, /records of message .* are in head/);
  assert.match(shown, /8613800000000/);
  assert.match(await verify('heads.json', '--head', file('early.txt')),
      /holds all records of head/);
  for (const name of ['message.json', 'heads.json']) {
    assert.equal((await runPython('verify_proof.py', [file(name)])).stdout,
        'the proof holds\n');
  }
  await assert.rejects(verify('message.json', '--key', '0123456789abcdef'),
      /not 0123456789abcdef/);
  await assert.rejects(verify('message.json', '--head', file('early.txt')),
      /none of those in the proof/);

  // Every hash, record, place and line of a head counts.
  const flip = (base64) => {
    const octets = Buffer.from(base64, 'base64');
    octets[octets.length >> 1] ^= 1;
    return octets.toString('base64');
  };
  const changes = {
    record: (p) => { p.records[1].record = flip(p.records[1].record); },
    leaf: (p) => { p.records[1].leaf = flip(p.records[1].leaf); },
    index: (p) => { p.records[1].index = String(+p.records[1].index ^ 1); },
    path: (p) => { p.records[1].path[2] = flip(p.records[1].path[2]); },
    'longer path': (p) => { p.records[1].path.push(p.records[1].leaf); },
    'shorter path': (p) => { p.records[1].path.pop(); },
    head: (p) => { p.head.text = p.head.text.replace(/^time 2/m, 'time 3'); },
    size: (p) => {
      p.head.text = p.head.text.replace(/^(journal \S+ \d)/m, '$17');
    },
    key: (p) => { p.head.public_key = flip(p.head.public_key); },
  };
  for (const [what, change] of Object.entries(changes)) {
    const changed = structuredClone(proof);
    change(changed);
    fs.writeFileSync(file('changed.json'), JSON.stringify(changed));
    await assert.rejects(verify('changed.json'), (error) => error.code === 1,
        what);
    assert.notEqual((await runPython('verify_proof.py',
        [file('changed.json')])).code, undefined, what);
  }
  const grown = JSON.parse(fs.readFileSync(file('heads.json')));
  for (const journal of grown.journals.filter((one) => one.path)) {
    const before = journal.path[0];
    journal.path[0] = flip(before);
    fs.writeFileSync(file('changed.json'), JSON.stringify(grown));
    await assert.rejects(verify('changed.json'), /does not hold all/);
    assert.notEqual((await runPython('verify_proof.py',
        [file('changed.json')])).code, undefined);
    journal.path[0] = before;
  }

  // An export is journaled with the digest of its file: its cover proves it.
  fs.writeFileSync(file('export.csv'), 'number,decision\n138****0000,SENT\n');
  const { proof: cover } = await world.call('ProofsService', 'SealExport', {
    kind: 'messages', rows: 1, filters: 'recipient 13800000000, since 2026-03-01',
    sha256: createHash('sha256').update(fs.readFileSync(file('export.csv')))
        .digest() });
  assert.equal(cover.export.filters, 'recipient 138****0000, since 2026-03-01');
  fs.writeFileSync(file('cover.json'), JSON.stringify(jsonOf(cover)));
  const sealed = await verify('cover.json', '--key', keyId);
  assert.match(sealed, /This export was journaled, and is in head/);
  assert.match(sealed, /was not compared/);
  assert.match(await verify('cover.json', '--file', file('export.csv')),
      /export\.csv is the file that was exported, unchanged/);
  assert.equal((await runPython('verify_proof.py', [file('cover.json')])).stdout,
      'the proof holds\n');
  fs.appendFileSync(file('export.csv'), '138****0001,SENT\n');
  await assert.rejects(verify('cover.json', '--file', file('export.csv')),
      /is not the file that was exported/);
  await assert.rejects(verify('heads.json', '--file', file('export.csv')),
      /is not the cover of an export/);
  const lies = {
    rows: (c) => { c.export.rows = 2; },
    filters: (c) => { c.export.filters = ''; },
    digest: (c) => { c.export.sha256 = '00'.repeat(32); },
    time: (c) => { c.export.time = '2026-01-01T00:00:00Z'; },
    record: (c) => { c.records[0].record = flip(c.records[0].record); },
    head: (c) => { c.head.text = early; },
    'another journal': (c) => { c.journal = 'partition-000'; },
  };
  for (const [what, change] of Object.entries(lies)) {
    const changed = jsonOf(cover);
    change(changed);
    fs.writeFileSync(file('changed.json'), JSON.stringify(changed));
    await assert.rejects(verify('changed.json'), (error) => error.code === 1,
        what);
  }
  for (const bad of [{ kind: 'Messages!' }, { sha256: Buffer.alloc(31) },
    { filters: 'x'.repeat(2001) }]) {
    await assert.rejects(world.call('ProofsService', 'SealExport',
        { kind: 'messages', sha256: Buffer.alloc(32), ...bad }),
    (error) => error.code === grpc.status.INVALID_ARGUMENT);
  }

  // Another key: checks follow from the old one, which signed it.
  await assert.rejects(world.call('ProofsService', 'RotateSigningKey', {}),
      (error) => error.code === grpc.status.INVALID_ARGUMENT);
  assert.match(await ctl('audit', 'rotate-key', '--reason', 'once a year'),
      /the key is [0-9a-f]{16}, which the old key signed/);
  await submit(13800020000, 10);
  await ctl('audit', 'head', '--out', file('new-key.txt'));
  const newest = fs.readFileSync(file('new-key.txt'), 'utf8');
  const newKeyId = newest.match(/^key ([0-9a-f]{16})$/m)[1];
  assert.notEqual(newKeyId, keyId);
  await ctl('audit', 'prove', id, '--out', file('message-chained.json'));
  await ctl('audit', 'prove', '--between', number,
      newest.match(/^number (\d+)$/m)[1], '--out', file('heads-chained.json'));
  for (const name of ['message-chained.json', 'heads-chained.json']) {
    const said = await verify(name, '--key', keyId);
    assert.match(said, new RegExp(`Key ${newKeyId} was signed by key ${keyId}`));
    assert.equal((await runPython('verify_proof.py', [file(name)])).stdout,
        'the proof holds\n');
  }
  const chained = JSON.parse(fs.readFileSync(file('message-chained.json')));
  assert.equal(chained.head.keys.length, 2);
  for (const change of [
    (head) => { head.keys[1].signature = flip(head.keys[1].signature); },
    (head) => { head.keys.pop(); }]) {
    const changed = structuredClone(chained);
    change(changed.head);
    fs.writeFileSync(file('changed.json'), JSON.stringify(changed));
    await assert.rejects(verify('changed.json'), (error) => error.code === 1);
    assert.notEqual((await runPython('verify_proof.py',
        [file('changed.json')])).code, undefined);
  }

  // The store says the same of itself, up to its last head.
  await world.stopServer();
  const check = await ctl('store', 'check', file('data'),
      '--head', file('late.txt'));
  assert.match(check, /No damage\.\nComplete and unchanged up to head /);
  assert.match(check, new RegExp(`the key is ${newKeyId}, signed by the`));
  const lines = (await ctl('--json', 'store', 'check', file('data')))
      .trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(lines.at(-1).keys.map((one) =>
    [one.key, one.signed_by_previous]), [[keyId, false], [newKeyId, true]]);
});
