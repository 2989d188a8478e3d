// Proofs of the real sluiced, verified by sluicectl and by a verifier that
// shares no code with it; each change of a proof is found by both.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { World, bin, code, until } from '../e2e/world.mjs';
import { runPython } from './journal.mjs';

const run = promisify(execFile);

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

  // The store says the same of itself, up to its last head.
  await world.stopServer();
  const check = await ctl('store', 'check', file('data'),
      '--head', file('late.txt'));
  assert.match(check, /No damage\.\nComplete and unchanged up to head /);
});
