import type pg from "pg";
import { compareSnapshots } from "../../lib/core/diff/compare";
import { planSchema } from "../../lib/core/diff/plan";
import type { Fact, Kind, Snapshot } from "../../lib/core/schema/types";
import { readSnapshot } from "../../lib/postgres/introspect/read-snapshot";
import { compareDumps } from "./judge";
import { readOids } from "./oids";
import { type OwnCase, scriptOf } from "./own-cases";
import { findLosses, readRows } from "./rows";

export type Side = "a" | "b" | "none";

/** What went wrong, each with a text that names the objects: "" for nothing. */
export interface RunResult {
  /** Statements that PostgreSQL refused. */
  refused: string[];
  /** Differences that are left after the plan. */
  left: string[];
  /** What two dumps do not share. */
  dump: string;
  /** Rows and values that were lost. */
  lost: string[];
  /** Objects of both sides that were dropped and made anew. */
  remade: string[];
}

/** Makes both sides of all cases, plans from one to the other and applies it. */
export async function runCases(
  cases: readonly OwnCase[],
  [from, to]: [pg.Client, pg.Client],
  [fromSide, toSide]: [Side, Side],
  dump: (client: pg.Client) => Promise<string>,
): Promise<RunResult> {
  await make(cases, from, fromSide);
  await make(cases, to, toSide);
  const [rows, oids] = [await readRows(from), await readOids(from)];
  const wanted = await readSnapshot(to);
  // A catalog lists objects in an order that is chance: ways back see another one.
  const seen = (snapshot: Snapshot) => (fromSide === "b" ? turnedRound(snapshot) : snapshot);
  const { statements } = planSchema(seen(await readSnapshot(from)), seen(wanted));
  await from.query("SET check_function_bodies = off; SET search_path = ''");
  const refused: string[] = [];
  for (const { sql } of statements)
    await from.query(sql).catch((error: Error) => refused.push(`${error.message}\n  at ${sql}`));
  const left = compareSnapshots(await readSnapshot(from), wanted).map(
    (one) => `${one.change} ${one.id} ${one.parts.join()}`,
  );
  const lost = findLosses(rows, await readRows(from));
  const [now, there] = [await readOids(from), await readOids(to)];
  const remade = [...oids].filter(([name, oid]) => there.has(name) && now.get(name) !== oid);
  const difference = compareDumps(await dump(from), await dump(to));
  return { refused, left, lost, dump: difference, remade: remade.map(([name]) => name) };
}

/** The same objects with the last of each kind first; columns keep the order of their numbers. */
function turnedRound(snapshot: Snapshot): Snapshot {
  const kinds = new Map<Kind, Fact[]>();
  for (const fact of snapshot.facts.values()) kinds.set(fact.kind, [...(kinds.get(fact.kind) ?? []), fact]);
  for (const [kind, facts] of kinds) if (kind !== "column") facts.reverse();
  const all = [...kinds.values()].flat();
  const place = new Map(all.map((fact, index) => [fact, index]));
  const byPlace = (a: Fact, b: Fact) => (place.get(a) ?? 0) - (place.get(b) ?? 0);
  return {
    ...snapshot,
    facts: new Map(all.map((fact) => [fact.id, fact])),
    children: new Map([...snapshot.children].map(([id, parts]) => [id, [...parts].sort(byPlace)])),
  };
}

async function make(cases: readonly OwnCase[], client: pg.Client, side: Side): Promise<void> {
  if (side === "none") return;
  for (const one of cases) {
    await client.query(scriptOf(one, side)).catch((error: Error) => {
      throw new Error(`${one.name}/${side}.sql: ${error.message}`);
    });
  }
}
