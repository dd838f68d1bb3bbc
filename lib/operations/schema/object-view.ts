import { kindName } from "../../core/diff/describe";
import { bareName } from "../../core/outline/outline";
import { privilegeWord } from "../../core/schema/grants";
import { kindOf } from "../../core/schema/kinds/all";
import type { ColumnBody } from "../../core/schema/kinds/column";
import { constraintBody } from "../../core/schema/kinds/constraint";
import { indexBody } from "../../core/schema/kinds/index";
import { tableBody } from "../../core/schema/kinds/table";
import type { Fact } from "../../core/schema/types";
import { indexNameOf, type StoredDetail } from "./store";
import type { ColumnView, GrantView, IndexView, ObjectFact, PartView } from "./views";

/** Facts of one object as its page shows them. */

export function columnsOf(facts: readonly Fact[]): ColumnView[] {
  const listed = facts[0]?.body.columns as { name: string; type: string }[] | undefined;
  const columns = facts.filter((fact) => fact.kind === "column");
  // Columns of views carry nothing of their own and are facts only where somebody commented or granted on one.
  if (Array.isArray(listed)) {
    return listed.map((column) => ({
      ...PLAIN,
      ...column,
      comment: columns.find((fact) => fact.name === column.name)?.comment ?? null,
    }));
  }
  return columns.sort((a, b) => bodyOf(a).position - bodyOf(b).position).map((fact) => columnOf(fact, facts));
}

const PLAIN = {
  collation: null,
  notNull: false,
  default: null,
  generated: null,
  identity: null,
  key: false,
  references: [],
} satisfies Partial<ColumnView>;

const bodyOf = (fact: Fact) => fact.body as unknown as ColumnBody;

function columnOf(fact: Fact, facts: readonly Fact[]): ColumnView {
  const b = bodyOf(fact);
  const value = facts.find((one) => one.kind === "default" && one.name === fact.name);
  const keys = facts.filter((one) => one.kind === "constraint" && columnsOfKey(one).includes(fact.name));
  return {
    name: fact.name,
    type: b.type,
    collation: b.collation,
    notNull: b.notNull,
    default: value ? String(value.body.expression) : null,
    generated: b.generated === "" ? null : { expression: b.expression ?? "", stored: b.generated === "s" },
    identity: b.identity === "" ? null : b.identity === "a" ? "always" : "by_default",
    key: keys.some((key) => constraintBody(key).type === "p"),
    references: keys.filter((key) => constraintBody(key).type === "f").flatMap(referenceOf),
    comment: fact.comment,
  };
}

/** One name as SQL writes it: plain, or in double quotes with any text inside. */
const NAME = String.raw`(?:"(?:[^"]|"")+"|[^",()\s]+)`;
const KEY_COLUMNS = new RegExp(
  String.raw`^(?:PRIMARY KEY|UNIQUE(?: NULLS NOT DISTINCT)?|FOREIGN KEY) \((${NAME}(?:, ${NAME})*)`,
);
const REFERENCED = new RegExp(String.raw`\) REFERENCES (${NAME.replaceAll(",()\\s", ",()\\s.")}\.${NAME})\(`);

/** Columns of a key, in its order, as pg_get_constraintdef writes them. */
export function columnsOfKey(constraint: Fact): string[] {
  const list = KEY_COLUMNS.exec(constraintBody(constraint).definition)?.[1] ?? "";
  return list.match(new RegExp(NAME, "g")) ?? [];
}

function referenceOf(key: Fact): { id: string; name: string }[] {
  const name = REFERENCED.exec(constraintBody(key).definition)?.[1];
  return name === undefined ? [] : [{ id: `table:${name}`, name }];
}

const KEYS = { p: "primary_key", u: "unique", x: "exclusion" } as const;

export function indexesOf({ facts, statistics }: StoredDetail): IndexView[] {
  return facts.flatMap((fact): IndexView[] => {
    const name = indexNameOf(fact);
    if (name === null) return [];
    const known = statistics[name];
    const figures = {
      bytes: known?.bytes ?? null,
      scans: known?.scans ?? null,
      lastUsed: known?.lastUsed ?? null,
    };
    if (fact.kind === "index") {
      const { definition, valid } = indexBody(fact);
      return [
        {
          name: bareName(fact),
          definition: definition.replace(/^CREATE (?:UNIQUE )?INDEX .*? USING /, ""),
          unique: definition.startsWith("CREATE UNIQUE"),
          valid,
          constraint: null,
          comment: fact.comment,
          ...figures,
        },
      ];
    }
    const { type, definition, index } = constraintBody(fact);
    const constraint = type === "p" || type === "u" || type === "x" ? KEYS[type] : null;
    return [
      {
        name: index ?? fact.name,
        definition,
        unique: type !== "x",
        valid: true,
        constraint,
        comment: null,
        ...figures,
      },
    ];
  });
}

