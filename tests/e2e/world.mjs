// Starts the real programs on free ports of 127.0.0.1 and sets up a small
// provider through the public API, as any client would.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import protobuf from 'protobufjs';

// For tests in other folders, which do not find these packages.
export { grpc, protoLoader, protobuf };

export const root = path.resolve(
    path.dirname(fileURLToPath(import.meta.url)), '../..');
export const bin = process.env.SLUICE_BIN ?? path.join(root, 'build/release/bin');

const admin = fs.readdirSync(path.join(root, 'proto/sluice/admin/v1'));
const api = grpc.loadPackageDefinition(protoLoader.loadSync(
    ['sluice/v1/gateway.proto',
      ...admin.map((name) => `sluice/admin/v1/${name}`)],
    { includeDirs: [path.join(root, 'proto')], keepCase: true, longs: Number,
      enums: String, defaults: true, oneofs: true })).sluice;
// Services by name, those of senders and those of officers.
export const sluice = { ...api.admin.v1, ...api.v1 };

// A world begins at ten in the morning of a working day, whatever the real
// time; its clock continues when the server is started again.
const morning = Date.parse('2026-03-02T10:00:00+08:00');

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// A program that prints one line of JSON when it is ready.
export async function start(name, args, { from = bin, cwd = root } = {}) {
  const child = spawn(path.join(from, name), args, { cwd });
  let errors = '';
  let output = '';
  child.stderr.on('data', (data) => { errors += data; });
  child.stdout.on('data', (data) => { output += data; });
  const lines = readline.createInterface({ input: child.stdout });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const first = await Promise.race([
    new Promise((resolve) => lines.once('line', resolve)),
    exited.then((code) => {
      throw new Error(`${name} ended with ${code}: ${errors}`);
    })]);
  lines.on('line', () => {});
  return { child, exited, ready: JSON.parse(first), errors: () => errors,
    output: () => output + errors };
}

export class World {
  // `sim` has further arguments of the simulator, `link` further settings of
  // the link, `store` of the store and `listen` and `limits` of theirs;
  // `address` is gRPC's, `level` is the log's, `more` is further lines.
  static async start({ sim = [], link = '', store = '', level = 'info',
    address = '127.0.0.1:0', listen = '', limits = '', more = '' } = {}) {
    const world = new this();
    world.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sluice-e2e-'));
    world.born = Date.now();
    world.settings = { sim, link, store, level, address, listen, limits,
      more };
    world.runs = [];  // Of the server.
    world.clients = {};
    world.logs = [];  // Of the simulator, one for each of its runs.
    await world.startSim();
    await world.startServer();
    return world;
  }

  // Starts the simulator, on the port that it had before.
  async startSim() {
    this.logs.push(path.join(this.folder,
        `got${this.logs.length || ''}.jsonl`));
    this.sim = await start('carrier-sim', [
      '--port', String(this.sim?.ready.listening ?? 0), '--account',
      '900001:secret88', '--log', this.logs.at(-1), '--json',
      ...this.settings.sim]);
    // A command to a simulator that was stopped meanwhile is lost.
    this.sim.child.stdin.on('error', () => {});
  }

  async stopSim(signal = 'SIGTERM') {
    this.sim.child.kill(signal);
    await this.sim.exited;
  }

  // The server's time, in milliseconds since the epoch.
  now() {
    return morning + Date.now() - this.born;
  }

  writeConfig() {
    const config = path.join(this.folder, 'sluice.yaml');
    const clock = new Date(this.now()).toISOString();
    const { link, store, level, address, listen, limits, more } = this.settings;
    fs.writeFileSync(config, `
listen: {address: "${address}", http_address: "127.0.0.1:0"${listen}}
logging: {level: ${level}}
store: {path: ${this.folder}/data${store}}
limits: {${limits}}
links:
  - {name: sim, protocol: cmpp20, host: 127.0.0.1, sandbox: true,
     port: ${this.sim.ready.listening}, sp_id: "900001", secret: secret88,
     carriers: [mobile, unicom, telecom, broadnet, unknown]${link}}
sandbox: {clock: "${clock}"}
${more}
`);
    return config;
  }

  async startServer() {
    this.server = await start(
        'sluiced', ['--config', this.writeConfig(), '--json']);
    this.runs.push(this.server);
    this.closeClients();
    this.address = `127.0.0.1:${this.server.ready.port}`;
    this.adminKey = fs.readFileSync(
        path.join(this.folder, 'data/admin.key'), 'utf8').trim();
  }

  async stopServer(signal = 'SIGTERM') {
    this.server.child.kill(signal);
    return this.server.exited;
  }

  // Starts sluiced and kills it after `ms`, ready or not.
  async startAndKill(ms) {
    const child = spawn(path.join(bin, 'sluiced'),
        ['--config', this.writeConfig()], { cwd: root, stdio: 'ignore' });
    const exited = new Promise((resolve) => child.once('exit', resolve));
    await sleep(ms);
    child.kill('SIGKILL');
    await exited;
  }

