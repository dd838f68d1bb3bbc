import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newFolder, runSql } from "../../../testing/backups";
import { type TestDatabase, testDatabase } from "../../../testing/postgres";
import { closeConnection, openConnection } from "../../connection/connect";
import { createBackup } from "../create";
import { folderStore } from "../folder-store";
import type { RestoreTrace } from "../options";
import { settleTrace, traceTransaction } from "./aftermath";
import { restoreInto } from "./restore";

/** What a server tells of restores whose process is gone; processes that really die: lib/worker/dead-restore.test.ts. */

let live: TestDatabase;
let archive: string;
beforeAll(async () => {
  live = await testDatabase();
  await runSql(live.spec, "CREATE TABLE item (id int PRIMARY KEY)");
  archive = join(await newFolder(), "b");
  await createBackup({ spec: live.spec, store: folderStore(archive), scope: { kind: "database" } });
}, 180_000);
afterAll(() => live.drop());

const admin = () => ({ ...live.spec, database: "postgres" });

/** The last trace of a restore that went through. */
async function restoreTraced(options: Pick<Parameters<typeof restoreInto>[0], "spec" | "mode" | "as">) {
  const traces: RestoreTrace[] = [];
  const onTrace = async (trace: RestoreTrace) => void traces.push(trace);
  const result = await restoreInto({ ...options, store: folderStore(archive), onTrace });
  return { trace: traces.at(-1) as RestoreTrace, result };
}

describe("a restore by a swap", () => {
  it("is done when the new one has the name, whatever became of the one from before", async () => {
    const { trace, result } = await restoreTraced({ spec: live.spec, mode: "new_database" });
    expect(await settleTrace(live.spec, trace)).toEqual({ kind: "done", kept: result.keptAs });
    await runSql(admin(), `DROP DATABASE ${result.keptAs}`);
    expect(await settleTrace(live.spec, trace)).toEqual({ kind: "done", kept: null });
  }, 180_000);

  it("is done where there was no database or an empty one, of which nothing is kept", async () => {
    const empty = await testDatabase();
    const { trace, result } = await restoreTraced({ spec: empty.spec, mode: "new_database" });
    expect(result.keptAs).toBeNull();
    expect(await settleTrace(live.spec, trace)).toEqual({ kind: "done", kept: null });
    await empty.drop();
    const beside = await restoreTraced({ spec: live.spec, mode: "beside", as: empty.name });
    expect(await settleTrace(live.spec, beside.trace)).toEqual({ kind: "done", kept: null });
    await runSql(admin(), `DROP DATABASE ${empty.name}`);
  }, 180_000);

  it("cannot be done any more once it was asked", async () => {
    let settled: unknown;
    const restoring = restoreInto({
      ...{ spec: live.spec, mode: "new_database", store: folderStore(archive) },
      onTrace: async (trace) => {
        if (trace.kind === "database" && trace.oid) settled = await settleTrace(live.spec, trace);
      },
    });
    await expect(restoring).rejects.toThrow();
    expect(settled).toEqual({ kind: "not_done" });
  }, 180_000);
});

describe("a restore in one transaction", () => {
  it("is done when that was committed, and not when it was not; one that is under way is ended", async () => {
    const tell = async (end: string) => {
      const client = await openConnection(live.spec);
      try {
        await client.query("BEGIN");
        const trace = await traceTransaction(client);
        if (end) await client.query(end);
        return await settleTrace(live.spec, trace);
      } finally {
        await closeConnection(client).catch(() => {});
      }
    };
    expect(await tell("COMMIT")).toEqual({ kind: "done", kept: null });
    expect(await tell("ROLLBACK")).toEqual({ kind: "not_done" });
    expect(await tell("")).toEqual({ kind: "not_done" });
  });

  it("cannot be told by another server, or by one that was set back", async () => {
    const trace = { kind: "transaction", id: "3", server: "1" } as const;
    expect(await settleTrace(live.spec, trace)).toEqual({ kind: "unknown" });
    const { server } = (
      await runSql<{ server: string }>(
        live.spec,
        "SELECT system_identifier::text AS server FROM pg_control_system()",
      )
    )[0] as { server: string };
    expect(await settleTrace(live.spec, { ...trace, id: "99999999", server })).toEqual({ kind: "unknown" });
  });
});
