import { createServer, connect as netConnect, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { TestCertificate } from "./certificate";

/** PostgreSQL behind TLS: answers the SSLRequest with a certificate of the test's and passes the rest on. */
export async function startTlsProxy(
  target: { host: string; port: number },
  certificate: TestCertificate,
): Promise<{ port: number; names: (string | false)[]; stop(): void }> {
  const open = new Set<Socket>();
  const names: (string | false)[] = [];
  const server = createServer((client) => {
    open.add(client);
    client.on("error", () => client.destroy());
    client.once("data", () => {
      client.write("S");
      const secure = new TLSSocket(client, { isServer: true, cert: certificate.cert, key: certificate.key });
      const upstream = netConnect(target.port, target.host);
      open.add(upstream);
      secure.on("secure", () => names.push((secure as unknown as { servername: string | false }).servername));
      secure.on("error", () => upstream.destroy()).on("close", () => upstream.destroy());
      upstream.on("error", () => secure.destroy()).on("close", () => secure.destroy());
      secure.pipe(upstream).pipe(secure);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const stop = () => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  return { port: typeof address === "object" ? (address?.port ?? 0) : 0, names, stop };
}
