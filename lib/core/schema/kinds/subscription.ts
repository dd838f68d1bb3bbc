import { hidePassword, withSecretNote } from "../secrets";
import { literal, oid, optional, text } from "../sql-text";
import type { KindDefinition } from "../types";

/** pg_subscription. Readable by superusers only; its connection string may hold a password and is never shown. */
export const subscriptionKind: KindDefinition = {
  kind: "subscription",
  keyword: "SUBSCRIPTION",
  // Without a column: of this one not every role may read all.
  presence: "EXISTS (SELECT FROM pg_subscription)",
  query: (
    version,
  ) => `SELECT s.oid, s.subowner AS owner, quote_ident(s.subname) AS name, s.subenabled AS enabled, s.subconninfo AS connection,
      s.subslotname AS slot, s.subsynccommit AS synchronous_commit, ARRAY(SELECT quote_ident(name) FROM unnest(s.subpublications) name) AS publications, s.subbinary AS binary,
      ${version >= 160000 ? "s.substream::text" : "CASE WHEN s.substream THEN 't' ELSE 'f' END"} AS streaming,
      ${version >= 150000 ? "s.subtwophasestate <> 'd'" : "false"} AS two_phase, ${version >= 150000 ? "s.subdisableonerr" : "false"} AS disable_on_error,
      ${version >= 160000 ? "s.suborigin" : "'any'"} AS origin, ${version >= 160000 ? "s.subpasswordrequired" : "true"} AS password_required,
      ${version >= 160000 ? "s.subrunasowner" : "false"} AS run_as_owner, ${version >= 170000 ? "s.subfailover" : "false"} AS failover
    FROM pg_subscription s WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  read: (row) => ({
    id: `subscription:${text(row, "name")}`,
    name: text(row, "name"),
    schema: null,
    parent: null,
    body: {
      enabled: row.enabled === true,
      connection: hidePassword(text(row, "connection")),
      slot: optional(row, "slot"),
      publications: row.publications,
      options: {
        binary: row.binary === true,
        streaming: STREAMING[text(row, "streaming")] ?? "off",
        synchronous_commit: text(row, "synchronous_commit"),
        ...(row.disable_on_error ? { disable_on_error: true } : {}),
        ...(text(row, "origin") === "any" ? {} : { origin: text(row, "origin") }),
        ...(row.password_required === false ? { password_required: false } : {}),
        ...(row.run_as_owner ? { run_as_owner: true } : {}),
        ...(row.failover ? { failover: true } : {}),
      },
      twoPhase: row.two_phase === true,
    },
    addresses: [{ catalog: "pg_subscription", oid: oid(row) }],
  }),
  create: (fact) => {
    const b = fact.body as unknown as Body;
    const slot = b.slot === null ? "NONE" : `'${b.slot}'`;
    return [
      withSecretNote(
        `CREATE SUBSCRIPTION ${fact.name} CONNECTION ${literal(b.connection)} PUBLICATION ${b.publications.join(", ")} WITH (connect = false, slot_name = ${slot}, ${settings(b.options)}${b.twoPhase ? ", two_phase = true" : ""})`,
      ),
      ...(b.enabled && b.slot !== null ? [`ALTER SUBSCRIPTION ${fact.name} ENABLE`] : []),
    ];
  },
  drop: (fact) => [
    `ALTER SUBSCRIPTION ${fact.name} DISABLE`,
    `ALTER SUBSCRIPTION ${fact.name} SET (slot_name = NONE)`,
    `DROP SUBSCRIPTION ${fact.name}`,
  ],
  alter: (from, to) => {
    const [a, b] = [from.body as unknown as Body, to.body as unknown as Body];
    if (a.twoPhase !== b.twoPhase) return "replace";
    const on = `ALTER SUBSCRIPTION ${to.name}`;
    const same = (x: unknown, y: unknown) => JSON.stringify(x) === JSON.stringify(y);
    return [
      ...(a.enabled && !b.enabled ? [`${on} DISABLE`] : []),
      ...(a.connection === b.connection ? [] : [withSecretNote(`${on} CONNECTION ${literal(b.connection)}`)]),
      ...(same(a.publications, b.publications)
        ? []
        : [`${on} SET PUBLICATION ${b.publications.join(", ")} WITH (refresh = false)`]),
      ...(same(a.options, b.options)
        ? []
        : [`${on} SET (${settings({ ...usual(a.options), ...b.options })})`]),
      ...(a.slot === b.slot ? [] : [`${on} SET (slot_name = ${b.slot === null ? "NONE" : `'${b.slot}'`})`]),
      ...(!a.enabled && b.enabled ? [`${on} ENABLE`] : []),
    ];
  },
  ownedAs: (fact) => `SUBSCRIPTION ${fact.name}`,
};

interface Body {
  enabled: boolean;
  connection: string;
  slot: string | null;
  publications: string[];
  options: Record<string, string | boolean>;
  twoPhase: boolean;
}
const STREAMING: Record<string, string> = { f: "off", t: "on", p: "parallel" };
const USUAL: Record<string, string | boolean> = {
  disable_on_error: false,
  origin: "any",
  password_required: true,
  run_as_owner: false,
  failover: false,
};

/** What the old state set and the new one leaves at its default. */
function usual(options: Record<string, unknown>): Record<string, string | boolean> {
  return Object.fromEntries(Object.entries(USUAL).filter(([key]) => key in options));
}

function settings(options: Record<string, string | boolean>): string {
  return Object.entries(options)
    .map(([key, value]) => `${key} = ${value}`)
    .join(", ");
}
