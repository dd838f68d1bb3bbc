import type { Snapshot } from "../../core/schema/types";
import type { Reading } from "./read-rows";

/** What no object kind covers, each with the query of the names that are there. */
const QUERIES = {
  "security label":
    "SELECT objtype || ' ' || objname || ' (' || provider || ')' AS name FROM pg_seclabels WHERE objtype NOT IN ('role', 'tablespace', 'database')",
  tablespace: `SELECT quote_ident(t.spcname) || ': ' || string_agg(c.oid::regclass::text, ', ' ORDER BY c.oid::regclass::text) AS name
    FROM pg_class c JOIN pg_tablespace t ON t.oid = c.reltablespace WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'm', 'i', 'I') GROUP BY t.spcname`,
  "large objects": `SELECT count(*)::text || ' of ' || quote_ident(pg_get_userbyid(lomowner)) AS name FROM pg_largeobject_metadata GROUP BY lomowner`,
  "invalid index": `SELECT x.indexrelid::regclass::text AS name FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
    WHERE NOT x.indisvalid AND i.relkind = 'i' AND i.oid >= 16384 AND i.relpersistence <> 't'`,
};

/** What exists and is not covered: reported by name, never ignored in silence. */
export function readUnsupported(snapshot: Snapshot): { what: string; reading: Reading }[] {
  return Object.entries(QUERIES).map(([what, query]) => ({
    what,
    reading: {
      query: `${query} ORDER BY 1`,
      take: (row) => snapshot.unsupported.push({ what, name: row.name as string }),
    },
  }));
}
