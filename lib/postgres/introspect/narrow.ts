import type pg from "pg";
import type { Fact, FactId, Kind, Snapshot } from "../../core/schema/types";

export interface SchemaSelection {
  /** Only what lies in these schemas, as pg_dump --schema, and what cannot stay without it. Default: all. */
  schemas?: string[];
  /** Nothing that lies in these schemas. */
  exclude?: string[];
}

/** The part of a snapshot that a person asked for. */
export async function narrowTo(
  client: pg.ClientBase,
  snapshot: Snapshot,
  { schemas, exclude }: SchemaSelection,
): Promise<Snapshot> {
  if (!schemas && !exclude) return snapshot;
  const only = schemas ? await quoted(client, schemas) : null;
  const without = await quoted(client, exclude ?? []);
  const wanted = (fact: Fact): boolean => {
    const schema = schemaOf(snapshot, fact);
    const around = RESTING.has(fact.kind) ? schemasBelow(snapshot, fact) : [];
    if (around.length > 0)
      return (
        (only === null || around.some((one) => only.has(one))) && !around.some((one) => without.has(one))
      );
    if (schema === null) return only === null || fact.kind === "role" || fact.kind.startsWith("role_");
    return (only === null || only.has(schema)) && !without.has(schema);
  };
  const facts = new Map<FactId, Fact>();
  for (const fact of snapshot.facts.values()) if (wanted(fact)) facts.set(fact.id, fact);
  const children = new Map<FactId, Fact[]>();
  for (const [id, parts] of snapshot.children) if (facts.has(id)) children.set(id, parts);
  return { ...snapshot, facts, children };
}

/** They lie in no schema, but a function or type below them cannot be dropped or made anew while they are there. */
const RESTING: ReadonlySet<Kind> = new Set<Kind>(["cast", "transform", "event_trigger"]);

function schemasBelow(snapshot: Snapshot, fact: Fact): string[] {
  return fact.deps.flatMap((id) => {
    const below = snapshot.facts.get(id);
    return (below && schemaOf(snapshot, below)) ?? [];
  });
}

/** null: it lies outside of schemas. */
function schemaOf(snapshot: Snapshot, fact: Fact): string | null {
  if (fact.kind === "schema") return fact.name;
  if (fact.kind === "default_privileges") return (fact.body.schema as string | null) ?? null;
  if (fact.schema !== null) return fact.schema;
  const parent = fact.parent === null ? undefined : snapshot.facts.get(fact.parent);
  return parent ? schemaOf(snapshot, parent) : null;
}

async function quoted(client: pg.ClientBase, names: string[]): Promise<Set<string>> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT quote_ident(name) AS name FROM unnest($1::text[]) name",
    [names],
  );
  return new Set(rows.map(({ name }) => name));
}
