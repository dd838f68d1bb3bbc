import type { FactId, Snapshot } from "../../schema/types";
import { silentMoves } from "./silent";
import { columnCandidates, schemaCandidates, tableCandidates } from "./similarity";
import type { RenameCandidate, RenameQuestion } from "./types";
import { sequenceCandidates, valueCandidates } from "./values";

export type { Rename, RenameCandidate, RenamedKind, RenameQuestion } from "./types";

/**
 * What of `to` may be something of `from` under another name, by structure. `silent` ones are renamed by a plan
 * anyway (equal definitions: constraints, indexes, types, functions, views, sequences of renamed columns); the
 * others hold data and are only a proposal, likeliest first.
 */
export function findRenames(from: Snapshot, to: Snapshot): RenameCandidate[] {
  const silent = [["function"], ["enum_value"], ["index"]] as const;
  const certain = silent
    .flatMap((phase) => silentMoves(from, to, phase).flat())
    .map(
      ({ kind, from: old, to: next }): RenameCandidate => ({
        kind,
        from: old,
        to: next,
        reason: "same_structure",
        why: "The definitions are the same.",
        similarity: 1,
        silent: true,
      }),
    );
  return [...proposals(from, to), ...certain];
}

function proposals(from: Snapshot, to: Snapshot): RenameCandidate[] {
  const schemas = schemaCandidates(from, to);
  return [
    ...schemas,
    ...tableCandidates(from, to, schemas),
    ...columnCandidates(from, to),
    ...valueCandidates(from, to),
    ...sequenceCandidates(from, to),
  ];
}

/** The proposals by what would be dropped, without what was answered already. */
export function findQuestions(from: Snapshot, to: Snapshot, answered: readonly FactId[]): RenameQuestion[] {
  const questions = new Map<FactId, RenameQuestion>();
  for (const candidate of proposals(from, to)) {
    const { kind, from: name } = candidate;
    const id = `${kind}:${name}`;
    if (answered.includes(id)) continue;
    const question = questions.get(id) ?? { id, kind, name, candidates: [] };
    question.candidates.push(candidate);
    questions.set(id, question);
  }
  for (const { candidates } of questions.values()) candidates.sort((a, b) => b.similarity - a.similarity);
  return [...questions.values()];
}
