// The HTTP port under attack, over real sockets to the real sluiced: whatever
// the attackers send or do not send, /healthz answers within a second on a new
// connection from another address, and memory stays within a bound. With
// SLUICE_HTTPS=1 the port has a certificate, the attackers attack TLS, and the
// answer may take 3 seconds.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { sleep, start } from '../e2e/world.mjs';

const secure = process.env.SLUICE_HTTPS === '1';
// Handshakes compute, those of the attackers on the same cores.
const healthMsMax = secure ? 3000 : 1000;
// What an attack may add to the memory of the process at its highest.
const grownMiBMax = secure ? 128 : 64;
const attackMs = Number(process.env.SLUICE_ATTACK_MS ?? 2000);

let folder;
let server;
let port = workerData?.port;

async function startServer() {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-http-'));
  const config = path.join(folder, 'sluice.yaml');
  if (secure) {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes',
      '-subj', '/CN=gate', '-days', '90', '-keyout', `${folder}/key`,
      '-out', `${folder}/pem`], { stdio: 'ignore' });
  }
  const pair = secure ?
    `, tls_certificate: ${folder}/pem, tls_key: ${folder}/key` : '';
  fs.writeFileSync(config, `
listen: {address: "127.0.0.1:0", http_address: "127.0.0.1:0"${pair}}
store: {path: ${folder}/data}
`);
  server = await start('sluiced', ['--config', config, '--json']);
  port = server.ready.http_port;
}

async function stopServer() {
  server?.child.kill('SIGTERM');
  await server?.exited;
  fs.rmSync(folder, { recursive: true, force: true });
}

