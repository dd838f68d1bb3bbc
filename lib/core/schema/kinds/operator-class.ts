import { anyIn, list, oid, text, USER_NAMESPACE } from "../sql-text";
import type { Fact, KindDefinition, Row } from "../types";

interface Body {
  method: string;
  family: string;
  type: string;
  isDefault: boolean;
  storage: string | null;
  items: string[];
}
const body = (fact: Fact) => fact.body as unknown as Body;

const items = (condition: string) => `ARRAY(
    SELECT 'OPERATOR ' || am.amopstrategy || ' ' || quote_ident(xn.nspname) || '.' || x.oprname || '(' || format_type(am.amoplefttype, NULL) || ', ' || format_type(am.amoprighttype, NULL) || ')'
      || CASE WHEN am.amoppurpose = 'o' THEN ' FOR ORDER BY ' || (SELECT quote_ident(sn.nspname) || '.' || quote_ident(sf.opfname) FROM pg_opfamily sf JOIN pg_namespace sn ON sn.oid = sf.opfnamespace WHERE sf.oid = am.amopsortfamily) ELSE '' END
    FROM pg_amop am JOIN pg_operator x ON x.oid = am.amopopr JOIN pg_namespace xn ON xn.oid = x.oprnamespace
    WHERE am.amopfamily = %FAMILY% AND ${condition.replaceAll("%CATALOG%", "pg_amop").replaceAll("%OID%", "am.oid")}
    UNION ALL
    SELECT 'FUNCTION ' || ap.amprocnum || ' (' || format_type(ap.amproclefttype, NULL) || ', ' || format_type(ap.amprocrighttype, NULL) || ') ' || ap.amproc::regprocedure::text
    FROM pg_amproc ap WHERE ap.amprocfamily = %FAMILY% AND ${condition.replaceAll("%CATALOG%", "pg_amproc").replaceAll("%OID%", "ap.oid")}
    ORDER BY 1)`;
/** Their rows in pg_amop and pg_amproc: what these need, the class or family needs. */
const members = (condition: string) => `ARRAY(
    SELECT 'pg_amop ' || am.oid FROM pg_amop am WHERE am.amopfamily = %FAMILY% AND ${condition.replaceAll("%CATALOG%", "pg_amop").replaceAll("%OID%", "am.oid")}
    UNION ALL SELECT 'pg_amproc ' || ap.oid FROM pg_amproc ap WHERE ap.amprocfamily = %FAMILY% AND ${condition.replaceAll("%CATALOG%", "pg_amproc").replaceAll("%OID%", "ap.oid")})`;
const addressesOf = (row: Row) =>
  list(row, "members").map((member) => {
    const [catalog = "", number] = member.split(" ");
    return { catalog, oid: Number(number) };
  });
const ofClass = `EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = '%CATALOG%'::regclass AND d.objid = %OID% AND d.refclassid = 'pg_opclass'::regclass AND d.refobjid = c.oid)`;
const looseInFamily = `NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = '%CATALOG%'::regclass AND d.objid = %OID% AND d.refclassid = 'pg_opclass'::regclass)`;

/** pg_opfamily, with the members that no operator class brought. */
export const operatorFamilyKind: KindDefinition = {
  kind: "operator_family",
  keyword: "OPERATOR FAMILY",
  presence: anyIn("pg_opfamily"),
  query:
    () => `SELECT f.oid, f.opfowner AS owner, quote_ident(n.nspname) AS schema, quote_ident(f.opfname) AS name, quote_ident(m.amname) AS method,
      ${items(looseInFamily).replaceAll("%FAMILY%", "f.oid")} AS items, ${members(looseInFamily).replaceAll("%FAMILY%", "f.oid")} AS members
    FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod WHERE ${USER_NAMESPACE}`,
  read: (row) => {
    const name = `${text(row, "schema")}.${text(row, "name")} USING ${text(row, "method")}`;
    return {
      id: `operator_family:${name}`,
      name,
      schema: text(row, "schema"),
      parent: null,
      body: { items: row.items },
      addresses: [{ catalog: "pg_opfamily", oid: oid(row) }, ...addressesOf(row)],
    };
  },
  create: (fact) => {
    const members = fact.body.items as string[];
    return [
      `CREATE OPERATOR FAMILY ${fact.name}`,
      ...(members.length > 0 ? [`ALTER OPERATOR FAMILY ${fact.name} ADD ${members.join(", ")}`] : []),
    ];
  },
  drop: (fact) => [`DROP OPERATOR FAMILY ${fact.name}`],
  alter: (from, to) => {
    const [a, b] = [from.body.items as string[], to.body.items as string[]];
    const gone = a.filter((item) => !b.includes(item)).map(withoutName);
    const added = b.filter((item) => !a.includes(item));
    const on = `ALTER OPERATOR FAMILY ${to.name}`;
    return [
      ...(gone.length > 0 ? [`${on} DROP ${gone.join(", ")}`] : []),
      ...(added.length > 0 ? [`${on} ADD ${added.join(", ")}`] : []),
    ];
  },
  ownedAs: (fact) => `OPERATOR FAMILY ${fact.name}`,
};