const PART_GROUPS = {
  constraints: ["constraint", "domain_constraint"],
  policies: ["policy"],
  triggers: ["trigger"],
  others: ["rule", "statistics", "user_mapping"],
} as const;

export function partsOf(facts: readonly Fact[], group: keyof typeof PART_GROUPS): PartView[] {
  const [, ...parts] = facts;
  return parts
    .filter((fact) => (PART_GROUPS[group] as readonly string[]).includes(fact.kind))
    .sort((a, b) => orderOf(a) - orderOf(b) || (a.name < b.name ? -1 : 1))
    .map((fact) => ({
      kind: kindName(fact),
      name: bareName(fact),
      definition: partText(fact),
      marks: marksOf(fact),
      comment: fact.comment,
    }));
}

/** Keys first, then foreign keys, then checks. */
function orderOf(fact: Fact): number {
  return fact.kind === "constraint" ? "pufcx".indexOf(constraintBody(fact).type) : 9;
}

function partText(fact: Fact): string {
  if (fact.kind === "constraint" || fact.kind === "domain_constraint") return String(fact.body.definition);
  const nothing = emptyAround(fact);
  const [first = ""] = kindOf(fact.kind).create(fact, nothing);
  return first;
}

function emptyAround(fact: Fact) {
  const side = {
    version: 0,
    currentRole: "",
    facts: new Map([[fact.id, fact]]),
    children: new Map(),
    members: new Map(),
    unsupported: [],
    unreadable: [],
  };
  return { from: side, to: side };
}

const STATES: Record<string, PartView["marks"]> = { D: ["disabled"], R: ["replica"], A: ["always"] };

function marksOf(fact: Fact): PartView["marks"] {
  if (fact.kind === "constraint") {
    const b = constraintBody(fact);
    return [
      ...(b.validated ? [] : ["not_valid" as const]),
      ...(b.enforced ? [] : ["not_enforced" as const]),
      ...(b.deferred ? ["deferred" as const] : b.deferrable ? ["deferrable" as const] : []),
    ];
  }
  if (fact.kind === "domain_constraint") return fact.body.validated === false ? ["not_valid"] : [];
  return STATES[String(fact.body.enabled ?? "O")] ?? [];
}

/** Privileges of the object and of its parts, by grantee. */
export function grantsOf(facts: readonly Fact[]): GrantView[] {
  const [object, ...parts] = facts;
  const views: GrantView[] = [];
  for (const fact of object ? [object, ...parts] : []) {
    const byGrantee = new Map<string, GrantView>();
    for (const grant of fact.acl ?? []) {
      const part = fact === object ? null : { kind: kindName(fact), name: bareName(fact) };
      const view = byGrantee.get(grant.grantee) ?? { grantee: grant.grantee, part, privileges: [] };
      view.privileges.push({ word: privilegeWord(grant.privilege), grantable: grant.grantable });
      byGrantee.set(grant.grantee, view);
    }
    views.push(...byGrantee.values());
  }
  return views;
}

/** What there is to say of an object beside its parts. */
export function objectFacts(fact: Fact): ObjectFact[] {
  if (fact.kind === "table") return tableFacts(fact);
  const { language, options, populated, version } = fact.body as Record<string, unknown>;
  return [
    ...(typeof language === "string" ? [{ key: "language" as const, value: language }] : []),
    ...(populated === false ? [{ key: "not_populated" as const }] : []),
    ...(fact.kind === "extension" ? [{ key: "options" as const, value: String(version) }] : []),
    ...(Array.isArray(options) && options.length > 0
      ? [{ key: "options" as const, value: options.join(", ") }]
      : []),
  ];
}

function tableFacts(fact: Fact): ObjectFact[] {
  const b = tableBody(fact);
  const valued: [ObjectFact["key"], string | null][] = [
    ["partition_by", b.partitionKey],
    ["partition_of", b.partitionOf === null ? null : `${b.partitionOf} ${b.bound ?? ""}`.trim()],
    ["inherits", b.inherits.join(", ") || null],
    ["of_type", b.ofType],
    ["server", b.server],
    ["options", b.options.join(", ") || null],
  ];
  return [
    ...(b.persistence === "u" ? [{ key: "unlogged" as const }] : []),
    ...(b.rls ? [{ key: b.forceRls ? ("row_security_forced" as const) : ("row_security" as const) }] : []),
    ...valued.flatMap(([key, value]) => (value === null ? [] : [{ key, value } as ObjectFact])),
  ];
}
