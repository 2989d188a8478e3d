// A mistaken import of opt-outs is undone by two persons, with the real
// programs and kills in the middle: at the end only the subscribers' own
// refusals are in force.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { World, advert, bin, sleep, until } from './world.mjs';

const run = promisify(execFile);
const count = 20_000;
const numberAt = (i) => String(13_500_000_000 + i);

let world;
let submitKey;
let officer;
let colleague;
before(async () => {
  world = await World.start();
  submitKey = await world.populate();
  for (const name of ['officer', 'colleague']) {
    const { secret } = await world.call('RegistryService', 'CreateKey',
        { roles: ['ROLE_OFFICER'], person: name, reason: 'e2e' });
    if (name === 'officer') officer = secret;
    else colleague = secret;
  }
});
after(() => world?.stop());

async function sluicectl(key, ...args) {
  const { stdout } = await run(path.join(bin, 'sluicectl'),
      ['--language', 'en', '--server', world.address, '--key', key, ...args]);
  return stdout;
}
const json = async (key, ...args) => JSON.parse(
    await sluicectl(key, ...args, '--json'));

async function lookup(number) {
  const { opt_outs } = await world.call(
      'OptOutsService', 'LookupOptOuts', { recipient: number });
  return opt_outs;
}
const inForce = async (number) =>
  (await lookup(number)).filter((one) => !one.remove_time);

async function reply(number, text) {
  world.tellSim({ mo: { from: number, to: '10690012',
    hex: Buffer.from(text).toString('hex'), fmt: 0 } });
  await until(async () => (await lookup(number)).some(
      (one) => one.source === 'OPT_OUT_SOURCE_REPLY'), `the reply of ${number}`);
}

const correctionOf = async (id) => (await world.call('OptOutsService',
    'ListCorrections', {})).corrections.find((one) => one.id === id);

test('a wrong import is undone, and own refusals stay', async (t) => {
  const own = [3, 4_999, 12_345].map(numberAt);
  const late = [7, 19_999].map(numberAt);
  for (const number of own) await reply(number, 'TD');

  const file = path.join(world.folder, 'customers.txt');
  fs.writeFileSync(file,
      Array.from({ length: count }, (_, i) => `${numberAt(i)}\n`).join(''));
  const imported = await json(officer, 'optout', 'import', file,
      '--content-provider', 'shop');
  assert.equal(imported.added, count);
  assert.match(imported.import_id, /^customers\.txt-[0-9a-f]{12}$/);
  // The same file again changes nothing, and with other flags it is another.
  const again = await json(officer, 'optout', 'import', file,
      '--content-provider', 'shop');
  assert.equal(again.existed, count);
  assert.equal(again.import_id, imported.import_id);
  const imports = (await sluicectl(officer, 'optout', 'imports', '--json'))
      .split('\n').filter(Boolean).map(JSON.parse);
  assert.deepEqual(imports.map(({ id }) => id), [imported.import_id]);
  for (const number of late) await reply(number, 'TD');
  for (const number of [...own, ...late]) {
    assert.equal((await inForce(number)).length, 2, number);
  }

  const proposed = await json(officer, 'optout', 'correct', '--import',
      imported.import_id, '--reason', 'active customers');
  assert.equal(Number(proposed.found), count);
  const { id } = proposed;
  await assert.rejects(sluicectl(officer, 'optout', 'confirm', id),
      /colleague/);
  const shown = await sluicectl(colleague, 'optout', 'confirm', id, '--no-wait');
  assert.match(shown, /also if you leave/);
  // Killed again and again, it goes on where it was.
  let kills = 0;
  for (let seen = 0; kills < 3; ++kills) {
    const { state, removed } = await until(async () => {
      const one = await correctionOf(id);
      return (one.removed > seen || one.state === 'CORRECTION_STATE_DONE') && one;
    }, 'progress');
    if (state === 'CORRECTION_STATE_DONE') break;
    seen = removed;
    await world.stopServer('SIGKILL');
    await world.startServer();
  }
  t.diagnostic(`${kills} kills`);
  const done = await until(async () => {
    const one = await correctionOf(id);
    return one.state === 'CORRECTION_STATE_DONE' && one;
  }, 'the end of the correction', 60);
  assert.equal(done.removed, count);
  assert.equal(done.found, count);
  assert.equal(done.kept, 0);

  for (const number of [...own, ...late]) {
    const left = await inForce(number);
    assert.deepEqual(left.map((one) => one.source), ['OPT_OUT_SOURCE_REPLY']);
  }
  for (const i of [0, 1, 2, 5, 6, 8, 4_998, 5_000, 12_344, 19_998]) {
    const [one, ...more] = await lookup(numberAt(i));
    assert.deepEqual(more, []);
    assert.equal(one.correction_id, id);
    assert.equal(one.import_id, imported.import_id);
    assert.equal(one.removal_proof, 'active customers');
    assert.equal(one.consent_time, null);
  }
  const { verdicts } = await world.call('GatewayService', 'Check', { messages:
    [advert(own[0]), advert(late[1]), advert(numberAt(0))] }, submitKey);
  const optedOut = verdicts.map(({ reasons }) =>
    reasons.some(({ code }) => code === 'RECIPIENT_OPTED_OUT'));
  assert.deepEqual(optedOut, [true, true, false]);
});

test('one opt-out is undone by its number', async () => {
  const number = '13600136000';
  await sluicectl(officer, 'optout', 'add', number, '--content-provider',
      'shop', '--evidence', 'call 118');
  const proposed = await sluicectl(officer, 'optout', 'correct', number,
      '--reason', 'typed the wrong number');
  const [, id] = proposed.match(/optout confirm (c\d+)/);
  assert.match(await sluicectl(colleague, 'optout', 'confirm', id,
      '--reason', 'listened to the call'), /1 opt-out removed/);
  assert.equal((await inForce(number)).length, 0);
  const shown = await sluicectl(officer, 'optout', 'lookup', number);
  assert.match(shown, /removed by/);
  assert.ok(shown.includes(`correction ${id}`), shown);
  const dossier = await sluicectl(officer, 'dossier', number);
  assert.match(dossier, /opt-out corrected/);
  assert.match(dossier, /removed by /);
});
