import type { SchemaPlan } from "../diff/plan";

/** The SQL text of a plan, with a word at what loses rows or values. */
export function planSql(plan: SchemaPlan): string {
  return plan.statements
    .map((one) => `${one.losesData ? "-- Loses data.\n" : ""}${one.sql.trimEnd().replace(/;$/, "")};\n`)
    .join("");
}
