import { GROUPS, type Group, type SchemaGroup } from "../../core/outline/outline";
import type { Db } from "../../db/client";
import type { SchemaObject } from "../../db/generated/client";
import { DomainError } from "../../errors";
import { FORMAT } from "./format";
import type { SchemaRow, ShownKind } from "./views";

type RowFields = Pick<
  SchemaObject,
  "ordinal" | "id" | "grouped" | "kind" | "schema" | "name" | "rows" | "bytes"
>;

export const ROW_FIELDS = {
  ordinal: true,
  id: true,
  grouped: true,
  kind: true,
  schema: true,
  name: true,
  rows: true,
  bytes: true,
} as const;

export function rowOf(object: RowFields): SchemaRow {
  return {
    ordinal: object.ordinal,
    id: object.id,
    group: GROUPS.find((group) => group === object.grouped) ?? ("tables" satisfies Group),
    kind: object.kind as ShownKind,
    schema: object.schema,
    name: object.name,
    rows: object.rows,
    bytes: object.bytes === null ? null : Number(object.bytes),
  };
}

/** The head of what was read of a target, when this program can read it. */
export async function findSnapshot(db: Db, targetId: string) {
  const found = await db.schemaSnapshot.findUnique({ where: { targetId } });
  return found?.format === FORMAT ? found : null;
}

/** @throws DomainError precondition `schema.not_read` */
export async function requireSnapshot(db: Db, targetId: string) {
  const found = await findSnapshot(db, targetId);
  if (found) return found;
  throw new DomainError(
    "precondition",
    "schema.not_read",
    "The schema of this target has not been read yet.",
    {
      hint: "Read it first.",
    },
  );
}

export function groupsOf(snapshot: { groups: unknown }): SchemaGroup[] {
  return snapshot.groups as SchemaGroup[];
}