  async stop() {
    this.ended = true;
    this.closeClients();
    await this.stopServer();
    await this.stopSim();
    // For a person who looks into a failure.
    if (process.env.SLUICE_KEEP) return console.log(`kept ${this.folder}`);
    fs.rmSync(this.folder, { recursive: true });
  }

  // Everything that all runs of the server wrote to its log and output.
  output() {
    return this.runs.map((run) => run.output()).join('');
  }

  client(service) {
    return new sluice[service](this.address, grpc.credentials.createInsecure());
  }

  closeClients() {
    for (const client of Object.values(this.clients)) client.close();
    this.clients = {};
  }

  metadata(key) {
    const metadata = new grpc.Metadata();
    if (key) metadata.set('authorization', `Bearer ${key}`);
    metadata.set('accept-language', 'en');
    return metadata;
  }

  // One unary call; rejects with the gRPC error.
  call(service, method, request, key = this.adminKey) {
    const client = this.clients[service] ??= this.client(service);
    return new Promise((resolve, reject) => {
      client[method](request, this.metadata(key),
          { deadline: Date.now() + 20_000 }, (error, answer) => {
            error ? reject(error) : resolve(answer);
          });
    });
  }

  // `kind` has one key, the kind's: { licensee: { name: ... } }.
  async create(id, kind) {
    const [[field, party]] = Object.entries(kind);
    const name = field.replace(/(^|_)(.)/g, (_, __, first) => first.toUpperCase());
    return this.call('RegistryService', `Create${name}`,
        { [field]: { id, ...party }, reason: 'e2e' });
  }

  // Licensee, account, one shop with two ports; returns a key for submitting.
  async populate() {
    await this.create('lic', { licensee: {
      name: 'Riverside', license_number: 'B2-1', license_type: 'B25',
      license_areas: ['all'], license_start_time: { seconds: 0 },
      license_end_time: { seconds: 4_000_000_000 } } });
    await this.create('shop', { content_provider: { name: '云杉超市' } });
    await this.create('shop-sig',
        { signature: { name: '云杉超市', content_provider_id: 'shop' } });
    const port = (number, alias, purposes) => ({ port: {
      number, alias, content_provider_id: 'shop', licensee_id: 'lic', purposes,
      signature_placement: 'PLACEMENT_CHECK',
      notice_placement: 'PLACEMENT_CHECK' } });
    await this.create('shop-service', port('10690011', 'shop-service',
        ['MESSAGE_CLASS_VERIFICATION', 'MESSAGE_CLASS_NOTICE']));
    await this.create('shop-ads', port('10690012', 'shop-ads',
        ['MESSAGE_CLASS_COMMERCIAL', 'MESSAGE_CLASS_CONSENT_REQUEST']));
    await this.create('acc', { account: {
      name: 'Sender', licensee_id: 'lic', content_provider_ids: ['shop'] } });
    // An officer has looked at what the tests send to many numbers.
    for (const { text } of [advert(''), notice('', '118'), long('', '118')]) {
      await this.call('CampaignsService', 'ReleaseCampaign', {
        content_provider_id: 'shop', text, reason: 'e2e',
        duration: { seconds: 720 * 3600 } });
    }
    const { secret } = await this.call('RegistryService', 'CreateKey',
        { account_id: 'acc', roles: ['ROLE_SUBMIT'], note: 'e2e', reason: 'e2e' });
    return secret;
  }

  // The simulator's logs, in their order: {time, dest, text, copy, ...}.
  received() {
    return this.logs.flatMap((log) => fs.readFileSync(log, 'utf8').split('\n'))
        .filter(Boolean).map(JSON.parse);
  }

  // Sends the simulator a command on its standard input.
  tellSim(command) {
    this.sim.child.stdin.write(JSON.stringify(command) + '\n');
  }
}

export const code = (number, digits = '482913') => ({
  recipient: number, message_class: 'MESSAGE_CLASS_VERIFICATION',
  text: `【云杉超市】验证码${digits}，五分钟内有效，请勿告诉他人。` });
export const advert = (number, what = '水果八折') => ({
  recipient: number, message_class: 'MESSAGE_CLASS_COMMERCIAL',
  campaign_id: 'weekend',
  text: `【云杉超市】周末全场${what}，欢迎到店选购。拒收请回复R` });

export const notice = (number, order) => ({
  recipient: number, message_class: 'MESSAGE_CLASS_NOTICE',
  text: `【云杉超市】您的订单${order}已发货，预计明天送达，请留意。` });

// A message of three parts.
export const long = (number, order) => ({ ...notice(number, order),
  text: `【云杉超市】您的订单${order}已发货。${'预计明天送达，请留意。'.repeat(14)}` });

// Waits until `probe` returns a true value, for at most `seconds`.
export async function until(probe, what, seconds = 10) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    const found = await probe();
    if (found) return found;
    await sleep(20);
  }
  throw new Error(`did not happen in ${seconds} s: ${what}`);
}

// Whether a program listens on a port of 127.0.0.1.
export const isTaken = (port) => new Promise((resolve) => {
  const socket = net.connect(port, '127.0.0.1');
  socket.once('connect', () => { socket.destroy(); resolve(true); });
  socket.once('error', () => resolve(false));
});
