/** Schemas that hold nothing of the user's (docs: "System Catalogs", pg_dump leaves out the same). */
const SYSTEM =
  "n.nspname IN ('pg_catalog', 'information_schema') OR n.nspname ~ '^pg_(toast|temp_|toast_temp_)'";

const MEMBER = `EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                          AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e')`;

/** Configuration tables and sequences of extensions, with the condition on their rows (pg_extension.extconfig). */
const CONFIGURATION = `
  SELECT e.oid AS extension, x.relation, nullif(x.condition, '') AS condition
    FROM pg_extension e, unnest(e.extconfig, e.extcondition) AS x(relation, condition)`;

/** Hashes of an enum's values follow the numbers of its labels, which are others in every database (pg_dump's rule). */
const HASHED_BY_ENUM = `EXISTS (
  SELECT FROM pg_partition_ancestors(c.oid) a JOIN pg_partitioned_table p ON p.partrelid = a.relid
    JOIN pg_opclass o ON o.oid = ANY (p.partclass) JOIN pg_am m ON m.oid = o.opcmethod
   WHERE m.amname = 'hash' AND o.opcname = 'enum_ops' AND o.opcnamespace = 'pg_catalog'::regnamespace)`;

const PART_OF = `CASE WHEN c.relispartition THEN
         (SELECT json_agg(json_build_object('schema', an.nspname, 'name', a.relname) ORDER BY x.at)
            FROM pg_partition_ancestors(c.oid) WITH ORDINALITY AS x (oid, at)
            JOIN pg_class a ON a.oid = x.oid JOIN pg_namespace an ON an.oid = a.relnamespace
           WHERE x.oid <> c.oid) END`;

/** `pages`: as of the last VACUUM or ANALYZE, for whoever does not want to wait for those who have a table locked. */
export type Sizes = "exact" | "pages";

export const SIZES: Record<Sizes, { table: string; heap: string }> = {
  exact: { table: "pg_table_size(c.oid)", heap: "pg_relation_size(c.oid)" },
  pages: {
    table: `(SELECT sum(p.relpages) FROM pg_class p WHERE p.oid IN (c.oid, c.reltoastrelid))
            * current_setting('block_size')::bigint`,
    heap: "c.relpages * current_setting('block_size')::bigint",
  },
};

/**
 * Tables that hold rows: no partitioned and foreign ones. Sizes without indexes; `heap` is what ctid ranges divide.
 * `ancestors`: the tables that they are partitions or children of. `loadInto`: the partitioned table that finds the
 * partition of each row anew. `partOf`: the partitioned tables that it is a part of, the nearest first.
 */
export const tablesQuery = (sizes: Sizes) => `
WITH configuration AS (${CONFIGURATION})
SELECT c.oid::text AS oid, n.nspname::text AS schema, c.relname::text AS name,
       greatest(c.reltuples, 0)::float8 AS rows, (${SIZES[sizes].table})::float8 AS bytes,
       (${SIZES[sizes].heap})::float8 AS heap, coalesce(am.amname, '') = 'heap' AS "isHeap",
       x.condition, x.relation IS NOT NULL AS "isConfiguration",
       CASE WHEN c.relispartition AND ${HASHED_BY_ENUM} THEN
         (SELECT json_build_object('schema', rn.nspname, 'name', r.relname)
            FROM pg_class r JOIN pg_namespace rn ON rn.oid = r.relnamespace
           WHERE r.oid = pg_partition_root(c.oid)) END AS "loadInto",
       ${PART_OF} AS "partOf",
       coalesce((SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a
                  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''),
                '[]') AS columns,
       coalesce((WITH RECURSIVE up AS (
                   SELECT inhparent FROM pg_inherits WHERE inhrelid = c.oid
                   UNION SELECT i.inhparent FROM up JOIN pg_inherits i ON i.inhrelid = up.inhparent)
                 SELECT json_agg(json_build_object('schema', pn.nspname, 'name', p.relname))
                   FROM up JOIN pg_class p ON p.oid = up.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace),
                '[]') AS ancestors
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_am am ON am.oid = c.relam
  LEFT JOIN configuration x ON x.relation = c.oid
 WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND NOT (${SYSTEM})
   AND (x.relation IS NOT NULL OR NOT ${MEMBER})
 ORDER BY n.nspname, c.relname`;

/** Partitioned tables, with or without partitions; `partOf` as above. */
export const PARTITIONED = `
SELECT n.nspname::text AS schema, c.relname::text AS name, ${PART_OF} AS "partOf"
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'p' AND NOT (${SYSTEM}) AND NOT ${MEMBER}
 ORDER BY n.nspname, c.relname`;

/** `owner`: the table that a sequence belongs to (OWNED BY, identity). */
export const SEQUENCES = `
WITH configuration AS (${CONFIGURATION})
SELECT n.nspname::text AS schema, c.relname::text AS name,
       (SELECT json_build_object('schema', tn.nspname, 'name', t.relname)
          FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace tn ON tn.oid = t.relnamespace
         WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
           AND d.deptype IN ('a', 'i') LIMIT 1) AS owner
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND NOT (${SYSTEM})
   AND (c.oid IN (SELECT relation FROM configuration) OR NOT ${MEMBER})
 ORDER BY n.nspname, c.relname`;

