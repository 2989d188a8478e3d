// A server under attack: memory, a well-behaved caller, and the attackers, each
// a process of its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { World, code, sleep } from '../e2e/world.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const MiB = 1024 * 1024;

export class AttackedWorld extends World {
  // As World.start(); with a key that may submit.
  static async start({ listen = '', ...settings } = {}) {
    const world = await super.start({ limits: 'retry_delay_ms: 200',
      listen: `, plaintext_anywhere: true${listen}`, ...settings });
    world.next = 13_800_000_000;
    world.key = await world.populate();
    return world;
  }

  // Another key that may submit.
  async anotherKey() {
    const { secret } = await this.call('RegistryService', 'CreateKey',
        { account_id: 'acc', roles: ['ROLE_SUBMIT'], note: 'two', reason: 'e2e' });
    return secret;
  }

  // Starts an attack of grpc_flood.mjs; resolves to what it printed.
  attack(kind, options) {
    const child = spawn(process.execPath, [path.join(here, 'grpc_flood.mjs'), kind,
      String(this.server.ready.port), JSON.stringify(options)],
    { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', (data) => { out += data; });
    return new Promise((resolve, reject) => child.once('exit', (status) =>
      status === 0 ? resolve(JSON.parse(out))
        : reject(new Error(`attack ${kind} ended with ${status}`))));
  }

  memory(which = 'VmRSS') {
    const text = fs.readFileSync(`/proc/${this.server.child.pid}/status`, 'utf8');
    return Number(new RegExp(`${which}:\\s+(\\d+) kB`).exec(text)[1]) * 1024 / MiB;
  }

  // One message over a connection of its own; returns the milliseconds it took.
  async submitOnce(key = this.key) {
    const began = Date.now();
    const client = this.client('GatewayService');
    try {
      const answer = await new Promise((resolve, reject) => client.Submit(
          { messages: [code(String(++this.next))] }, this.metadata(key),
          { deadline: began + 10_000 },
          (error, value) => error ? reject(error) : resolve(value)));
      assert.equal(answer.verdicts.length, 1);
    } finally {
      client.close();
    }
    return Date.now() - began;
  }

  // Attacks, and meanwhile submits over new connections and over an old one.
  // Asserts that every submit takes less than `seconds`, and that the process
  // never takes `growth` MiB more than before.
  async withstand(attacks, { growth, seconds = 3, key = this.key }) {
    // Resets the peak.
    fs.writeFileSync(`/proc/${this.server.child.pid}/clear_refs`, '5');
    const before = this.memory();
    let running = true;
    const results = Promise.all(attacks()).finally(() => { running = false; });
    results.catch(() => {});
    const took = [];
    do {
      took.push(await this.submitOnce(key));
      const began = Date.now();
      await this.call('GatewayService', 'Submit',
          { messages: [code(String(++this.next))] }, key);
      took.push(Date.now() - began);
      await sleep(50);
    } while (running);
    const peak = this.memory('VmHWM') - before;
    const slowest = Math.max(...took);
    const all = await results;
    console.log(`# memory +${peak.toFixed(0)} MiB of ${growth}, ${took.length} ` +
      `submits, the slowest ${slowest} ms; ${JSON.stringify(all)}`);
    assert.ok(peak < growth, `memory grew by ${peak.toFixed(0)} MiB`);
    assert.ok(slowest < seconds * 1000, `a submit took ${slowest} ms`);
    assert.equal(this.server.child.exitCode, null);
    return all;
  }

  // A unary call of any bytes; resolves to its error.
  raw(method, bytes, key) {
    const client = this.client('GatewayService');
    const same = (buffer) => buffer;
    return new Promise((resolve) => client.makeUnaryRequest(method, same, same,
        bytes, this.metadata(key), { deadline: Date.now() + 10_000 },
        (error) => { client.close(); resolve(error); }));
  }
}
