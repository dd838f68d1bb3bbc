import type { TestRestoreResult } from "../../../core/backup/types";
import { closeConnection, openConnection, serverVersion } from "../../connection/connect";
import { openAdmin } from "../admin-session";
import { openArchive } from "../archive-reader";
import { createLike } from "../database-traits";
import { mapFailure } from "../failures";
import type { TestRestoreOptions } from "../options";
import { quoteName } from "../sql-text";
import { isPart } from "./chosen-tables";
import { fillDatabase } from "./fill-database";
import { leftoverRemoved, removeUnfinishedRestores, unfinishedName } from "./names";
import { requireFitServer } from "./preflight";
import { RestoreFollower } from "./progress";
import { checkRestored, countRows } from "./restored-checks";

/**
 * Restores an archive into a scratch database, compares rows (counted anew), validity and structure with the
 * manifest, and removes the database. Owners and grants are left out: the scratch server has other roles.
 * @throws DomainError when the archive cannot be restored at all; what differs afterwards is in the result
 */
export async function testRestore(options: TestRestoreOptions): Promise<TestRestoreResult> {
  const { scratch, store, signal } = options;
  const started = performance.now();
  const name = unfinishedName();
  const follower = new RestoreFollower(options.onProgress);
  try {
    const archive = await openArchive(store, options.keys);
    const { manifest } = archive;
    const admin = await openAdmin(scratch, [name]);
    try {
      await requireFitServer(admin, manifest);
      const removed = (await removeUnfinishedRestores(admin)).map(leftoverRemoved);
      follower.begin("creating");
      options.onDatabase?.(name);
      await options.onTrace?.({ kind: "database", name, oid: null, replaces: null });
      const notes = await createLike(admin, name, { ...manifest.database, tablespace: null }, true);
      const spec = { ...scratch, database: name };
      const filled = await fillDatabase({
        spec,
        archive,
        owners: "none",
        analyze: false,
        connections: 2,
        follower,
        signal,
      });
      follower.begin("verifying");
      const client = await openConnection({ ...spec, applicationName: "dbmigrator-restore" });
      try {
        const { tables } = manifest;
        const counts = await countRows(client, tables);
        // Of a part something may be left out, which the notes name.
        const all = !isPart(manifest) || filled.notes.length + filled.foreignKeysLeft.length === 0;
        const checks = await checkRestored(client, {
          manifest,
          tables,
          counts,
          whole: all ? { spec, archive } : null,
          signal,
        });
        follower.begin("done");
        return {
          ...checks,
          serverVersion: serverVersion(client),
          durationMs: Math.round(performance.now() - started),
          notes: [...removed, ...notes, ...filled.notes],
        };
      } finally {
        await closeConnection(client);
      }
    } finally {
      await admin.query(`DROP DATABASE IF EXISTS ${quoteName(name)} WITH (FORCE)`).catch(() => {});
      await closeConnection(admin);
    }
  } catch (error) {
    throw mapFailure(error, { spec: scratch, location: store.location, signal });
  }
}
