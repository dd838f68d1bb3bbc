import type { Snapshot } from "../../core/schema/types";
import type { Reading } from "./read-rows";

/** Each query names what is there and no object kind covers: `what` and `name`. */
const QUERIES = [
  "SELECT 'security label' AS what, objtype || ' ' || objname || ' (' || provider || ')' AS name FROM pg_seclabels WHERE objtype NOT IN ('role', 'tablespace', 'database')",
  `SELECT 'tablespace', quote_ident(t.spcname) || ': ' || string_agg(c.oid::regclass::text, ', ' ORDER BY c.oid::regclass::text)
    FROM pg_class c JOIN pg_tablespace t ON t.oid = c.reltablespace WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'm', 'i', 'I') GROUP BY t.spcname`,
  `SELECT 'large objects', count(*)::text || ' of ' || quote_ident(pg_get_userbyid(lomowner)) FROM pg_largeobject_metadata GROUP BY lomowner`,
  `SELECT 'invalid index', x.indexrelid::regclass::text FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
    WHERE NOT x.indisvalid AND i.relkind = 'i' AND i.oid >= 16384 AND i.relpersistence <> 't'`,
];

/** What exists and is not covered: reported by name, never ignored in silence. */
export function readUnsupported(snapshot: Snapshot): Reading {
  return {
    query: `${QUERIES.join("\nUNION ALL\n")} ORDER BY 1, 2`,
    take: (row) => snapshot.unsupported.push({ what: row.what as string, name: row.name as string }),
  };
}
