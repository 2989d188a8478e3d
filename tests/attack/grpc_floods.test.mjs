// Floods of the gRPC port: memory stays within a bound that each test states,
// and a well-behaved caller is served meanwhile.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AttackedWorld } from './grpc_world.mjs';

let world;
before(async () => { world = await AttackedWorld.start(); });
after(() => world?.stop());

// A gzip bomb of 4 MB for 4 GB.
for (const method of ['Submit', 'SubmitStream']) {
  const path = `/sluice.v1.GatewayService/${method}`;
  test(`${method}: gzip of 4 MB stays 4 MB, without a key`, () =>
    world.withstand(() => [world.attack('bomb', { method: path, seconds: 5 })],
        { growth: 64 }));
  test(`${method}: gzip of 4 MB stays 4 MB, with a key`, () =>
    world.withstand(() => [world.attack('bomb',
        { method: path, key: world.key, seconds: 5 })], { growth: 64 }));
}

test('unfinished requests without a key cost next to nothing', () =>
  world.withstand(() => [world.attack('bodies',
      { connections: 200, streams: 50, seconds: 8 })], { growth: 192 }));

test('unfinished requests without a key, to a method that needs none', () =>
  world.withstand(() => [world.attack('bodies', { connections: 200, streams: 4,
    method: '/grpc.health.v1.Health/Check', seconds: 8 })], { growth: 192 }));

test('unfinished requests with a key: 16 are read, the others wait', async () => {
  const key = await world.anotherKey();
  await world.withstand(() => [world.attack('bodies',
      { connections: 50, streams: 20, key, seconds: 10 })], { growth: 320 });
});

test('one request of 2 GiB with a key', async () => {
  const key = await world.anotherKey();
  const [{ closed }] = await world.withstand(() => [world.attack('bodies',
      { connections: 1, streams: 1, size: 2000 << 20, key, seconds: 10 })],
  { growth: 256 });
  assert.equal(closed, 1);
});

test('headers without an end', () => world.withstand(
    () => [world.attack('headers', { connections: 20, seconds: 5 })], { growth: 192 }));

test('headers without an end, from one who has a key', async () => {
  const key = await world.anotherKey();
  const [{ closed }] = await world.withstand(
      () => [world.attack('headers', { key, seconds: 5 })], { growth: 192 });
  assert.equal(closed, 1);
});

test('fields without an end', () => world.withstand(
    () => [world.attack('fields', { connections: 20, seconds: 5 })], { growth: 192 }));

test('calls without a key that are reset at once', async () => {
  const [{ closed, sent }] = await world.withstand(
      () => [world.attack('reset', { connections: 4 })], { growth: 512 });
  assert.equal(closed, 4, 'connections that only reset calls are closed');
  assert.ok(sent < 4 * 100_000);
});

test('calls with a key that are reset at once', async () => {
  const key = await world.anotherKey();
  const [{ closed }] = await world.withstand(
      () => [world.attack('reset', { key, connections: 4 })], { growth: 512 });
  assert.equal(closed, 4);
});

test('unfinished requests of many streams with a key', async () => {
  const key = await world.anotherKey();
  await world.withstand(() => [world.attack('bodies', { connections: 10, streams: 20,
    method: '/sluice.v1.GatewayService/SubmitStream', key, seconds: 10 })],
  { growth: 448 });
});

for (const kind of ['pings', 'settings', 'empty']) {
  test(`a flood of ${kind}`, async () => {
    const [{ closed }] = await world.withstand(
        () => [world.attack(kind, { connections: 4, seconds: 5 })], { growth: 256 });
    assert.equal(closed, 4);
  });
}
