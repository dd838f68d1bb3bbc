import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { type EmbeddedMajor, type EmbeddedServer, startEmbedded } from "../postgres/embedded/embedded";

declare module "vitest" {
  interface ProvidedContext {
    postgresBroker: string;
  }
}

/**
 * One disposable server of each PostgreSQL major for each worker, started when its first test file asks for it: roles
 * and what else belongs to a whole server would meet those of a file that runs beside. The workers ask through a small
 * HTTP server on loopback, since they are processes of their own.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "dbmigrator-test-"));
  // Open to the server's user: a run of root that is killed then leaves nothing outside the temporary folder.
  await chmod(folder, 0o755);
  const servers = new Map<string, Promise<EmbeddedServer>>();
  /** @param place `/<worker>/<major>` */
  const server = (place: string) => {
    const known = servers.get(place);
    if (known) return known;
    const [, worker, major] = place.split("/");
    const dataDir = join(folder, `pg${major}-${worker}`);
    const started = startEmbedded({ dataDir, major: Number(major) as EmbeddedMajor, disposable: true });
    servers.set(place, started);
    return started;
  };
  const broker = createServer((request, response) => {
    server(request.url ?? "").then(
      ({ spec, url }) => response.end(JSON.stringify({ spec, url })),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((done) => broker.listen(0, "127.0.0.1", done));
  const address = broker.address();
  project.provide("postgresBroker", `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`);
  return async () => {
    broker.close();
    const started = await Promise.allSettled(servers.values());
    for (const result of started) {
      if (result.status !== "fulfilled") continue;
      await result.value.stop();
      await rm(result.value.folder, { recursive: true, force: true });
    }
    await rm(folder, { recursive: true, force: true });
  };
}