/** Of pg_constraint c: a dump does not keep the name of a NOT NULL that is inherited and not valid (18). */
export const NAME_OR_NOT_NULL = `CASE c.contype WHEN 'n' THEN (SELECT 'NOT NULL ' || a.attname FROM pg_catalog.pg_attribute a
  WHERE a.attrelid = c.conrelid AND a.attnum = c.conkey[1]) ELSE c.conname END`;

/** Everything that the manifest tells and the data does not, in one document. */
export const SURROUNDINGS = `
SELECT
 (SELECT coalesce(json_agg(json_build_object('name', c.conname,
    'table', json_build_object('schema', n.nspname, 'name', t.relname),
    'references', json_build_object('schema', rn.nspname, 'name', r.relname))
    ORDER BY n.nspname, t.relname, c.conname), '[]')
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
    JOIN pg_class r ON r.oid = c.confrelid JOIN pg_namespace rn ON rn.oid = r.relnamespace
   WHERE c.contype = 'f' AND c.conparentid = 0) AS "foreignKeys",
 (SELECT coalesce(json_agg(x.text ORDER BY x.text), '[]') FROM (
    SELECT format('%s.%s %s', n.nspname, t.relname, ${NAME_OR_NOT_NULL}) AS text
      FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
     WHERE NOT c.convalidated AND NOT (${SYSTEM})
    UNION ALL
    -- An index of a partitioned table that a partition lacks; other invalid ones are in no dump.
    SELECT format('%s.%s', n.nspname, c.relname)
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE NOT i.indisvalid AND c.relkind = 'I' AND NOT (${SYSTEM})) x) AS "notValid",
 (SELECT coalesce(json_agg(json_build_object('schema', n.nspname, 'name', c.relname) ORDER BY n.nspname, c.relname), '[]')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind = 'f' AND NOT (${SYSTEM})) AS "foreignTables",
 (SELECT coalesce(json_agg(json_build_object('name', e.extname, 'schema', n.nspname, 'version', e.extversion)
    ORDER BY e.extname), '[]')
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname <> 'plpgsql') AS extensions,
 (SELECT coalesce(json_agg(DISTINCT o.rolname), '[]')
    FROM pg_shdepend s JOIN pg_roles o ON o.oid = s.refobjid JOIN pg_database d ON d.oid = s.dbid
   WHERE d.datname = current_database() AND s.refclassid = 'pg_authid'::regclass) AS roles,
 (SELECT rolname FROM pg_roles WHERE oid = 10) AS bootstrap,
 (SELECT coalesce(json_agg(DISTINCT ts.spcname), '[]')
    FROM pg_class c JOIN pg_tablespace ts ON ts.oid = c.reltablespace
   WHERE ts.spcname NOT IN ('pg_default', 'pg_global')) AS tablespaces,
 (SELECT coalesce(json_agg(json_build_object('name', s.slot_name, 'plugin', s.plugin, 'active', s.active)
    ORDER BY s.slot_name), '[]')
    FROM pg_replication_slots s WHERE s.database = current_database()) AS slots,
 (SELECT coalesce(json_agg(p.pubname ORDER BY p.pubname), '[]') FROM pg_publication p) AS publications,
 (SELECT coalesce(json_agg(json_build_object('name', s.subname, 'enabled', s.subenabled, 'slot', s.subslotname,
    'publications', s.subpublications) ORDER BY s.subname), '[]')
    FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid
   WHERE d.datname = current_database()) AS subscriptions`;

/** to_jsonb reads the locale columns of whichever version this is (their names changed in 15 and 17). */
export const DATABASE = `
SELECT d.datname::text AS name, pg_get_userbyid(d.datdba)::text AS owner,
       pg_encoding_to_char(d.encoding)::text AS encoding, d.datcollate::text AS collate, d.datctype::text AS ctype,
       coalesce(to_jsonb(d)->>'datlocprovider', 'c') AS "localeProvider",
       coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale') AS locale,
       to_jsonb(d)->>'daticurules' AS "icuRules", ts.spcname::text AS tablespace,
       shobj_description(d.oid, 'pg_database') AS comment, d.datconnlimit AS "connectionLimit",
       CASE WHEN d.datacl IS NULL THEN NULL ELSE
         (SELECT coalesce(json_agg(json_build_object('grantee', r.rolname, 'privilege', a.privilege_type,
                   'grantable', a.is_grantable, 'grantor', pg_get_userbyid(a.grantor)) ORDER BY a.ordinality), '[]')
            FROM aclexplode(d.datacl) WITH ORDINALITY AS a LEFT JOIN pg_roles r ON r.oid = a.grantee) END AS grants,
       (SELECT coalesce(json_agg(json_build_object('role', r.rolname, 'name', split_part(s.entry, '=', 1),
                 'value', substr(s.entry, strpos(s.entry, '=') + 1)) ORDER BY r.rolname NULLS FIRST, s.ordinality), '[]')
          FROM pg_db_role_setting x CROSS JOIN unnest(x.setconfig) WITH ORDINALITY AS s(entry, ordinality)
          LEFT JOIN pg_roles r ON r.oid = x.setrole
         WHERE x.setdatabase = d.oid) AS settings
  FROM pg_database d JOIN pg_tablespace ts ON ts.oid = d.dattablespace
 WHERE d.datname = $1`;
