import { anyIn, list, literal, oid, text } from "../sql-text";
import type { Fact, KindDefinition } from "../types";
import { ENABLED } from "./trigger";

/** pg_event_trigger. */
export const eventTriggerKind: KindDefinition = {
  kind: "event_trigger",
  keyword: "EVENT TRIGGER",
  presence: anyIn("pg_event_trigger"),
  query:
    () => `SELECT e.oid, e.evtowner AS owner, quote_ident(e.evtname) AS name, e.evtevent AS event, e.evtfoid::regproc::text AS function, e.evtenabled AS enabled, e.evttags AS tags
    FROM pg_event_trigger e`,
  read: (row) => ({
    id: `event_trigger:${text(row, "name")}`,
    name: text(row, "name"),
    schema: null,
    parent: null,
    body: {
      event: text(row, "event"),
      function: text(row, "function"),
      enabled: text(row, "enabled"),
      tags: list(row, "tags"),
    },
    addresses: [{ catalog: "pg_event_trigger", oid: oid(row) }],
  }),
  create: (fact) => {
    const tags = fact.body.tags as string[];
    const when = tags.length > 0 ? ` WHEN TAG IN (${tags.map(literal).join(", ")})` : "";
    return [
      `CREATE EVENT TRIGGER ${fact.name} ON ${fact.body.event}${when} EXECUTE FUNCTION ${fact.body.function}()`,
      ...(fact.body.enabled === "O" ? [] : [enable(fact)]),
    ];
  },
  drop: (fact) => [`DROP EVENT TRIGGER ${fact.name}`],
  alter: (from, to) => {
    const bare = (fact: Fact) => JSON.stringify({ ...fact.body, enabled: "" });
    return bare(from) === bare(to) ? [enable(to)] : "replace";
  },
  ownedAs: (fact) => `EVENT TRIGGER ${fact.name}`,
};

function enable(fact: Fact): string {
  return `ALTER EVENT TRIGGER ${fact.name} ${ENABLED[String(fact.body.enabled)]}`;
}
