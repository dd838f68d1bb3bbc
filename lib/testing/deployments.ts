import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Actor } from "../access/actor";
import { checksumOf } from "../core/migration/checksum";
import type { DeploymentState } from "../core/run/types";
import { db } from "../db/client";
import { setEnv } from "../env";
import { execute } from "../operations/define";
import { getDeployment } from "../operations/deployment/get";
import type { DeploymentView } from "../operations/deployment/views";
import { closeQueue } from "../queue/queue";
import { startWorker, stopWorker, type WorkerOptions } from "../worker/main";
import { metadataDatabase, testServer } from "./postgres";

/** A store with a real worker on it, quick to notice what is dead; scratch copies are made on the run's server. */
export async function startTestWorker(options: WorkerOptions = {}): Promise<() => Promise<void>> {
  const store = await metadataDatabase();
  // Backups before risky deployments go there unless a test has a place of its own for them.
  const folder = await mkdtemp(join(tmpdir(), "dbmigrator-data-"));
  setEnv({ DBMIGRATOR_SHADOW_URL: (await testServer()).url, DBMIGRATOR_DATA: folder });
  await startWorker({
    periodic: false,
    heartbeatMs: 300,
    staleAfterMs: 2500,
    sweepMs: 400,
    flushMs: 50,
    ...options,
  });
  return async () => {
    await stopWorker(3000);
    await closeQueue();
    await db().$disconnect();
    await store.drop();
    await rm(folder, { recursive: true, force: true });
  };
}

/** A migration in the store, ready to be deployed. */
export async function addMigration(
  serviceId: string,
  filename: string,
  up: string,
  down: string | null = null,
): Promise<void> {
  const [version = "", ...name] = filename.split("_");
  const data = {
    serviceId,
    filename,
    version,
    name: name.join("_"),
    up,
    down,
    checksum: checksumOf(up),
    draft: false,
  };
  await db().migration.create({ data });
}

/** Waits until a deployment is in one of the states. @throws when it is not in time, with what it shows */
export async function deploymentIn(
  actor: Actor,
  deploymentId: string,
  states: DeploymentState[],
  timeoutMs = 100_000,
): Promise<DeploymentView> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const view = await execute(getDeployment, actor, { deploymentId });
    if (states.includes(view.state)) return view;
    if (Date.now() > until) {
      const { state, check, problems, run } = view;
      throw new Error(
        `Deployment is ${state}, not ${states.join(" or ")}: ${JSON.stringify({ check, problems, failure: run?.failure })}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
