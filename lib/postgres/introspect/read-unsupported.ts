import { anyIn } from "../../core/schema/sql-text";
import type { Snapshot } from "../../core/schema/types";
import type { Reading } from "./read-rows";

/** What no object kind covers, each with the query of the names that are there, and whether it pays to ask. */
export const UNSUPPORTED: readonly { what: string; presence: string; query: string }[] = [
  {
    what: "security label",
    presence: "EXISTS (SELECT FROM pg_seclabel)",
    query:
      "SELECT objtype || ' ' || objname || ' (' || provider || ')' AS name FROM pg_seclabels WHERE objtype NOT IN ('role', 'tablespace', 'database')",
  },
  {
    what: "tablespace",
    presence: anyIn("pg_tablespace"),
    query: `SELECT quote_ident(t.spcname) || ': ' || string_agg(c.oid::regclass::text, ', ' ORDER BY c.oid::regclass::text) AS name
      FROM pg_class c JOIN pg_tablespace t ON t.oid = c.reltablespace WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'm', 'i', 'I') GROUP BY t.spcname`,
  },
  {
    what: "large objects",
    presence: "EXISTS (SELECT FROM pg_largeobject_metadata)",
    query:
      "SELECT count(*)::text || ' of ' || quote_ident(pg_get_userbyid(lomowner)) AS name FROM pg_largeobject_metadata GROUP BY lomowner",
  },
  {
    what: "invalid index",
    presence: anyIn("pg_index", "indexrelid", "NOT indisvalid"),
    query: `SELECT x.indexrelid::regclass::text AS name FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
      WHERE NOT x.indisvalid AND i.relkind = 'i' AND i.oid >= 16384 AND i.relpersistence <> 't'`,
  },
];

/** What exists and is not covered: reported by name, never ignored in silence. */
export function readUnsupported(snapshot: Snapshot): { what: string; presence: string; reading: Reading }[] {
  return UNSUPPORTED.map(({ what, presence, query }) => ({
    what,
    presence,
    reading: {
      query: `${query} ORDER BY 1`,
      take: (row) => snapshot.unsupported.push({ what, name: row.name as string }),
    },
  }));
}
