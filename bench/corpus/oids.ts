import type pg from "pg";

const USER = "oid >= 16384";

/** What has an identity that its name may outlive: number by name, as SQL writes it. */
const QUERY = `
  SELECT name, number::text FROM (SELECT 'relation ' || oid::regclass::text AS name, oid AS number FROM pg_class WHERE ${USER} AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'i', 'I', 'c') AND relnamespace <> 'pg_toast'::regnamespace
  UNION ALL SELECT 'routine ' || oid::regprocedure::text, oid FROM pg_proc WHERE ${USER}
  UNION ALL SELECT 'type ' || format_type(oid, NULL), oid FROM pg_type WHERE ${USER} AND typtype IN ('b', 'd', 'e', 'r') AND typarray <> 0
  UNION ALL SELECT 'constraint ' || conname || ' on ' || CASE WHEN conrelid <> 0 THEN conrelid::regclass::text ELSE format_type(contypid, NULL) END, oid FROM pg_constraint WHERE ${USER} AND contype IN ('p', 'u', 'f', 'c', 'x')
  UNION ALL SELECT 'trigger ' || tgname || ' on ' || tgrelid::regclass::text, oid FROM pg_trigger WHERE ${USER} AND NOT tgisinternal
  UNION ALL SELECT 'policy ' || polname || ' on ' || polrelid::regclass::text, oid FROM pg_policy
  UNION ALL SELECT 'rule ' || rulename || ' on ' || ev_class::regclass::text, oid FROM pg_rewrite WHERE ${USER} AND rulename <> '_RETURN'
  UNION ALL SELECT 'operator ' || oid::regoperator::text, oid FROM pg_operator WHERE ${USER} AND oprcode <> 0
  UNION ALL SELECT 'operator class ' || opcname || ' of ' || opcnamespace::regnamespace::text, oid FROM pg_opclass WHERE ${USER}
  UNION ALL SELECT 'operator family ' || opfname || ' of ' || opfnamespace::regnamespace::text, oid FROM pg_opfamily WHERE ${USER}
  UNION ALL SELECT 'text search configuration ' || oid::regconfig::text, oid FROM pg_ts_config WHERE ${USER}
  UNION ALL SELECT 'text search dictionary ' || oid::regdictionary::text, oid FROM pg_ts_dict WHERE ${USER}
  UNION ALL SELECT 'statistics ' || stxname || ' of ' || stxnamespace::regnamespace::text, oid FROM pg_statistic_ext
  UNION ALL SELECT 'collation ' || collname || ' of ' || collnamespace::regnamespace::text, oid FROM pg_collation WHERE ${USER}
  UNION ALL SELECT 'conversion ' || conname || ' of ' || connamespace::regnamespace::text, oid FROM pg_conversion WHERE ${USER}
  UNION ALL SELECT 'publication ' || pubname, oid FROM pg_publication
  UNION ALL SELECT 'subscription ' || subname, s.oid FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = current_database()
  UNION ALL SELECT 'foreign data wrapper ' || fdwname, oid FROM pg_foreign_data_wrapper WHERE ${USER}
  UNION ALL SELECT 'server ' || srvname, oid FROM pg_foreign_server
  UNION ALL SELECT 'event trigger ' || evtname, oid FROM pg_event_trigger WHERE ${USER}
  UNION ALL SELECT 'extension ' || extname, oid FROM pg_extension WHERE ${USER}
  UNION ALL SELECT 'schema ' || nspname, oid FROM pg_namespace WHERE ${USER}) objects
  UNION ALL SELECT 'column ' || attrelid::regclass::text || '.' || attname, attrelid || ' ' || attnum FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
    WHERE attrelid >= 16384 AND attnum > 0 AND NOT attisdropped AND c.relkind IN ('r', 'p', 'f')`;

/** The oid of every object by its name; of a column its table and number. */
export async function readOids(client: pg.ClientBase): Promise<Map<string, string>> {
  await client.query("SET search_path = ''");
  const { rows } = await client.query<{ name: string; number: string }>(QUERY);
  return new Map(rows.map((row) => [row.name, row.number]));
}
