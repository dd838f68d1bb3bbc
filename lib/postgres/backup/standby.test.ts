import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { newFolder, runSql } from "../../testing/backups";
import { testDatabase } from "../../testing/postgres";
import { startEmbedded } from "../embedded/embedded";
import { giveTo, serverUser } from "../embedded/user";
import { createBackup } from "./create";
import { folderStore } from "./folder-store";
import { restoreInto } from "./restore/restore";

it("a standby is backed up as any server, and a restore onto it is refused in words of its own", async () => {
  const folder = await newFolder();
  await chmod(folder, 0o755);
  const options = { dataDir: join(folder, "server"), disposable: true };
  let server = await startEmbedded(options);
  try {
    await runSql(server.spec, "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2)");
    await server.stop();
    const signal = join(server.folder, "data", "standby.signal");
    await writeFile(signal, "");
    await giveTo(await serverUser(), signal);
    server = await startEmbedded(options);
    const { spec } = server;
    const store = folderStore(join(await newFolder(), "archive"));
    const manifest = await createBackup({ spec, store, scope: { kind: "database" } });
    const elsewhere = await testDatabase();
    await restoreInto({ store, spec: elsewhere.spec, mode: "in_place", freshBackup: null });
    expect(await runSql(elsewhere.spec, "SELECT id FROM t ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }]);
    await elsewhere.drop();
    for (const mode of ["new_database", "in_place"] as const)
      await expect(restoreInto({ store, spec, mode, freshBackup: manifest })).rejects.toMatchObject({
        code: "restore.standby",
      });
  } finally {
    await server.stop();
  }
}, 120_000);
