import type { Node } from "../parser";
import { relationName, walkTree } from "../tree";
import { type Known, LOCK_MODES, type LockMode, type RelationLock } from "../types";
import type { Knowledge } from "./knowledge";

const ORDER: readonly Known[] = ["no", "unknown", "yes"];

/** The stronger of two answers: what one part of a statement does, the statement does. */
export function stronger(a: Known, b: Known): Known {
  return ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b;
}

export function strongerLock(a: LockMode, b: LockMode): LockMode {
  return LOCK_MODES.indexOf(a) >= LOCK_MODES.indexOf(b) ? a : b;
}

interface RangeLike {
  schemaname?: string;
  relname?: string;
}

/** Gathers what one statement does. */
export class FactsBuilder {
  rewrite: Known = "no";
  scan: Known = "no";
  private readonly modes = new Map<string, LockMode>();

  constructor(
    readonly knowledge: Knowledge,
    readonly serverVersion: number,
  ) {}

  lock(relation: RangeLike | string | undefined, mode: LockMode): void {
    const name = typeof relation === "string" ? relation : relationName(relation);
    if (!name) return;
    const known = this.modes.get(name);
    this.modes.set(name, known ? strongerLock(known, mode) : mode);
  }

  rewrites(answer: Known): void {
    this.rewrite = stronger(this.rewrite, answer);
  }

  scans(answer: Known): void {
    this.scan = stronger(this.scan, answer);
  }

  get locks(): RelationLock[] {
    return [...this.modes].map(([relation, mode]) =>
      this.knowledge.isFresh(relation) ? { relation, mode, fresh: true } : { relation, mode },
    );
  }

  /** Locks every relation that a query reads: ACCESS SHARE, or ROW SHARE under FOR UPDATE and its kin. */
  reads(query: unknown): void {
    for (const { relation, mode } of relationsRead(query)) this.lock(relation, mode);
  }
}

/** Relations in a query's FROM lists and in writing CTEs, without the names of CTEs. */
export function relationsRead(query: unknown): { relation: string; mode: LockMode }[] {
  const ctes = new Set<string>();
  walkTree(query, (name, body) => {
    if (name === "CommonTableExpr") ctes.add(String(body.ctename));
    return undefined;
  });
  const found: { relation: string; mode: LockMode }[] = [];
  const locked = rowLocks(query);
  walkTree({ query }, (name, body) => {
    if (name === "lockingClause" || name === "LockingClause" || name === "into") return false;
    if (name === "InsertStmt" || name === "UpdateStmt" || name === "DeleteStmt" || name === "MergeStmt") {
      found.push({ relation: relationName(body.relation as RangeLike), mode: "ROW EXCLUSIVE" });
    }
    if (name !== "RangeVar") return undefined;
    const relation = relationName(body as RangeLike);
    if (body.schemaname === undefined && ctes.has(relation)) return undefined;
    const alias = (body.alias as { aliasname?: string } | undefined)?.aliasname ?? relation;
    found.push({ relation, mode: locked.all || locked.names.has(alias) ? "ROW SHARE" : "ACCESS SHARE" });
    return undefined;
  });
  return found;
}

function rowLocks(query: unknown): { all: boolean; names: Set<string> } {
  const result = { all: false, names: new Set<string>() };
  walkTree(query, (name, body) => {
    if (name !== "LockingClause") return undefined;
    const relations = (body.lockedRels as Node[] | undefined) ?? [];
    if (relations.length === 0) result.all = true;
    for (const node of relations) if ("RangeVar" in node) result.names.add(relationName(node.RangeVar));
    return false;
  });
  return result;
}
