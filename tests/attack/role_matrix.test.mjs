// Every call of every service with a key of every role, and with keys that are
// none. What is expected comes from the comments of the .proto files, so a call
// without a rule fails, and a new call is tested the day it is served.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { World, advert, code, grpc, protobuf, root, sleep, sluice }
  from '../e2e/world.mjs';
import { bearer, callAs, makeKey, makeKeys, makeRequests, roles, seconds }
  from './calls.mjs';
import { readJournals } from './journal.mjs';
import { leaksIn } from './privacy.mjs';
import { readApi, rolesByCall } from './roles.mjs';

const api = readApi();
const rules = rolesByCall(api);
// Served to everybody: probes and tools ask before they have a key.
const open = ['grpc.health.v1.Health',
  'grpc.reflection.v1alpha.ServerReflection'];

let world;
let keys;  // Secrets by role.
let known;  // Requests that take effect, by call.
before(async () => {
  world = await World.start();
  await world.populate();
  keys = await makeKeys(world);
  known = await makeRequests(world, keys);
});
after(() => world?.stop());

const refused = [grpc.status.UNAUTHENTICATED, grpc.status.PERMISSION_DENIED];
// A refusal says what is missing and nothing else: neither whether the party
// exists, nor anything about it.
const noKey = /^(no API key: send the header `authorization: Bearer KEY`|the API key is unknown, revoked or expired)$/;
const noRole = /^\w+\.\w+ needs an API key (with the role [a-z ]+|of an account)$/;

async function countRecords() {
  const { counts, shown } = await readJournals(world);
  assert.deepEqual(shown, []);
  const { failed_logins, octets, groups, records, ...kinds } = counts;
  return { ...kinds, records: records - (failed_logins ?? 0) };
}

test('every call has a rule, and every rule a call', () => {
  assert.ok(rules.size > 60, `${rules.size} calls`);
  for (const [name, needed] of rules) {
    assert.ok(needed.length > 0, `the comments of ${name} name no role`);
    assert.ok(needed.every((role) => roles.includes(role)),
        `the comments of ${name} name an unknown role: ${needed}`);
    const [service, method] = name.split('.');
    assert.ok(sluice[service]?.service[method], `${name} is in no service`);
  }
  const planted = protobuf.parse(`syntax = "proto3"; message M {}
    // Needs the role \`admin\`; GetThing may also be called with \`audit\`.
    service Good { rpc GetThing(M) returns (M); rpc PutThing(M) returns (M);
      // May also be called with \`officer\`.
      rpc ListThings(M) returns (M);
      // Needs the role \`complaints\`, and another key.
      rpc ConfirmThing(M) returns (M); }
    // Says nothing.
    service Bad { rpc GetThing(M) returns (M); }`,
  { alternateCommentMode: true }).root;
  assert.deepEqual([...rolesByCall(planted)], [
    ['Good.GetThing', ['admin', 'audit']], ['Good.PutThing', ['admin']],
    ['Good.ListThings', ['admin', 'officer']],
    ['Good.ConfirmThing', ['complaints']],
    ['Bad.GetThing', []]]);
});

test('the server serves these calls and no others', async () => {
  const { root: reflection } = protobuf.parse(`syntax = "proto3";
    message Request { string file_containing_symbol = 4;
      string list_services = 7; }
    message Service { string name = 1; }
    message Services { repeated Service service = 1; }
    message Files { repeated bytes file_descriptor_proto = 1; }
    message Response { Files file_descriptor_response = 4;
      Services list_services_response = 6; }`, { keepCase: true });
  const descriptors = new protobuf.Root().loadSync(path.join(root,
      'tests/e2e/node_modules/protobufjs/google/protobuf/descriptor.proto'));
  const ask = (request) => new Promise((resolve, reject) => {
    const client = new grpc.Client(
        world.address, grpc.credentials.createInsecure());
    const Response = reflection.lookupType('Response');
    const stream = client.makeBidiStreamRequest(
        '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
        (value) => Buffer.from(
            reflection.lookupType('Request').encode(value).finish()),
        (octets) => Response.decode(octets), new grpc.Metadata());
    stream.on('data', (answer) => { resolve(answer); client.close(); });
    stream.on('error', reject);
    stream.write(request);
    stream.end();
  });
  const { list_services_response: { service } } =
    await ask({ list_services: '*' });
  const served = [];
  for (const { name } of service) {
    if (open.includes(name)) continue;
    const { file_descriptor_response: files } =
      await ask({ file_containing_symbol: name });
    const File = descriptors.lookupType('google.protobuf.FileDescriptorProto');
    for (const octets of files.file_descriptor_proto) {
      const file = File.decode(octets);
      for (const one of file.service) {
        if (`${file.package}.${one.name}` !== name) continue;
        served.push(...one.method.map((method) => `${one.name}.${method.name}`));
      }
    }
  }
  assert.deepEqual(served.sort(), [...rules.keys()].sort());
  assert.deepEqual(open.filter((name) =>
    !service.some((one) => one.name === name)), []);
});

