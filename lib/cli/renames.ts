import { plainName } from "../core/comparison/filter";
import type { Rename, RenamedKind, RenameQuestion } from "../core/diff/rename/types";
import { nameOfId } from "../core/schema/lookups";
import type { Fact, Snapshot } from "../core/schema/types";
import { DomainError } from "../errors";

interface Sides {
  source: { snapshot: Snapshot };
  target: { snapshot: Snapshot };
}

const KINDS: readonly RenamedKind[] = [
  "schema",
  "table",
  "view",
  "materialized_view",
  "sequence",
  "enum",
  "composite",
  "range",
  "domain",
  "function",
  "column",
  "constraint",
  "index",
];

/**
 * Reads `--rename [kind:]old=new`; without a kind, whatever has the old name in the source and a fellow with the new
 * one in the target. The new name may be given without what both have in common: `public.orders.note=remark`.
 * @throws DomainError validation, cli.rename
 */
export function renamesOf(texts: readonly string[], sides: Sides): Rename[] {
  return texts.map((text) => readRename(text, sides));
}

function readRename(text: string, { source, target }: Sides): Rename {
  const [, kind, from, to] = /^(?:([a-z_]+):)?([^=]+)=(.+)$/su.exec(text) ?? [];
  if (from === undefined || to === undefined) {
    throw unusable(text, "it is not of the form old=new", "Write public.orders.note=public.orders.remark.");
  }
  if (kind === "enum_value") return { kind, from: from.trim(), to: to.trim() };
  if (kind !== undefined && !(KINDS as readonly string[]).includes(kind)) {
    throw unusable(text, `${kind} is no kind that can be renamed`, `Known are ${KINDS.join(", ")}.`);
  }
  const old = named(source.snapshot, from.trim(), kind);
  if (old.length === 0) throw unusable(text, `the source has no ${from.trim()}`);
  const wanted = [to.trim(), sibling(from.trim(), to.trim())];
  for (const fact of old) {
    for (const name of wanted) {
      const fellow = named(target.snapshot, name, fact.kind)[0];
      if (fellow) return { kind: fact.kind as RenamedKind, from: nameOfId(fact.id), to: nameOfId(fellow.id) };
    }
  }
  throw unusable(text, `the target has no ${old[0]?.kind ?? ""} ${to.trim()}`);
}

/** Facts of a name as people write it: quotes may be left out, and the schema public. */
function named(snapshot: Snapshot, name: string, kind: string | undefined): Fact[] {
  const plain = plainName(name);
  return [...snapshot.facts.values()].filter((fact) => {
    if (kind === undefined ? !(KINDS as readonly string[]).includes(fact.kind) : fact.kind !== kind)
      return false;
    const own = plainName(nameOfId(fact.id));
    return own === plain || own === `public.${plain}` || own.replace(/\(.*\)$/s, "") === plain;
  });
}

/** `public.orders.note` and `remark` as `public.orders.remark`. */
function sibling(from: string, to: string): string {
  const at = from.lastIndexOf(".");
  return at === -1 ? to : `${from.slice(0, at)}.${to}`;
}

function unusable(text: string, why: string, hint?: string): DomainError {
  return new DomainError("validation", "cli.rename", `--rename ${text} cannot be used: ${why}.`, {
    details: { rename: text },
    ...(hint ? { hint } : {}),
  });
}

/** A drop that may have been meant as a rename, with what to write then. */
export function questionText(question: RenameQuestion): string {
  const kind = question.kind.replaceAll("_", " ");
  const likely = question.candidates[0];
  const hint = likely ? ` --rename '${likely.kind}:${likely.from}=${likely.to}' if it was renamed.` : "";
  return `${kind} ${question.name} is dropped with its data.${hint}`;
}
