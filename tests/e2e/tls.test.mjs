// A server with a certificate: gRPC and HTTPS for those who trust it, plaintext
// for nobody, and a new certificate by SIGHUP.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { World, bin, grpc, sluice, until } from './world.mjs';

const run = promisify(execFile);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-tls-'));
const at = (name) => path.join(folder, name);
const read = (name) => fs.readFileSync(at(name));

// A certification authority NAME.ca, and NAME.pem with NAME.key that it issued.
function issue(name) {
  const openssl = (...args) =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...key, '-days', '400', '-subj', `/CN=${name} CA`,
      '-keyout', `${name}.ca.key`, '-out', `${name}.ca`);
  openssl('req', ...key, '-subj', `/CN=${name}`, '-addext',
      'subjectAltName=IP:127.0.0.1', '-keyout', `${name}.key`,
      '-out', `${name}.csr`);
  openssl('x509', '-req', '-in', `${name}.csr`, '-CA', `${name}.ca`,
      '-CAkey', `${name}.ca.key`, '-days', '90', '-copy_extensions', 'copy',
      '-out', `${name}.pem`);
}

// Puts the pair in the place that the configuration names.
function use(name) {
  fs.copyFileSync(at(`${name}.key`), at('gate.key'));
  fs.copyFileSync(at(`${name}.pem`), at('gate.pem'));
}

class TlsWorld extends World {
  ca = 'first.ca';
  client(service) {
    return new sluice[service](this.address,
        grpc.credentials.createSsl(read(this.ca)));
  }
}

let world;
before(async () => {
  issue('first');
  issue('second');
  use('first');
  world = await TlsWorld.start({
    listen: `, tls_certificate: ${at('gate.pem')}, tls_key: ${at('gate.key')}` });
});
after(async () => {
  await world?.stop();
  fs.rmSync(folder, { recursive: true });
});

// The status of /readyz, on a connection of its own.
const ready = (ca, options = {}) => new Promise((resolve, reject) => {
  https.get({ host: '127.0.0.1', port: world.server.ready.http_port,
    path: '/readyz', ca: read(ca), agent: false, ...options }, (answer) => {
    answer.resume();
    answer.on('end', () => resolve(answer.statusCode));
  }).on('error', reject);
});
const ctl = (...args) => run(path.join(bin, 'sluicectl'),
    ['link', 'list', '--server', world.address, '--key', world.adminKey, ...args]);

test('HTTPS serves those who trust its certificate', async () => {
  await until(async () => await ready('first.ca') === 200, 'a ready server');
  assert.equal(await ready('first.ca', { maxVersion: 'TLSv1.2' }), 200);
  await assert.rejects(ready('second.ca'), /verify|certificate/);
  await assert.rejects(ready('first.ca',
      { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }));
});

test('a caller without TLS is told what to do', async () => {
  const answer = await fetch(
      `http://127.0.0.1:${world.server.ready.http_port}/healthz`);
  assert.equal(answer.status, 400);
  assert.match(await answer.text(), /https:\/\//);
});

test('sluicectl takes the certification authority', async () => {
  assert.match((await ctl('--ca', at('first.ca'))).stdout, /sim/);
  await assert.rejects(ctl('--timeout', '2'), /--ca 文件/);
});

test('SIGHUP takes a new certificate, and keeps the old for a bad one',
    async () => {
      const hangup = async (line) => {
        world.server.child.kill('SIGHUP');
        await until(() => world.output().includes(line), line);
      };
      const stays = () => world.call('OperationsService', 'ListLinks', {});
      await stays();
      fs.copyFileSync(at('second.pem'), at('gate.pem'));
      await hangup('gate.key is not the key of the certificate of CN = second; ' +
          'the TLS certificate of CN = first, until ');
      assert.equal(await ready('first.ca'), 200);

      use('second');
      await hangup('read again: the TLS certificate of CN = second, until ');
      assert.equal(await ready('second.ca'), 200);
      await assert.rejects(ready('first.ca'), /verify|certificate/);
      assert.match((await ctl('--ca', at('second.ca'))).stdout, /sim/);
      await assert.rejects(ctl('--ca', at('first.ca'), '--timeout', '2'));
      await stays();  // On the connection that was open before.
    });
