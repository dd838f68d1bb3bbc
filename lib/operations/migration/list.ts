import { z } from "zod";
import type { Db } from "../../db/client";
import { validationError } from "../../errors";
import { defineOperation } from "../define";
import { scopeOfSlug } from "../project/find";
import { countMigrations, type ListedMigration, type ListFilter, queryMigrations } from "./list-query";
import { readPlaces, readStates } from "./list-states";
import type { MigrationGroup, MigrationList, OrphanRow, PlaceView } from "./views";

export const LIST_STATES = [
  "draft",
  "applied",
  "pending",
  "failed",
  "changed",
  "out_of_order",
  "in_doubt",
] as const;

const ListMigrationsInput = z.object({
  project: z.string(),
  /** Name of a service; without it the newest of every service, and no further pages. */
  service: z.string().optional(),
  state: z.enum(LIST_STATES).optional(),
  /** Name of an environment. With `state`: that state there; alone: whatever has a target there. */
  environment: z.string().optional(),
  text: z.string().trim().max(200).optional(),
  /** `next` of the page before. */
  after: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** How many migrations each service shows while no service is chosen, and of how many services. */
const PER_SERVICE = 10;
const SERVICES = 40;

/** Migrations by service, newest version first, with their state in every environment. */
export const listMigrations = defineOperation({
  name: "migration.list",
  permission: "migration.read",
  input: ListMigrationsInput,
  audit: "none",
  scope: ({ db, input }) => scopeOfSlug(db, input.project),
  run: async ({ ctx, input, scope }): Promise<MigrationList> => {
    const projectId = scope.projectId ?? "";
    const [services, environments] = await Promise.all([
      ctx.db.service.findMany({
        where: { projectId },
        orderBy: { name: "asc" },
        select: { id: true, name: true },
      }),
      readPlaces(ctx.db, projectId),
    ]);
    const single = input.service ?? (services.length === 1 ? services[0]?.name : undefined);
    const chosen = single ? services.filter((s) => s.name === single) : services.slice(0, SERVICES);
    if (single && chosen.length === 0)
      throw validationError([{ field: "service", message: `There is no service ${single}.` }]);
    const environment = environments.find((e) => e.name === input.environment);
    if (input.environment && !environment) {
      throw validationError([
        { field: "environment", message: `There is no environment ${input.environment}.` },
      ]);
    }
    const filter: ListFilter = {
      projectId,
      serviceIds: chosen.map((s) => s.id),
      environmentId: environment?.id,
      state: input.state,
      text: input.text || undefined,
      after: input.after ? readCursor(input.after) : undefined,
      limit: single ? input.limit : Math.min(PER_SERVICE, input.limit),
    };
    const everything = { projectId, serviceIds: services.map((s) => s.id), limit: 0 };
    const isNarrowed = Boolean(filter.state || filter.text || filter.environmentId);
    const [whole, narrowed] = await Promise.all([
      countMigrations(ctx.db, everything),
      isNarrowed ? countMigrations(ctx.db, filter) : null,
    ]);
    const counts = narrowed ?? whole;
    const all = [...whole.values()].reduce((sum, count) => sum + count, 0);
    const rows = await queryMigrations(ctx.db, filter, counts);
    const groups = await toGroups(ctx.db, { chosen, environments, rows, counts, limit: filter.limit });
    return {
      groups,
      orphans: input.after ? [] : await readOrphans(ctx.db, filter.serviceIds, environments),
      services: services.map((s) => s.name),
      environments,
      all,
    };
  },
});

interface Parts {
  chosen: { id: string; name: string }[];
  environments: PlaceView[];
  rows: ListedMigration[];
  counts: Map<string, number>;
  limit: number;
}

async function toGroups(db: Db, parts: Parts): Promise<MigrationGroup[]> {
  const states = await readStates(db, parts.environments, parts.rows);
  return parts.chosen.map((service) => {
    const found = parts.rows.filter((row) => row.serviceId === service.id);
    const shown = found.slice(0, parts.limit);
    const last = shown.at(-1);
    return {
      service,
      environments: parts.environments,
      total: parts.counts.get(service.id) ?? 0,
      next: found.length > parts.limit && last ? writeCursor(last) : null,
      rows: shown.map((row) => ({
        id: row.id,
        service,
        filename: row.filename,
        version: row.version,
        name: row.name,
        kind: row.kind === "repeatable" ? "repeatable" : "versioned",
        draft: row.draft,
        hasDown: row.hasDown,
        updatedAt: row.updatedAt.toISOString(),
        states: states.get(`${row.serviceId}/${row.filename}`) ?? [],
      })),
    };
  });
}

/** What targets hold and no script explains, at most 50. */
async function readOrphans(db: Db, serviceIds: string[], environments: PlaceView[]): Promise<OrphanRow[]> {
  const rows = await db.targetMigration.findMany({
    where: { state: "missing", target: { serviceId: { in: serviceIds } } },
    include: { target: { select: { environmentId: true, service: { select: { name: true } } } } },
    orderBy: { filename: "asc" },
    take: 50,
  });
  return rows.flatMap((row) => {
    const environment = environments.find((e) => e.id === row.target.environmentId);
    if (!environment) return [];
    const { filename, appliedAt, appliedBy } = row;
    return [
      {
        service: row.target.service.name,
        filename,
        environment,
        appliedAt: appliedAt?.toISOString() ?? null,
        appliedBy,
      },
    ];
  });
}

function writeCursor(row: { sortKey: string; filename: string }): string {
  return Buffer.from(JSON.stringify([row.sortKey, row.filename])).toString("base64url");
}

/** @throws DomainError validation */
function readCursor(text: string): { sortKey: string; filename: string } {
  try {
    const parsed = z
      .tuple([z.string(), z.string()])
      .parse(JSON.parse(Buffer.from(text, "base64url").toString()));
    return { sortKey: parsed[0], filename: parsed[1] };
  } catch {
    throw validationError([{ field: "after", message: "This is no place in the list." }]);
  }
}