test('a call without the right is refused, tells and does nothing', async (t) => {
  const expiring = await makeKey(world, 'admin',
      { expire_time: seconds(world.now() + 2000) });
  const revoked = await makeKey(world, 'admin');
  await world.call('RegistryService', 'RevokeKey',
      { id: revoked.key.id, reason: 'matrix' });
  await sleep(3000);
  const { admin } = keys;
  const noKeys = { none: undefined, empty: 'Bearer ', basic: `Basic ${admin}`,
    bare: admin, wrong: bearer(admin.slice(0, -3) + 'AAA'),
    short: bearer(admin.slice(0, -1)), longer: bearer(`${admin}A`),
    unknown: bearer(admin.replace(/^slk_./, (head) =>
      head.slice(0, 4) + (head[4] === 'Z' ? 'Y' : 'Z'))),
    expired: bearer(expiring.secret), revoked: bearer(revoked.secret),
    huge: bearer('x'.repeat(4000)) };
  const before = await countRecords();

  let calls = 0;
  const told = [];
  const check = async (name, who, authorization, expected, text) => {
    const got = await callAs(world, name, known.get(name), authorization);
    ++calls;
    assert.equal(got.code, expected, `${name} with ${who}: ${got.message}`);
    assert.match(got.message, text, `${name} with ${who}`);
    told.push(got.message, got.trailers);
  };
  for (const [name, needed] of rules) {
    await Promise.all([
      ...Object.entries(noKeys).map(([who, authorization]) => check(name, who,
          authorization, grpc.status.UNAUTHENTICATED, noKey)),
      ...roles.filter((role) => !needed.includes(role)).map((role) => check(
          name, role, bearer(keys[role]), grpc.status.PERMISSION_DENIED,
          noRole))]);
  }
  t.diagnostic(`${calls} refused calls of ${rules.size}`);
  assert.deepEqual(await countRecords(), before, 'a refused call did something');
  assert.deepEqual(leaksIn(told.join('\n'), {
    numbers: Array.from({ length: 10 }, (_, i) => `1380013800${i}`),
    texts: [advert('').text, code('').text], secrets: Object.values(keys) }), []);
});

// Calls that this small store cannot let succeed: no campaign is held, the clock
// has not stepped, no retention waits, approval needs two persons, version 2 is
// published.
const cannot = ['RulesService.ReloadRules', 'RulesService.WithdrawVersion',
  'CampaignsService.ReleaseCampaign', 'CampaignsService.RejectCampaign',
  'OperationsService.AcceptClock', 'OperationsService.AllowRetention'];
const reads = /\.(Get|List|Search|Lookup|Explain|Preview|Export|Check|Watch)/;

test('a call with the right is served', async (t) => {
  const before = await countRecords();
  let calls = 0;
  const failed = [];
  for (const [name, needed] of rules) {
    assert.ok(reads.test(name) || known.has(name),
        `makeRequests() has no request with which ${name} takes effect`);
    const codes = [];
    // Two persons: the officer drafts and exempts, the admin looks at it.
    const order = /\.(Approve|Confirm)/.test(name) ? needed :
      needed.toReversed();
    for (const role of order) {
      const got = await callAs(world, name, known.get(name),
          bearer(keys[role]));
      ++calls;
      assert.ok(!refused.includes(got.code), `${name} as ${role}: ${got.message}`);
      codes.push(got.code);
    }
    if (!codes.includes(0) && !cannot.includes(name)) {
      failed.push(`${name}: ${codes}`);
    }
  }
  t.diagnostic(`${calls} allowed calls`);
  // Otherwise the refusals above have shown nothing.
  assert.deepEqual(failed, []);
  const now = await countRecords();
  for (const kind of ['records', 'decided', 'ended', 'opt_out_added',
    'opt_out_removed', 'party_changed', 'key_changed', 'rule_version_changed',
    'redecided', 'exemption_changed', 'operator_action',
    'opt_out_correction_changed', 'opt_out_import_began']) {
    assert.ok((now[kind] ?? 0) > (before[kind] ?? 0), `no further ${kind}`);
  }
});
