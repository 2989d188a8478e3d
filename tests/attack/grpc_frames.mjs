// HTTP/2 written octet by octet, so that it can be written wrongly.
import net from 'node:net';

export const DATA = 0, HEADERS = 1, RST_STREAM = 3, SETTINGS = 4, PING = 6,
  GOAWAY = 7, WINDOW_UPDATE = 8, CONTINUATION = 9;
export const END_STREAM = 1, END_HEADERS = 4;

export function frame(type, flags, stream, payload = Buffer.alloc(0)) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

// An integer of HPACK (RFC 7541, 5.1) with a prefix of 7 bits.
export function integer(value) {
  if (value < 127) return Buffer.from([value]);
  const out = [127];
  for (value -= 127; value >= 128; value = Math.floor(value / 128)) {
    out.push(128 + value % 128);
  }
  return Buffer.from([...out, value]);
}

// Fields as literals without indexing (RFC 7541, 6.2.2), or of another `kind`.
export const block = (fields, kind = 0) => Buffer.concat(
    Object.entries(fields).flatMap(([name, value]) => [
      Buffer.from([kind]), integer(Buffer.byteLength(name)), Buffer.from(name),
      integer(Buffer.byteLength(value)), Buffer.from(value)]));

const callFields = (method, key, more = {}) => ({
  ':method': 'POST', ':scheme': 'http', ':path': method,
  ':authority': 'attack', 'content-type': 'application/grpc',
  te: 'trailers', ...(key ? { authorization: `Bearer ${key}` } : {}), ...more });

export const callHeaders = (method, key, more) => block(callFields(method, key, more));

// The headers of a connection's first call, which the server indexes (RFC 7541,
// 6.2.1), and those of the next ones: an octet a field. Nothing is cheaper to send.
export function indexedHeaders(method, key) {
  const fields = callFields(method, key);
  const count = Object.keys(fields).length;
  const first = block(fields, 0x40);
  return { first, next: Buffer.from(Array.from({ length: count },
      (_, i) => 0x80 | (61 + count - i))) };
}

// A gRPC message: not compressed or compressed, of a claimed size.
export function messageHead(size, compressed = false) {
  const head = Buffer.alloc(5);
  head[0] = compressed ? 1 : 0;
  head.writeUInt32BE(size, 1);
  return head;
}

export const preface = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(SETTINGS, 0, 0)]);

// One connection. Counts the frames that come, by type, and keeps the windows
// that the server opens for streams and for the connection (stream 0).
export class Connection {
  static open(port, { from, hello = preface } = {}) {
    return new Promise((resolve) => {
      const one = new Connection();
      one.got = {};
      one.windows = new Map([[0, 65_535]]);
      one.closed = false;
      one.buffer = Buffer.alloc(0);
      one.wake = () => {};
      one.socket = net.connect({ port, host: '127.0.0.1', localAddress: from });
      one.ended = new Promise((done) => one.socket.once('close', () => {
        one.closed = true;
        done();
        one.wake();
        resolve(one);
      }));
      one.socket.on('error', () => {});
      // What is left to send does not keep a connection that the server closed.
      one.socket.on('end', () => one.socket.destroy());
      one.socket.on('data', (data) => one.read(data));
      one.socket.once('connect', () => {
        one.socket.setNoDelay(true);
        if (hello.length > 0) one.socket.write(hello);
        resolve(one);
      });
    });
  }

  read(data) {
    this.buffer = Buffer.concat([this.buffer, data]);
    while (this.buffer.length >= 9) {
      const size = this.buffer.readUIntBE(0, 3);
      if (this.buffer.length < 9 + size) break;
      const type = this.buffer[3];
      const stream = this.buffer.readUInt32BE(5) & 0x7fffffff;
      this.got[type] = (this.got[type] ?? 0) + 1;
      if (type === WINDOW_UPDATE) {
        const more = this.buffer.readUInt32BE(9);
        this.windows.set(stream, (this.windows.get(stream) ?? 65_535) + more);
      }
      if (type === SETTINGS && this.buffer[4] === 0) {
        this.socket.write(frame(SETTINGS, 1, 0));
      }
      this.buffer = this.buffer.subarray(9 + size);
    }
    this.wake();
  }

  // Waits until the system has taken the octets. False: the server has closed.
  async send(bytes) {
    if (this.closed) return false;
    if (!this.socket.write(bytes)) {
      await new Promise((resolve) => {
        this.wake = () => this.closed && resolve();
        this.socket.once('drain', resolve);
      });
    }
    return !this.closed;
  }

  // Sends what the windows allow of `bytes` on a stream; returns how many.
  sendData(stream, bytes) {
    const window = (id) => this.windows.get(id) ?? 65_535;
    let sent = 0;
    while (sent < bytes.length && !this.closed) {
      const size = Math.min(bytes.length - sent, 16_384, window(0), window(stream));
      if (size <= 0) break;
      this.socket.write(frame(DATA, 0, stream, bytes.subarray(sent, sent + size)));
      this.windows.set(0, window(0) - size);
      this.windows.set(stream, window(stream) - size);
      sent += size;
    }
    return sent;
  }

  end() {
    this.socket.destroy();
  }
}
