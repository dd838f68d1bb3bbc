import type { Difference } from "../diff/compare";
import { nameOfId } from "../schema/lookups";
import type { Fact, FactId } from "../schema/types";
import { matcherOf, plainName } from "./filter";

/** What a comparison leaves out. */
export interface NoisePolicy {
  owners?: boolean;
  grants?: boolean;
  comments?: boolean;
  /** Extended statistics and statistics targets of columns. */
  statistics?: boolean;
  schemas?: readonly string[];
  patterns?: readonly string[];
}

export interface Sifted {
  kept: Difference[];
  ignored: { difference: Difference; rule: string }[];
}

const PART_RULES = { owner: "owners", acl: "grants", comment: "comments" } as const;

/**
 * Sets aside what the policy calls noise, with the rule that says so. A difference may be split between both; a pattern
 * that means a table means its parts too.
 * @param find a fact by its id, on either side
 */
export function siftNoise(
  differences: readonly Difference[],
  policy: NoisePolicy,
  find: (id: FactId) => Fact | undefined,
): Sifted {
  const sifted: Sifted = { kept: [], ignored: [] };
  const schemas = new Set(policy.schemas ?? []);
  const patterns = (policy.patterns ?? []).map((text) => ({ text, matches: matcherOf([text]) }));
  for (const difference of differences) {
    const fact = (difference.to ?? difference.from) as Fact;
    const whole =
      wholeRule(fact, schemas, policy) ??
      patterns.find((one) => withParents(fact, find).some(one.matches))?.text;
    if (whole !== undefined) sifted.ignored.push({ difference, rule: whole });
    else siftParts(difference, policy, sifted);
  }
  return sifted;
}

function withParents(fact: Fact, find: (id: FactId) => Fact | undefined): Fact[] {
  const parent = fact.parent === null ? undefined : find(fact.parent);
  return parent ? [fact, ...withParents(parent, find)] : [fact];
}

function wholeRule(fact: Fact, schemas: Set<string>, policy: NoisePolicy): string | undefined {
  if (policy.statistics && fact.kind === "statistics") return "statistics";
  if (policy.grants && fact.kind === "default_privileges") return "grants";
  if (schemas.size === 0) return undefined;
  const [first = ""] = /^(?:"(?:[^"]|"")*"|[^."(]+)/.exec(nameOfId(fact.id)) ?? [];
  const schema = fact.kind === "schema" ? fact.name : (fact.schema ?? (fact.parent ? first : null));
  return schema !== null && schemas.has(plainName(schema)) ? "schema" : undefined;
}

function siftParts(difference: Difference, policy: NoisePolicy, sifted: Sifted): void {
  if (difference.change !== "changed") {
    sifted.kept.push(difference);
    return;
  }
  const rules = new Map<Difference["parts"][number], string>();
  for (const part of difference.parts) {
    const rule = part === "body" ? bodyRule(difference, policy) : partRule(part, policy);
    if (rule) rules.set(part, rule);
  }
  const left = difference.parts.filter((part) => !rules.has(part));
  if (left.length > 0) sifted.kept.push({ ...difference, parts: left });
  for (const rule of new Set(rules.values())) {
    const parts = difference.parts.filter((part) => rules.get(part) === rule);
    sifted.ignored.push({ difference: { ...difference, parts }, rule });
  }
}

function partRule(part: keyof typeof PART_RULES, policy: NoisePolicy): string | undefined {
  const rule = PART_RULES[part];
  return policy[rule] ? rule : undefined;
}

/** A column of which only the statistics target differs. */
function bodyRule({ from, to }: Difference, policy: NoisePolicy): string | undefined {
  if (!policy.statistics || from?.kind !== "column" || !to) return undefined;
  const without = (fact: Fact) => JSON.stringify({ ...fact.body, statistics: null });
  return without(from) === without(to) ? "statistics" : undefined;
}
