import { checksumOf } from "../../core/migration/checksum";
import type { MigrationSource } from "../../core/migration/types";
import { boundScripts, scriptsHash } from "../../core/policy/bound-hash";
import type { PlannedMigration } from "../../core/run/types";
import type { Db, Tx } from "../../db/client";
import { DomainError } from "../../errors";
import { type LoadedDeployment, loadLastCheck } from "./load";
import type { StoredCheck } from "./stored-check";

/** Whether the scripts in the store are still the ones that were checked. */
export async function scriptsUnchanged(
  db: Db | Tx,
  deployment: LoadedDeployment,
  check: StoredCheck | null,
): Promise<boolean> {
  if (!check) return false;
  return (await currentScriptsHash(db, deployment.serviceId, deployment.plan)) === check.bound.scripts;
}

/** The hash over the scripts of a plan as they are in the store now. */
export async function currentScriptsHash(
  db: Db | Tx,
  serviceId: string,
  plan: readonly PlannedMigration[],
): Promise<string> {
  const sources = await db.migration.findMany({
    where: { serviceId, filename: { in: plan.map((one) => one.filename) } },
    select: { filename: true, up: true, down: true },
  });
  return hashOfScripts(plan, sources);
}

/** The same hash over texts at hand. The checksum is made of the text: a column beside it could say anything. */
export function hashOfScripts(
  plan: readonly PlannedMigration[],
  sources: readonly Pick<MigrationSource, "filename" | "up" | "down">[],
): string {
  const texts = sources.map(({ filename, up, down }) => ({ filename, down, checksum: checksumOf(up) }));
  return scriptsHash(boundScripts(plan, texts));
}

/** @throws DomainError conflict `deployment.stale` */
export async function requireUnchangedScripts(db: Db | Tx, deployment: LoadedDeployment): Promise<void> {
  const check = await loadLastCheck(db, deployment.id);
  if (!(await scriptsUnchanged(db, deployment, check))) throw staleError("scripts");
}

/** What was reviewed is not what there is now. */
export function staleError(what: "scripts" | "schema" | "page" | "rules"): DomainError {
  const message = {
    scripts: "A script of this deployment was changed after it was checked.",
    schema: "The schema of the target was changed after it was checked.",
    page: "This deployment was changed after you opened it.",
    rules: "What this environment asks for was changed after the deployment was started.",
  }[what];
  return new DomainError("conflict", "deployment.stale", message, {
    details: { what },
    hint:
      what === "page"
        ? "Load the page again and look at what is new."
        : "Check it again; approvals of the old version no longer count.",
  });
}
