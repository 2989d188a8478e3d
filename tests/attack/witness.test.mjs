// Witnesses of the real sluiced: what they hold gives away a store that was
// put back to an older state, which the store alone cannot show.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { World, bin, code, until } from '../e2e/world.mjs';

const run = promisify(execFile);

// A witness with a server: it keeps what it is sent while `open`.
async function startWitness(t) {
  const witness = { got: [], tried: 0, open: true };
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (data) => { body += data; });
    request.on('end', () => {
      ++witness.tried;
      if (witness.open) witness.got.push(body);
      response.writeHead(witness.open ? 204 : 503).end();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  witness.url = `http://127.0.0.1:${server.address().port}/heads`;
  return witness;
}

const numberOf = (head) => Number(head.match(/^number (\d+)$/m)[1]);

test('witnesses get every head, and know an older store', async (t) => {
  const witness = await startWitness(t);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-witness-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const kept = path.join(folder, 'heads.txt');
  const world = await World.start({ more:
    `witnesses: [{file: "${kept}"}, {url: "${witness.url}"}]` });
  t.after(() => world.stop());
  const key = await world.populate();
  const file = (name) => path.join(world.folder, name);
  const ctl = async (...args) =>
    (await run(path.join(bin, 'sluicectl'), ['--server', world.address,
      '--key', world.adminKey, '--language', 'en', ...args])).stdout;
  const sign = async (number) => {
    await world.call('GatewayService', 'Submit',
        { messages: [code(String(number))] }, key);
    const { head } = await world.call('ProofsService', 'GetHead', {});
    return head.text;
  };

  // Both get each head, and those of an outage in order.
  const first = await sign(13800000001);
  await until(() => witness.got.includes(first), 'the server has the head');
  await until(() => fs.readFileSync(kept, 'utf8').includes(first),
      'the file has the head');
  witness.open = false;
  const tried = witness.tried;
  const missed = [];
  for (let i = 0; i < 3; ++i) missed.push(await sign(13800000010 + i));
  await until(() => witness.tried > tried, 'the witness is tried');
  witness.open = true;
  await until(() => missed.every((head) => witness.got.includes(head)),
      'what was missed is there');
  const numbers = witness.got.map(numberOf);
  numbers.forEach((number, i) => assert.equal(number, numbers[0] + i));

  // On paper: two lines are enough.
  const page = await ctl('audit', 'head', '--print');
  for (const line of page.split('\n')) assert.ok(line.length <= 80, line);
  fs.writeFileSync(file('typed.txt'), page.split('\n').filter(
      (line) => /^(number|fingerprint)/.test(line)).join('\n').toLowerCase());
  assert.match(await ctl('audit', 'head', '--compare', file('typed.txt')),
      /is the one that was kept/);

  // A copy of the whole store, which goes on meanwhile.
  const data = file('data');
  await world.stopServer();
  fs.cpSync(data, file('older'), { recursive: true });
  await world.startServer();
  const late = await sign(13800000020);
  await until(() => fs.readFileSync(kept, 'utf8').includes(late),
      'the file has the head');
  fs.writeFileSync(file('page.txt'), await ctl('audit', 'head', '--print'));
  await world.stopServer();
  const check = (...args) => ctl('store', 'check', data, ...args);
  assert.match(await check('--witness', kept), /No damage/);
  assert.match(await check('--head', file('page.txt')), /No damage/);
  fs.renameSync(data, file('newer'));
  fs.renameSync(file('older'), data);
  assert.match(await check(), /No damage/);
  assert.match(await check('--head', file('typed.txt')), /No damage/);
  const fault = /head \d+,\s+which was kept\s+elsewhere,\s+is\s+missing/;
  for (const args of [['--witness', kept], ['--head', file('page.txt')]]) {
    await assert.rejects(check(...args), (error) => error.code === 1 &&
        fault.test(error.stdout.replaceAll(/\s+/g, ' ')), args[0]);
  }

  // It goes on as if nothing were: the witness has two heads of one number.
  await world.startServer();
  const other = await sign(13800000030);
  await until(() => fs.readFileSync(kept, 'utf8').includes(other),
      'the file has the head');
  await world.stopServer();
  await assert.rejects(check('--witness', kept), (error) => error.code === 1 &&
      /kept elsewhere/.test(error.stdout.replaceAll(/\s+/g, ' ')));
});
