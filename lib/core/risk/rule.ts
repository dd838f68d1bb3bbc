import type { Knowledge } from "../sql/facts/knowledge";
import type { Node } from "../sql/parser";
import type { Statement, StatementFacts } from "../sql/types";
import type { ScriptTransaction } from "./transactions";
import type { Finding } from "./types";

/** What a rule looks at: one statement, what it does, and what the script did before it. */
export interface RuleInput {
  statement: Statement;
  tree: Node;
  facts: StatementFacts;
  /** As of before the statement. */
  knowledge: Knowledge;
  serverVersion: number;
  transaction: ScriptTransaction;
}

/** What is found; the rule's own texts are filled with `params`. */
export interface Hit
  extends Partial<Pick<Finding, "severity" | "effect" | "lock" | "relation" | "destroys" | "fix">> {
  params?: Record<string, string | number>;
  /** Asked when the whole script is known, where only what follows can tell: whether this is to be told. */
  holds?: (script: Knowledge) => boolean;
  /** UTF-16 offset within the statement, when the finding has a place of its own. */
  offset?: number;
}

export interface Rule {
  /** Kebab case; what `ignore=` names. */
  code: string;
  severity: Finding["severity"];
  effect: Finding["effect"];
  /** English; `{name}` is a param. The same texts are in messages/en/findings.json, a test compares them. */
  title: string;
  message: string;
  suggestion?: string;
  check(input: RuleInput): readonly Hit[];
}

type KeysOf<T> = T extends unknown ? keyof T : never;
type Body<K extends KeysOf<Node>> = Extract<Node, Record<K, unknown>>[K];

/** A rule for one kind of statement. */
export function defineRule<K extends KeysOf<Node>>(
  rule: Omit<Rule, "check"> & { on: K; check(stmt: Body<K>, input: RuleInput): readonly Hit[] },
): Rule {
  const { on, check, ...rest } = rule;
  return {
    ...rest,
    check: (input) => {
      const body = (input.tree as Record<string, unknown>)[on];
      return body === undefined ? [] : check(body as Body<K>, input);
    },
  };
}

/** A rule for subcommands of ALTER TABLE on a relation that others may be using. */
export function defineAlterTableRule(
  rule: Omit<Rule, "check"> & {
    on: readonly string[];
    check(command: AlterCommand, input: RuleInput): readonly Hit[];
  },
): Rule {
  const { on, check, ...rest } = rule;
  return defineRule({
    ...rest,
    on: "AlterTableStmt",
    check: (stmt, input) => {
      const relation = written(stmt.relation);
      const isNew = rest.effect === "loses_data" ? "isSurelyNew" : "isFresh";
      if (stmt.objtype === "OBJECT_TYPE" || input.knowledge[isNew](relation)) return [];
      return (stmt.cmds ?? []).flatMap((node) => {
        if (!("AlterTableCmd" in node) || !on.includes(node.AlterTableCmd.subtype ?? "")) return [];
        const { name = "", def, behavior } = node.AlterTableCmd;
        const alone = (stmt.cmds ?? []).length === 1;
        return check(
          {
            relation,
            sql: quoteRelation(stmt.relation),
            name,
            def,
            cascade: behavior === "DROP_CASCADE",
            alone,
            subtype: node.AlterTableCmd.subtype ?? "",
          },
          input,
        ).map((hit) => ({ relation, ...hit, params: { relation, ...hit.params } }));
      });
    },
  });
}

export interface AlterCommand {
  /** As written; `sql`: quoted for use in a fix. */
  relation: string;
  sql: string;
  subtype: string;
  /** The column or constraint. */
  name: string;
  def: Node | undefined;
  cascade: boolean;
  /** The only subcommand of its statement: a fix can replace the statement. */
  alone: boolean;
}

interface RangeLike {
  schemaname?: string;
  relname?: string;
}

function written(range: RangeLike | undefined): string {
  return range?.schemaname ? `${range.schemaname}.${range.relname ?? ""}` : (range?.relname ?? "");
}

const PLAIN = /^[a-z_][a-z0-9_$]*$/;
/** Words that PostgreSQL refuses as bare names (documentation: "SQL Key Words", reserved). */
const RESERVED = new Set(
  "all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign from grant group having in initially intersect into lateral leading limit localtime localtimestamp not null offset on only or order placing primary references returning select session_user some symmetric system_user table then to trailing true union unique user using variadic when where window with authorization binary collation concurrently cross current_schema freeze full ilike inner is isnull join left like natural notnull outer overlaps right similar tablesample verbose".split(
    " ",
  ),
);

/** A name as SQL needs it written. */
export function quoteName(name: string): string {
  return PLAIN.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

export function quoteRelation(range: RangeLike | undefined): string {
  const name = quoteName(range?.relname ?? "");
  return range?.schemaname ? `${quoteName(range.schemaname)}.${name}` : name;
}

/** Puts params into `{name}` places. */
export function fillText(text: string, params: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => (name in params ? String(params[name]) : place));
}
