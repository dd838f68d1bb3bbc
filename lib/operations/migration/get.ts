import { z } from "zod";
import type { Db } from "../../db/client";
import { defineOperation } from "../define";
import { noSuch } from "../project/find";
import { readPlaces, readStates } from "./list-states";
import { findPeople } from "./people";
import { migrationScope } from "./scope";
import type { DraftView, MigrationView } from "./views";

const GetMigrationInput = z.object({ id: z.uuid("There is no such migration.") });

/** One migration with its scripts, its state in every environment and the asker's own unsaved text. */
export const getMigration = defineOperation({
  name: "migration.get",
  permission: "migration.read",
  input: GetMigrationInput,
  audit: "none",
  scope: ({ db, input }) => migrationScope(db, input.id),
  run: async ({ ctx, input }): Promise<MigrationView> => {
    const row = await ctx.db.migration.findUnique({
      where: { id: input.id },
      include: { service: { include: { project: { select: { id: true, slug: true } } } } },
    });
    if (!row) throw noSuch("migration");
    const { service } = row;
    const environments = await readPlaces(ctx.db, service.project.id);
    const [states, people, ownDraft, deployments] = await Promise.all([
      readStates(ctx.db, environments, [row]),
      findPeople(ctx.db, [row.authorId, row.updatedById]),
      readOwnDraft(ctx.db, row.id, ctx.actor.userId),
      readDeployments(ctx.db, service.id, row.filename),
    ]);
    return {
      id: row.id,
      project: service.project,
      service: { id: service.id, name: service.name },
      filename: row.filename,
      version: row.version,
      name: row.name,
      kind: row.kind === "repeatable" ? "repeatable" : "versioned",
      draft: row.draft,
      up: row.up,
      down: row.down,
      checksum: row.checksum,
      revision: row.revision,
      author: people.get(row.authorId ?? "") ?? null,
      updatedBy: people.get(row.updatedById ?? "") ?? null,
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
      states: states.get(`${service.id}/${row.filename}`) ?? [],
      ownDraft,
      deployments,
    };
  },
});

async function readOwnDraft(db: Db, migrationId: string, userId: string | null): Promise<DraftView | null> {
  if (!userId) return null;
  const row = await db.migrationDraft.findUnique({ where: { migrationId_userId: { migrationId, userId } } });
  if (!row || row.up === null || row.savedAt === null) return null;
  return { up: row.up, down: row.down, baseRevision: row.baseRevision, savedAt: row.savedAt.toISOString() };
}

async function readDeployments(
  db: Db,
  serviceId: string,
  filename: string,
): Promise<MigrationView["deployments"]> {
  const rows = await db.$queryRaw<{ number: number; state: string; environment: string; createdAt: Date }[]>`
    SELECT d.number, d.state, e.name AS environment, d.created_at AS "createdAt"
    FROM target t
      JOIN environment e ON e.id = t.environment_id
      JOIN deployment d ON d.target_id = t.id
    WHERE t.service_id = ${serviceId}::uuid
      AND d.plan @> jsonb_build_array(jsonb_build_object('filename', ${filename}::text))
    ORDER BY d.created_at DESC LIMIT 20`;
  return rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() }));
}
