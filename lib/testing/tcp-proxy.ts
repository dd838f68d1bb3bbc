import { createServer, connect as netConnect, type Server, type Socket } from "node:net";

export interface TcpProxy {
  port: number;
  /** Connections that were made through it so far. */
  count: number;
  /** From now on nothing gets through, and what is open is cut. */
  stop(): Promise<void>;
}

export interface ProxyRules {
  /** Before bytes of a client go on to the server. `cut`: they do not, and the connection ends. */
  onClient?(data: Buffer, connection: number): "forward" | "cut" | "cut_after_reply";
}

/** Stands between a client and a server and cuts the wire at a chosen moment. */
export async function startTcpProxy(
  target: { host: string; port: number },
  rules: ProxyRules = {},
): Promise<TcpProxy> {
  const open = new Set<Socket>();
  const proxy: TcpProxy = { port: 0, count: 0, stop: () => closeAll(server, open) };
  const server = createServer((client) => {
    const number = proxy.count++;
    const upstream = netConnect(target.port, target.host);
    let cutOnReply = false;
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", end).on("close", () => {
        open.delete(socket);
        end();
      });
    }
    client.on("data", (data) => {
      const verdict = rules.onClient?.(data, number) ?? "forward";
      if (verdict === "cut") return end();
      cutOnReply ||= verdict === "cut_after_reply";
      upstream.write(data);
    });
    upstream.on("data", (data) => (cutOnReply ? end() : client.write(data)));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  proxy.port = typeof address === "object" ? (address?.port ?? 0) : 0;
  return proxy;
}

async function closeAll(server: Server, open: Set<Socket>): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()));
  for (const socket of open) socket.destroy();
  await closed;
}
