import { createServer, type Socket } from "node:net";
import pg from "pg";
import { type ConnectionSpec, streamOf } from "../postgres/connection/connect";

/** A server session that clients share. */
interface Backend {
  socket: Socket;
  client: Client | null;
  buffer: Buffer;
}

interface Client {
  socket: Socket;
  backend: Backend | null;
  waiting: Buffer[];
  started: boolean;
}

/**
 * What PgBouncer in transaction mode does, as far as it matters here: a client gets one of a few server sessions for
 * the time of a transaction, the last used first, or in turn.
 */
export async function startTransactionPooler(
  spec: ConnectionSpec,
  options: { size: number; order: "last_used" | "in_turn" },
): Promise<{ port: number; stop(): Promise<void> }> {
  const clients = await Promise.all(Array.from({ length: options.size }, () => connectBackend(spec)));
  const free: Backend[] = clients.map(({ socket }) => ({ socket, client: null, buffer: Buffer.alloc(0) }));
  const queue: Client[] = [];
  const open = new Set<Socket>();
  const serve = () => {
    while (queue.length > 0 && free.length > 0) {
      const client = queue.shift() as Client;
      const backend = (options.order === "last_used" ? free.pop() : free.shift()) as Backend;
      backend.client = client;
      client.backend = backend;
      for (const data of client.waiting.splice(0)) backend.socket.write(data);
    }
  };
  for (const backend of [...free]) {
    backend.socket.on("data", (data) => {
      backend.client?.socket.write(data);
      if (!isIdle(backend, data)) return;
      if (backend.client) backend.client.backend = null;
      backend.client = null;
      free.push(backend);
      serve();
    });
  }
  const server = createServer((socket) => {
    open.add(socket);
    const client: Client = { socket, backend: null, waiting: [], started: false };
    socket.on("error", () => socket.destroy());
    socket.on("data", (data) => {
      if (!client.started) {
        client.started = true;
        socket.write(GREETING);
      } else if (data[0] === 0x58) {
        socket.end();
      } else if (client.backend) {
        client.backend.socket.write(data);
      } else {
        client.waiting.push(data);
        if (!queue.includes(client)) queue.push(client);
        serve();
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const stop = async () => {
    server.close();
    for (const socket of open) socket.destroy();
    for (const { socket } of clients) socket.destroy();
  };
  return { port: typeof address === "object" ? (address?.port ?? 0) : 0, stop };
}

async function connectBackend(spec: ConnectionSpec): Promise<{ socket: Socket }> {
  const client = new pg.Client({ ...spec, ssl: false });
  client.on("error", () => {});
  await client.connect();
  const socket = streamOf(client);
  socket.removeAllListeners("data");
  return { socket };
}

/** Whether the bytes so far end with ReadyForQuery outside of a transaction. */
function isIdle(backend: Backend, data: Buffer): boolean {
  backend.buffer = Buffer.concat([backend.buffer, data]);
  let idle = false;
  while (backend.buffer.length >= 5) {
    const end = 1 + backend.buffer.readUInt32BE(1);
    if (backend.buffer.length < end) break;
    idle = backend.buffer[0] === 0x5a && backend.buffer[5] === 0x49;
    backend.buffer = backend.buffer.subarray(end);
  }
  return idle;
}

function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}

const GREETING = Buffer.concat([
  message("R", Buffer.alloc(4)),
  message("S", Buffer.from("server_version\0" + "18.4\0")),
  message("K", Buffer.from([0, 0, 0, 1, 0, 0, 0, 2])),
  message("Z", Buffer.from("I")),
]);
