import type { Manifest, ManifestForeignKey, ManifestTable, TableName } from "../../../core/backup/types";
import { nearestNames } from "../../../core/nearest-name";
import { DomainError } from "../../../errors";
import { keyOf } from "../inventory";
import { shortList, tableText } from "../sql-text";

type Tables = Pick<Manifest, "tables" | "emptyPartitioned">;
type Placed = Pick<ManifestTable, "schema" | "name" | "partOf">;

/**
 * The tables of an archive whose rows are restored, in its order: all, or those that were chosen, of a partitioned
 * table its partitions.
 * @throws DomainError not_found restore.table_not_in_backup
 */
export function chosenTables(
  { tables, emptyPartitioned = [] }: Tables,
  wanted: readonly TableName[] | undefined,
): ManifestTable[] {
  if (!wanted) return [...tables];
  const keys = new Set(wanted.map(keyOf));
  const found = tables.filter((table) => namesOf(table).some((one) => keys.has(keyOf(one))));
  const held = new Set([...found, ...emptyPartitioned].flatMap(namesOf).map(keyOf));
  const missing = wanted.filter((one) => !held.has(keyOf(one))).map(tableText);
  if (missing.length === 0) return found;
  const names = shortList(missing);
  const nearest = nearestNames(missing, [...tables, ...emptyPartitioned].flatMap(namesOf).map(tableText));
  throw new DomainError("not_found", "restore.table_not_in_backup", `The backup has no rows of ${names}.`, {
    details: { tables: names, nearest: nearest || "no" },
    hint: nearest ? `Did you mean ${nearest}?` : "Upper and lower case count.",
  });
}

/** A table, and the partitioned tables that it is a part of. */
const namesOf = (table: Placed): TableName[] => [table, ...(table.partOf ?? [])];

/** The chosen partitioned tables, and those that are partitions of them. */
export function chosenPartitioned(
  tables: readonly ManifestTable[],
  { emptyPartitioned = [] }: Tables,
  wanted: readonly TableName[],
): Placed[] {
  const found = new Map<string, Placed>();
  for (const { partOf = [] } of tables)
    for (const one of upToChosen(partOf, wanted)) found.set(keyOf(one), one);
  for (const table of emptyPartitioned)
    for (const one of upToChosen(namesOf(table), wanted)) found.set(keyOf(one), one);
  return [...found.values()];
}

/** The nearest comes first: up to the outermost one that was chosen. */
export function upToChosen<T extends TableName>(names: readonly T[], wanted: readonly TableName[]): T[] {
  const keys = new Set(wanted.map(keyOf));
  return names.slice(0, names.findLastIndex((one) => keys.has(keyOf(one))) + 1);
}

/** Whether an archive leaves out what its tables may need: types, functions and neighbours elsewhere. */
export function isPart({ scope }: Pick<Manifest, "scope">): boolean {
  return (
    scope.kind === "tables" || scope.kind === "schemas" || (scope.kind === "schema_only" && !!scope.schemas)
  );
}

/** What an archive of chosen tables is of; undefined: of more. */
export function tablesOfScope({
  scope,
  tables,
  emptyPartitioned = [],
}: Tables & Pick<Manifest, "scope">): TableName[] | undefined {
  if (scope.kind !== "tables") return undefined;
  const named = new Set(scope.tables.map(keyOf));
  const above = [...tables, ...emptyPartitioned].flatMap(({ partOf = [] }) => partOf);
  return [...above.filter((one) => named.has(keyOf(one))), ...emptyPartitioned, ...tables];
}

/** Every table that a restore of chosen ones writes to, by the names that people and catalogs know it by. */
export function writtenTables(manifest: Tables, wanted: readonly TableName[]): TableName[] {
  const tables = chosenTables(manifest, wanted);
  return [...chosenPartitioned(tables, manifest, wanted), ...tables].map(({ schema, name }) => ({
    schema,
    name,
  }));
}

/** Foreign keys between these tables and others: rows of one without those of the other may not fit together. */
export function neighboursOf(
  manifest: Tables & Pick<Manifest, "foreignKeys">,
  wanted: readonly TableName[],
): ManifestForeignKey[] {
  const { touched, complete } = reachOf(manifest, wanted);
  return manifest.foreignKeys.filter(({ table, references }) => {
    const [from, to] = [keyOf(table), keyOf(references)];
    const together = complete.has(from) && complete.has(to);
    return !together && (touched.has(from) || touched.has(to));
  });
}

/** Foreign keys of chosen tables that point at rows which were not chosen. */
export function keysToOthers(
  manifest: Tables & Pick<Manifest, "foreignKeys">,
  wanted: readonly TableName[],
): ManifestForeignKey[] {
  const { touched, complete } = reachOf(manifest, wanted);
  return manifest.foreignKeys.filter(
    ({ table, references }) => touched.has(keyOf(table)) && !complete.has(keyOf(references)),
  );
}

/** `touched`: tables some rows of which are chosen; `complete`: those all rows of which are. */
function reachOf(manifest: Tables, wanted: readonly TableName[]) {
  const chosen = new Set(chosenTables(manifest, wanted).map(keyOf));
  const touched = new Set<string>();
  const lacking = new Set<string>();
  for (const table of manifest.tables) {
    const reached = chosen.has(keyOf(table)) ? touched : lacking;
    for (const one of namesOf(table)) reached.add(keyOf(one));
  }
  return { touched, complete: new Set([...touched].filter((key) => !lacking.has(key))) };
}
