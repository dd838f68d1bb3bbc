import { join } from "node:path";
import { z } from "zod";
import type { MigrationSource } from "../../core/migration/types";
import type { Tx } from "../../db/client";
import { DomainError } from "../../errors";
import { defineOperation } from "../define";
import { scopeOfSlug } from "../project/find";
import { refreshMirrors } from "../target/mirror";
import { type ImportItem, planImport } from "./import-plan";
import { ImportSource, readSource } from "./import-source";
import { serviceScope } from "./scope";

const PreviewInput = z.object({
  project: z.string(),
  /** All files belong to it; without it, sub-folders name their services. */
  service: z.string().optional(),
  source: ImportSource,
  overwrite: z.boolean().default(false),
  overwriteApplied: z.boolean().default(false),
});

const ImportInput = PreviewInput.extend({
  /** The preview's digest; without it nothing was looked at before. */
  digest: z.string().optional(),
  /** Take what can be taken and leave out what a problem keeps out; otherwise a problem keeps everything out. */
  skipRefused: z.boolean().default(false),
});

type Args = { project: string; service?: string | undefined };

/** Says what an import would create, change and leave out, and what is wrong at which line. Writes nothing. */
export const previewImport = defineOperation({
  name: "migration.import_preview",
  permission: "migration.write",
  input: PreviewInput,
  audit: "none",
  scope: ({ db, input }) => scopeOf(db, input),
  run: async ({ ctx, input, scope }) => (await read(ctx.db, input, scope.projectId ?? "")).plan,
});

/**
 * Imports migrations, all of them or none.
 * @throws DomainError validation `import.problems` with each place; conflict `import.changed` when the files are not
 *   those that were previewed
 */
export const importMigrations = defineOperation({
  name: "migration.import",
  permission: "migration.write",
  input: ImportInput,
  audit: "change",
  scope: ({ db, input }) => scopeOf(db, input),
  run: async ({ ctx, input, scope }) => {
    const { plan, migrations, services } = await read(ctx.db, input, scope.projectId ?? "");
    if (input.digest !== undefined && input.digest !== plan.digest) {
      throw new DomainError(
        "conflict",
        "import.changed",
        "The files are no longer those that the preview showed.",
        {
          hint: "Look at the new preview.",
        },
      );
    }
    const errors = plan.problems.filter((problem) => problem.level === "error");
    if (errors.length > 0 && !input.skipRefused) throw problemsError(errors);
    const byKey = new Map(migrations.map((m) => [`${m.service}/${m.filename}`, m]));
    const chosen = (action: ImportItem["action"]) =>
      plan.items
        .filter((item) => item.action === action)
        .flatMap((item) => byKey.get(`${item.service}/${item.filename}`) ?? []);
    await createAll(ctx.db, chosen("create"), services, ctx.actor.userId);
    await updateAll(ctx.db, chosen("update"), services, ctx.actor.userId);
    await refreshAll(ctx.db, [...chosen("create"), ...chosen("update")], services);
    const counts = countActions(plan.items);
    ctx.note({ source: input.source.kind, ...counts, digest: plan.digest });
    return { ...counts, items: plan.items, problems: plan.problems };
  },
});

function scopeOf(db: Tx, input: Args) {
  return input.service === undefined
    ? scopeOfSlug(db, input.project)
    : serviceScope(db, input.project, input.service);
}

async function read(db: Tx, input: z.output<typeof PreviewInput>, projectId: string) {
  const rows = await db.service.findMany({ where: { projectId }, select: { id: true, name: true } });
  const services = new Map(rows.map((row) => [row.name, row.id]));
  const files = await readSource(input.source, join(process.cwd(), "migrations"), input.service);
  const { service, overwrite, overwriteApplied } = input;
  return { ...(await planImport(db, files, services, { service, overwrite, overwriteApplied })), services };
}

function problemsError(errors: { file: string; line: number | null; message: string }[]): DomainError {
  const fields = errors.slice(0, 100).map(({ file, line, message }) => ({
    field: line === null ? file : `${file}:${line}`,
    message,
  }));
  const first = fields[0];
  return new DomainError(
    "validation",
    "import.problems",
    `Nothing was imported: ${first?.field}: ${first?.message}${errors.length > 1 ? ` (and ${errors.length - 1} more)` : ""}`,
    { hint: "Correct the files, or import the rest without them.", details: { fields } },
  );
}

async function createAll(
  tx: Tx,
  migrations: MigrationSource[],
  services: Map<string, string>,
  userId: string | null,
) {
  for (let at = 0; at < migrations.length; at += 200) {
    const data = migrations.slice(at, at + 200).map(({ service, ...migration }) => ({
      ...migration,
      serviceId: services.get(service) ?? "",
      draft: false,
      authorId: userId,
      updatedById: userId,
    }));
    await tx.migration.createMany({ data });
  }
}

async function updateAll(
  tx: Tx,
  migrations: MigrationSource[],
  services: Map<string, string>,
  userId: string | null,
) {
  for (const { service, filename, up, down, checksum, kind } of migrations) {
    await tx.migration.update({
      where: { serviceId_filename: { serviceId: services.get(service) ?? "", filename } },
      data: {
        up,
        down,
        checksum,
        kind,
        revision: { increment: 1 },
        updatedById: userId,
        updatedAt: new Date(),
      },
    });
  }
}

async function refreshAll(tx: Tx, written: MigrationSource[], services: Map<string, string>) {
  for (const service of new Set(written.map((one) => one.service)))
    await refreshMirrors(tx, services.get(service) ?? "");
}

function countActions(items: ImportItem[]) {
  const count = (action: ImportItem["action"]) => items.filter((item) => item.action === action).length;
  return {
    created: count("create"),
    updated: count("update"),
    same: count("same"),
    differing: count("differs"),
    refused: count("refused"),
  };
}
