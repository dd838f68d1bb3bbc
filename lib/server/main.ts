import { db } from "../db/client";
import { env } from "../env";
import type { EmbeddedServer } from "../postgres/embedded/embedded";
import { startWorker } from "../worker/main";
import { seedDemo } from "./demo/seed";
import { ensureFirstAdmin, type Login } from "./first-admin";
import { Shutdown } from "./shutdown";
import { openStore } from "./store";
import { serveWeb } from "./web";

export { resetPassword } from "./reset-password";

/** A run that needs longer is taken up again by the next start. */
const WORKER_GRACE_MS = 5_000;

/**
 * Starts the store, the pages and the worker, as DBMIGRATOR_ROLE says, and prints where to go. Runs until a signal.
 * @throws what kept it from starting, after everything else was stopped again
 */
export async function start(): Promise<void> {
  const shutdown = new Shutdown();
  shutdown.onSignals();
  try {
    const { DBMIGRATOR_ROLE: role } = env();
    const web = role === "worker" ? null : await serveWeb();
    if (web) shutdown.add(web.close);
    const store = await openStore();
    shutdown.add(store.close);
    shutdown.add(() => db().$disconnect());
    const login = await ensureFirstAdmin();
    if (role !== "web") {
      const worker = await startWorker();
      shutdown.add(() => worker.stop(WORKER_GRACE_MS));
    }
    await web?.open();
    store.embedded?.ended.then(() => {
      console.error(
        `DBMigrator: the embedded PostgreSQL ended by itself; its log is in ${store.embedded?.folder}.`,
      );
      shutdown.exit(1);
    });
    greet(login);
    if (store.embedded && role === "all") await offerDemo(store.embedded, shutdown);
  } catch (error) {
    await shutdown.close();
    throw error;
  }
}

/** A demo that fails is no reason to stop: the product works without it, and the next start tries again. */
async function offerDemo(server: EmbeddedServer, shutdown: Shutdown): Promise<void> {
  try {
    if ((await seedDemo(server)) === "made")
      console.log("The demo project is ready: it is the one called Demo shop.\n");
  } catch (error) {
    if (shutdown.isClosing) return;
    console.error(`DBMigrator: the demo project is not complete: ${(error as Error).message}`);
  }
}

function greet(login: Login | null): void {
  const { DBMIGRATOR_URL, DBMIGRATOR_ROLE: role, HOST, PORT } = env();
  const shown = HOST === "0.0.0.0" || HOST === "::" ? "localhost" : HOST.includes(":") ? `[${HOST}]` : HOST;
  const lines =
    role === "worker"
      ? ["DBMigrator's worker runs."]
      : [`DBMigrator is ready: ${DBMIGRATOR_URL ?? `http://${shown}:${PORT}`}`];
  if (login) {
    lines.push(
      "",
      `  E-mail    ${login.email}`,
      `  Password  ${login.password}`,
      "",
      "The password is shown this once; change it under Account.",
    );
  } else if (role !== "worker") {
    lines.push("Password lost? Stop it, then: npm start -- --reset-password");
  }
  console.log(`\n${[...lines, "Ctrl-C stops it."].join("\n")}\n`);
}
