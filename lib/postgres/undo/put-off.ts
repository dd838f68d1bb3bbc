import type pg from "pg";
import { NULLS, putOff } from "../../core/undo/put-off";
import { serverMajor } from "../connection/connect";
import { bringsRows } from "./copies";
import type { PutBackPlan } from "./put-back";

/** Set before a statement of the way back that `putOffRefused` may be asked about. */
export const BEFORE_REFUSAL = "SAVEPOINT dbmigrator_put_off";

/**
 * Rows that went after one of their columns come back without it, also into a table that is empty until then.
 * @returns a statement of the way back as it is to run
 */
export function putOffAtOnce(client: pg.Client, plan: PutBackPlan, text: string): string {
  const tables = plan.entries.filter(({ kind }) => bringsRows(kind)).map(({ relationOid }) => relationOid);
  const lacks = plan.entries.some(
    ({ kind, relationOid }) => kind === "drop_column" && tables.includes(relationOid),
  );
  const off = lacks ? putOff(text, NULLS, serverMajor(client)) : null;
  if (!off?.now) return text;
  plan.later.push(...off.later);
  return off.now;
}

/**
 * After PostgreSQL refused a statement of the way back for the rows that are there: a constraint that the kept rows
 * and values fulfil is made by finishPutBack, once they are back.
 * @param code SQLSTATE of the refusal
 * @returns whether the transaction goes on
 * @throws pg.DatabaseError of what is run in its place
 */
export async function putOffRefused(
  client: pg.Client,
  plan: PutBackPlan,
  text: string,
  code: string,
): Promise<boolean> {
  const off = putOff(text, code, serverMajor(client));
  if (!off) return false;
  await client.query("ROLLBACK TO SAVEPOINT dbmigrator_put_off");
  if (off.now !== null) await client.query(off.now);
  plan.later.push(...off.later);
  return true;
}
