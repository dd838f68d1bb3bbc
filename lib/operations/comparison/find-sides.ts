import type { z } from "zod";
import { readSnapshotFile } from "../../core/comparison/snapshot-file";
import { readDirectives } from "../../core/migration/directives";
import { matchesVersion } from "../../core/migration/version";
import { planUp } from "../../core/plan/plan";
import type { Db } from "../../db/client";
import { DomainError } from "../../errors";
import { closeConnection, openConnection } from "../../postgres/connection/connect";
import { readAppliedScripts } from "../../postgres/replay/applied-scripts";
import type { SideSource } from "../../postgres/replay/read-sides";
import { loadMigrationSources } from "../migration/load";
import { noSuch } from "../project/find";
import { specOf } from "../target/spec";
import type { SideInput } from "./fields";
import type { SideView } from "./views";

export interface FoundSide {
  source: SideSource;
  view: Pick<SideView, "kind" | "label" | "environment" | "service">;
}

/**
 * Where a side of a comparison is read from. Only what belongs to the project is found.
 * @throws DomainError not_found; precondition `comparison.nothing`; validation `snapshot.invalid`
 */
export async function findSide(
  db: Db,
  projectId: string,
  input: z.output<typeof SideInput>,
): Promise<FoundSide> {
  switch (input.kind) {
    case "target":
    case "ledger":
      return targetSide(db, projectId, input.targetId, input.kind);
    case "migrations":
      return migrationsSide(db, projectId, input.serviceId, input.to);
    case "snapshot":
    case "sql":
      return fileSide(input);
  }
}

async function targetSide(
  db: Db,
  projectId: string,
  targetId: string,
  kind: "target" | "ledger",
): Promise<FoundSide> {
  const target = await db.target.findFirst({
    where: { id: targetId, service: { projectId } },
    include: {
      service: { select: { id: true, name: true } },
      environment: { select: { id: true, name: true, color: true, protected: true } },
    },
  });
  if (!target) throw noSuch("target");
  const { service, environment } = target;
  const label = `${service.name} on ${environment.name}`;
  const view = { kind, label, environment, service };
  const spec = specOf(target);
  if (kind === "target") return { source: { kind: "database", label, spec }, view };
  const client = await openConnection(spec, { guardAddresses: true });
  const said = await readAppliedScripts(client).finally(() => closeConnection(client));
  if (!said || said.applied.length === 0) throw nothingRecorded(label);
  const scripts = said.applied
    .filter(({ up }) => !readDirectives(up).directives.revertsDrift)
    .map(({ filename, up }) => ({ name: filename, sql: up }));
  return { source: { kind: "scripts", label, scripts }, view };
}

async function migrationsSide(
  db: Db,
  projectId: string,
  serviceId: string,
  to: string | undefined,
): Promise<FoundSide> {
  const service = await db.service.findFirst({
    where: { id: serviceId, projectId },
    select: { id: true, name: true },
  });
  if (!service) throw noSuch("service");
  const all = await loadMigrationSources(db, service.id, { drafts: false });
  if (to !== undefined && !all.some((one) => matchesVersion(one, to))) {
    throw new DomainError("not_found", "comparison.no_migration", `${service.name} has no migration ${to}.`, {
      details: { service: service.name, migration: to },
    });
  }
  const { steps } = planUp(all, [], to === undefined ? {} : { to });
  if (steps.length === 0) throw nothingToReplay(service.name);
  const scripts = steps.map(({ migration }) => ({ name: migration.filename, sql: migration.up }));
  return {
    source: { kind: "scripts", label: service.name, scripts },
    view: { kind: "migrations", label: service.name, environment: null, service },
  };
}

function fileSide(input: { kind: "snapshot" | "sql"; name: string; text: string }): FoundSide {
  const { kind, name, text } = input;
  const view = { kind, label: name, environment: null, service: null };
  if (kind === "sql")
    return { source: { kind: "scripts", label: name, scripts: [{ name, sql: text }] }, view };
  return { source: { kind: "snapshot", label: name, snapshot: readSnapshotFile(text, name).snapshot }, view };
}

function nothingRecorded(label: string): DomainError {
  return new DomainError(
    "precondition",
    "comparison.nothing_recorded",
    `Nothing is recorded in the ledger of ${label}.`,
    { details: { target: label }, hint: "Record what it has with a baseline." },
  );
}

function nothingToReplay(service: string): DomainError {
  return new DomainError("precondition", "comparison.nothing", `${service} has no migration to replay.`, {
    details: { service },
    hint: "Drafts are not replayed.",
  });
}