function highestMiB() {
  const status = fs.readFileSync(`/proc/${server.child.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)[1]) / 1024;
}

// Makes the highest memory count from now.
function forgetHighest() {
  fs.writeFileSync(`/proc/${server.child.pid}/clear_refs`, '5');
}

// Calls `connected` after the handshake, if there is one.
function connect(options, connected) {
  return options.secure ?
    tls.connect({ rejectUnauthorized: false, ...options }, connected) :
    net.connect(options, connected);
}

// Milliseconds until /healthz has answered on a new connection, to a caller as
// far away as `pauseMs`. As a load balancer, it has an address of its own.
function askHealth(pauseMs = 0) {
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', secure,
      localAddress: '127.0.0.2' }, async () => {
      if (pauseMs > 0) await sleep(pauseMs);
      socket.write('GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n');
    });
    let answer = '';
    socket.setTimeout(4 * healthMsMax, () =>
      socket.destroy(new Error('no answer')));
    socket.on('data', (data) => { answer += data; });
    socket.on('error', reject);
    socket.on('close', () => answer.startsWith('HTTP/1.1 200 ') ?
        resolve(performance.now() - begin) :
        reject(new Error(`/healthz: "${answer}"`)));
  });
}

// Connections that send `first`, and then what `more(socket)` does, from one or
// more addresses, with the handshake of TLS or without. One that the server
// closes comes back after half a second.
function attackers(count, first = '', more = () => {}, addresses = 1,
    handshake = false) {
  const attack = (i) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true,
      localAddress: `127.0.${i % addresses}.1`, secure: handshake }, () => {
      if (first) socket.write(first);
      more(socket);
    });
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.on('close', () => setTimeout(attack, 500, i));
    socket.resume();
  };
  for (let i = 0; i < count; ++i) attack(i);
}

// Writes `piece` for as long as the other side takes it.
const endlessly = (piece) => (socket) => {
  const write = () => {
    while (!socket.destroyed && socket.writable && socket.write(piece));
  };
  socket.on('drain', write);
  write();
};

// Writes one octet a second.
const dripping = (octet) => (socket) => {
  const timer = setInterval(() => socket.write(octet), 1000);
  socket.on('close', () => clearInterval(timer));
};

const get = (target) => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`;
const post = (header) =>
  `POST /metrics HTTP/1.1\r\nHost: a\r\n${header}\r\n\r\n`;

// The beginning of a ClientHello of TLS that says it has 128 KiB.
const hello = Buffer.from('1603014000010200000303', 'hex');

const attacks = secure ? {
  '2,000 silent connections': () => attackers(2000),
  '2,000 handshakes that never end': () => attackers(2000, hello),
  'large handshakes that drip': () => attackers(2000,
      Buffer.concat([hello, Buffer.alloc(16_000)]), dripping('x')),
  'octets that are no TLS': () => attackers(
      50, 'x', endlessly('x'.repeat(65536))),
  'HTTP without TLS': () => attackers(500, get('/healthz')),
  'heads that drip within TLS': () => attackers(
      500, 'G', dripping('E'), 1, true),
  'handshakes without end': () => attackers(
      200, '', (socket) => socket.destroy(), 1, true),
  'pipelined requests without end': () => attackers(
      20, '', endlessly(get('/healthz').repeat(1000)), 1, true),
  'answers that nobody reads': () => attackers(200, '', (socket) => {
    socket.pause();
    endlessly(get('/metrics').repeat(1000))(socket);
  }, 1, true),
} : {
  'one endless header line': () => attackers(
      8, 'GET / HTTP/1.1\r\nX: ', endlessly('x'.repeat(65536))),
  'endless header lines': () => attackers(
      8, 'GET / HTTP/1.1\r\n', endlessly('X: y\r\n'.repeat(10000))),
  'an endless body': () => attackers(
      8, post('Content-Length: 1000000000000'), endlessly('x'.repeat(65536))),
  'a chunked body without end': () => attackers(
      8, post('Transfer-Encoding: chunked'),
      endlessly(`1000\r\n${'x'.repeat(0x1000)}\r\n`)),
  'a request line of 1 MB': () => attackers(
      50, `GET /${'x'.repeat(1 << 20)} HTTP/1.1\r\n\r\n`),
  '2,000 dripping connections': () => attackers(2000, 'G', dripping('E')),
  '2,000 silent connections': () => attackers(2000),
  '2,000 silent connections from 200 addresses': () => attackers(
      2000, '', () => {}, 200),
  '2,000 unfinished heads of 15 KB': () => attackers(
      2000, `GET / HTTP/1.1\r\nX: ${'x'.repeat(15_000)}`),
  'pipelined requests without end': () => attackers(
      20, '', endlessly(get('/healthz').repeat(1000))),
  'answers that nobody reads': () => attackers(200, '', (socket) => {
    socket.pause();
    endlessly(get('/metrics').repeat(1000))(socket);
  }),
  'keep-alive held open': () => attackers(2000, get('/healthz')),
  'half-closed connections': () => attackers(
      500, 'GET /healthz', (socket) => socket.end()),
  'a thousand ranges of one page': () => attackers(50,
      `GET /metrics HTTP/1.1\r\nRange: bytes=${
        '0-,'.repeat(2500)}0-\r\n\r\n`),
};

// In a thread of its own, so that the attackers do not slow the probe down.
async function attack(name, t) {
  const thread = new Worker(fileURLToPath(import.meta.url),
      { workerData: { name, port } });
  const waits = [];
  let failure;
  for (const last = Date.now() + attackMs; Date.now() < last && !failure;) {
    await sleep(50);
    await askHealth(waits.length % 2 * 20).then((ms) => waits.push(ms),
        (error) => { failure = error; });
  }
  await thread.terminate();
  t.diagnostic(`${waits.length} answers, slowest ${
    Math.max(...waits).toFixed(0)} ms`);
  assert.ifError(failure);
  assert.ok(waits.length > 3);
  assert.ok(Math.max(...waits) < healthMsMax, 'too slow');
}

if (isMainThread) {
  before(startServer);
  after(stopServer);
  for (const name of Object.keys(attacks)) {
    test(name, async (t) => {
      await askHealth();
      forgetHighest();
      const base = highestMiB();
      await attack(name, t);
      const grown = highestMiB() - base;
      t.diagnostic(`memory +${grown.toFixed(1)} MiB`);
      assert.ok(grown < grownMiBMax, `memory grew by ${grown.toFixed(1)} MiB`);
      assert.equal(server.child.exitCode, null);
    });
  }
} else {
  attacks[workerData.name]();
}
