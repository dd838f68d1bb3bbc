import { PgBoss } from "pg-boss";
import { env } from "../env";

/** Jobs by name; their payloads hold ids only, the truth is in the metadata store. */
export interface Jobs {
  "deployment.check": { deploymentId: string; checkId: string };
  "deployment.run": { runId: string };
  "target.sync": { targetId: string };
}
export type JobName = keyof Jobs;

const store = globalThis as typeof globalThis & { dbmigratorBoss?: Promise<PgBoss> };

/** The one pg-boss of this process, started on first use. */
export function boss(): Promise<PgBoss> {
  store.dbmigratorBoss ??= (async () => {
    const instance = new PgBoss({ connectionString: env().DATABASE_URL ?? "", schema: "queue", max: 3 });
    instance.on("error", () => {});
    await instance.start();
    return instance;
  })();
  return store.dbmigratorBoss;
}
