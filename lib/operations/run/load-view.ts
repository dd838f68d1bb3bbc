import type { PlannedMigration } from "../../core/run/types";
import type { Db } from "../../db/client";
import { backupOfRun } from "../backup/before-deployment";
import type { StoredCheck } from "../deployment/stored-check";
import type { RunView } from "../deployment/views";
import { nameReader } from "../user/names";
import { type RunPlace, runView } from "./view";

/** Lines of the log that a page gets at once; the whole of it by `run.log`. */
export const LOG_TAIL = 200;

/**
 * The last run of a deployment with its steps and log; null: it never ran.
 * @param afterLog only lines after this id; null: the last ones
 */
export async function loadRunView(
  db: Db,
  args: {
    deploymentId: string;
    place: RunPlace;
    plan: readonly PlannedMigration[];
    check: StoredCheck | null;
    afterLog?: bigint | null;
  },
): Promise<RunView | null> {
  const run = await db.run.findFirst({
    where: { deploymentId: args.deploymentId },
    orderBy: { attempt: "desc" },
  });
  if (!run) return null;
  const after = args.afterLog ?? null;
  const name = await nameReader(db, [run.startedByLabel]);
  const [steps, log, logTotal, backup] = await Promise.all([
    db.runStep.findMany({ where: { runId: run.id }, orderBy: { position: "asc" } }),
    db.runLog.findMany({
      where: { runId: run.id, ...(after === null ? {} : { id: { gt: after } }) },
      orderBy: { id: "desc" },
      take: LOG_TAIL,
    }),
    db.runLog.count({ where: { runId: run.id } }),
    backupOfRun(db, run.id),
  ]);
  const startedBy = name({ id: run.startedBy, label: run.startedByLabel });
  return runView({ ...args, run, startedBy, steps, log: log.reverse(), logTotal, backup });
}
