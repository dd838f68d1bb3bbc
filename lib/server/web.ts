import { createServer, type IncomingMessage, type Server } from "node:http";
import next from "next";
import { env } from "../env";
import { projectRoot } from "./root";

export interface Web {
  /** Loads the application and lets the requests in that waited. */
  open(): Promise<void>;
  close(): Promise<void>;
}

type Handler = ReturnType<ReturnType<typeof next>["getRequestHandler"]>;

/**
 * Takes HOST and PORT, so that a busy port is told before anything else is at work; requests wait until `open`.
 * @throws the system's error when it cannot listen
 */
export async function serveWeb(): Promise<Web> {
  const { HOST: hostname, PORT: port } = env();
  let letIn: (handler: Handler) => void;
  const opened = new Promise<Handler>((resolve) => {
    letIn = resolve;
  });
  const server = createServer((request, response) => {
    trustOnlyOurProxies(request);
    if (!isReadablePath(request.url ?? "/"))
      return void response.writeHead(400).end("The address cannot be read.");
    opened.then((handle) => handle(request, response)).catch(() => response.writeHead(500).end());
  });
  await listen(server, port, hostname);
  const app = next({ dev: false, dir: projectRoot(), hostname, port });
  return {
    open: async () => {
      await app.prepare();
      letIn(app.getRequestHandler());
    },
    close: async () => {
      const closed = new Promise<void>((done) => server.close(() => done()));
      // Event streams stay open for ever: the browser comes back to the next start by itself.
      server.closeAllConnections();
      await closed;
      await app.close();
    },
  };
}

/** Next answers 500 to a path whose escapes are no UTF-8. */
export function isReadablePath(url: string): boolean {
  try {
    decodeURIComponent(url.split("?")[0] ?? "");
    return true;
  } catch {
    return false;
  }
}

function listen(server: Server, port: number, hostname: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Without a proxy in front, what a caller claims about itself in these headers is not believed. */
function trustOnlyOurProxies(request: IncomingMessage): void {
  const proxied = request.headers["x-forwarded-for"] !== undefined || request.headers.forwarded !== undefined;
  delete request.headers["x-dbmigrator-proxied"];
  if (env().DBMIGRATOR_PROXIES > 0) return;
  // Somebody else's request that a proxy of this machine hands on must not pass for one made on this machine.
  if (proxied) request.headers["x-dbmigrator-proxied"] = "1";
  for (const name of ["x-forwarded-proto", "x-forwarded-host", "x-forwarded-port", "forwarded"]) {
    delete request.headers[name];
  }
  request.headers["x-forwarded-for"] = request.socket.remoteAddress ?? "";
}