/** `OPERATOR 1 (integer, bigint)`: DROP takes the number and the types alone. */
function withoutName(item: string): string {
  const [word, number] = item.split(" ");
  const types =
    word === "OPERATOR" ? item.slice(0, (item.indexOf(" FOR ORDER BY") + 1 || item.length + 1) - 1) : item;
  const at = word === "OPERATOR" ? types.lastIndexOf("(") : types.indexOf("(");
  return `${word} ${number} ${types.slice(at, types.indexOf(")", at) + 1)}`;
}

/** pg_opclass with its pg_amop and pg_amproc rows. */
export const operatorClassKind: KindDefinition = {
  kind: "operator_class",
  keyword: "OPERATOR CLASS",
  presence: anyIn("pg_opclass"),
  query:
    () => `SELECT c.oid, c.opcowner AS owner, quote_ident(n.nspname) AS schema, quote_ident(c.opcname) AS name, quote_ident(m.amname) AS method,
      quote_ident(fn.nspname) || '.' || quote_ident(f.opfname) AS family, format_type(c.opcintype, NULL) AS type, c.opcdefault AS is_default,
      CASE WHEN c.opckeytype <> 0 THEN format_type(c.opckeytype, NULL) END AS storage, ${items(ofClass).replaceAll("%FAMILY%", "c.opcfamily")} AS items, ${members(ofClass).replaceAll("%FAMILY%", "c.opcfamily")} AS members
    FROM pg_opclass c JOIN pg_namespace n ON n.oid = c.opcnamespace JOIN pg_am m ON m.oid = c.opcmethod
    JOIN pg_opfamily f ON f.oid = c.opcfamily JOIN pg_namespace fn ON fn.oid = f.opfnamespace WHERE ${USER_NAMESPACE}`,
  read: (row) => {
    const method = text(row, "method");
    const name = `${text(row, "schema")}.${text(row, "name")} USING ${method}`;
    const operatorClass: Body = {
      method,
      family: text(row, "family"),
      type: text(row, "type"),
      isDefault: row.is_default === true,
      storage: row.storage === null ? null : String(row.storage),
      items: row.items as string[],
    };
    return {
      id: `operator_class:${name}`,
      name,
      schema: text(row, "schema"),
      parent: null,
      body: { ...operatorClass },
      addresses: [{ catalog: "pg_opclass", oid: oid(row) }, ...addressesOf(row)],
      extraDeps: [`operator_family:${operatorClass.family} USING ${method}`],
    };
  },
  create: (fact) => {
    const b = body(fact);
    const parts = [...b.items, ...(b.storage ? [`STORAGE ${b.storage}`] : [])];
    const head = `CREATE OPERATOR CLASS ${fact.name.split(" USING ")[0]} ${b.isDefault ? "DEFAULT " : ""}FOR TYPE ${b.type} USING ${b.method} FAMILY ${b.family}`;
    return [`${head} AS ${parts.length > 0 ? parts.join(", ") : `STORAGE ${b.type}`}`];
  },
  drop: (fact) => [`DROP OPERATOR CLASS ${fact.name}`],
  ownedAs: (fact) => `OPERATOR CLASS ${fact.name}`,
};
