// P9: numbers and texts that this test knows are put into every text field of
// every call, into malformed messages, replies and HTTP requests. None of them
// may come back in an error, the log or the metrics.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { World, advert, code, notice, until } from '../e2e/world.mjs';
import { bearer, callAs, makeKeys, makeRequests } from './calls.mjs';
import { leaksIn } from './privacy.mjs';
import { readApi, rolesByCall } from './roles.mjs';

const api = readApi();
const rules = rolesByCall(api);
const number = '13987654321';
const spellings = [number, `+86${number}`, '0086-139-8765-4321'];
const text = '【云杉超市】祝奶奶八十大寿快乐，老地方见。';

let world;
let keys;
const told = [];  // The errors of calls.
const known = () => ({ numbers: [number, '13800138002', '13900139000'],
  texts: [text, advert('').text, notice('', '118').text, '别再给我发了，我要投诉你们'],
  secrets: [...Object.values(keys), world.adminKey] });

before(async () => {
  world = await World.start({ level: 'debug' });
  await world.populate();
  keys = await makeKeys(world);
});
after(() => world?.stop());

// Fields that name something. A text in one is no text of a message, and errors
// quote it: "there is no 'shop'". A number is masked there too.
const names = /^(id|.*_ids?|rule|license_areas)$/;
// Parties that were made with a number as their name would be named by it.
const made = /^(id|alias|name|variables)$/;

// `request` with `value` in each of its text fields in turn, the fields that
// are not set too; not in those of which `skips` holds. Maps and lists get it as
// their only value.
function* withValue(type, request, value, skips, depth = 0) {
  for (const field of type.fieldsArray) {
    if (skips.test(field.name)) continue;
    const of = field.resolve().resolvedType;
    const wrap = (inner) => ({ ...request, [field.name]:
      field.map ? { [value]: inner } : field.repeated ? [inner] : inner });
    if (field.type === 'string') yield wrap(value);
    if (field.type === 'bytes') yield wrap(Buffer.from(value));
    if (!of?.fieldsArray || depth > 3) continue;
    const there = request[field.name];
    const inner = (Array.isArray(there) ? there[0] : there) ?? {};
    for (const one of withValue(of, inner, value, skips, depth + 1)) {
      yield wrap(one);
    }
  }
}

// The type of a call's request.
function requestOf(name) {
  const [service, method] = name.split('.');
  const node = api.lookupService(service).methods[method].resolve();
  return node.resolvedRequestType;
}

test('what is hidden would be found', () => {
  const found = leaksIn(`to=+86 139-8765-4321 ${text} ${keys.admin}`, known());
  assert.equal(found.length, 3, found.join());
  assert.deepEqual(leaksIn('to=139****4321 key=' +
      keys.admin.split('_')[1], known()), []);
});

test('no error repeats a number or a text', async (t) => {
  const requests = await makeRequests(world, keys);
  let calls = 0;
  let errors = 0;
  for (const [name, needed] of rules) {
    const key = bearer(keys[needed[0]]);
    const numbers = /Service\.(Create|Update)/.test(name) ? made : /^$/;
    const all = [...spellings, text, `${text}\u0001`].flatMap((value) => [
      ...withValue(requestOf(name), requests.get(name) ?? {}, value,
          value.startsWith(text) ? names : numbers)]);
    for (let i = 0; i < all.length; i += 32) {
      const batch = all.slice(i, i + 32);
      const answers = await Promise.all(batch.map((request) =>
        callAs(world, name, request, key)));
      calls += answers.length;
      answers.forEach(({ code: failed, message, trailers }, j) => {
        const status = answers[j].answer?.status;
        if (!failed && !status?.code) return;
        ++errors;
        told.push(message, trailers, JSON.stringify(status ?? ''));
        const leaks = leaksIn(told.slice(-3).join('\n'), known());
        if (leaks.length > 0) {
          console.log(name, leaks.join(), message.slice(0, 200));
        }
      });
    }
  }
  t.diagnostic(`${calls} calls, ${errors} errors`);
  assert.ok(errors > 500, 'too few errors');
  assert.deepEqual(leaksIn(told.join('\n'), known()), []);
});

test('no log and no metric has one', async () => {
  // Traffic that the log has something to say about: replies with texts,
  // unknown access numbers, a carrier that goes, a kill, wrong keys.
  for (const spelling of spellings) {
    await world.call('GatewayService', 'Submit', { messages: [
      { ...advert(spelling), text }, { ...code(spelling), sender: spelling },
      notice(spelling, '118'), notice(`${spelling}9`, '118')] }, keys.submit);
  }
  for (const to of ['10690012', '99999', number]) {
    world.tellSim({ mo: { from: number, to, text: '别再给我发了，我要投诉你们' } });
    world.tellSim({ mo: { from: '13900139000', to, text } });
    world.tellSim({ mo: { from: number, to, hex: 'fffe00', fmt: 8 } });
  }
  const { opt_outs } = await until(async () => {
    const found = await world.call('OptOutsService', 'LookupOptOuts',
        { recipient: number });
    return found.opt_outs.some(({ raw_reply }) => raw_reply) && found;
  }, 'the reply');
  assert.ok(opt_outs.length > 0);
  await callAs(world, 'DossierService.GetDossier', { recipient: number },
      bearer(keys.admin.slice(0, -1)));
  await world.stopSim();
  await world.startSim();
  const metrics = [];
  const http = async (path) => {
    const at = `http://127.0.0.1:${world.server.ready.http_port}`;
    metrics.push(await (await fetch(`${at}/${encodeURI(path)}`)).text());
  };
  for (const path of ['metrics', 'healthz', 'readyz', number, text]) {
    await http(path);
  }
  await world.stopServer('SIGKILL');
  await world.startServer();
  await http('metrics');
  await world.stopServer();
  const written = world.output();
  assert.ok(written.length > 1000, written);
  assert.ok(metrics.join('').includes('sluice_'), 'no metrics');
  assert.deepEqual(leaksIn(written, known()), []);
  assert.deepEqual(leaksIn(metrics.join('\n'), known()), []);
});
