import { compareSchemas, type SchemaComparison } from "../../core/comparison/compare-schemas";
import { filterSnapshot } from "../../core/comparison/filter";
import type { DriftPolicy } from "../../core/policy/drift";
import { adoptOwners } from "../../core/schema/map-role";
import type { Snapshot } from "../../core/schema/types";
import { unreadKinds, withoutKinds } from "../../core/schema/without-kinds";
import { DomainError, keepFailure } from "../../errors";
import { type ConnectionSpec, closeConnection, openConnection } from "../../postgres/connection/connect";
import { readSnapshot } from "../../postgres/introspect/read-snapshot";
import { readAppliedScripts } from "../../postgres/replay/applied-scripts";
import { type Expected, expectedSchema } from "./expected";
import type { DriftReason, DriftState } from "./views";

export interface DriftRules {
  policy: Required<DriftPolicy>;
  /** Patterns of what people left out. */
  ignore: string[];
  /** Schemas that belong to the service; empty: all. */
  schemas: string[];
}

export interface DetectedDrift {
  state: DriftState;
  reason: DriftReason | null;
  /** Null where nothing could be compared. */
  comparison: SchemaComparison | null;
  expected: Expected | null;
  actual: Snapshot | null;
}

/**
 * What a target has against what its ledger says. What keeps it from being told is part of the answer; a target that
 * cannot be reached too. Writes nothing in the target.
 * @throws the signal's reason when aborted, and what is a fault of ours
 */
export async function detectDrift(
  spec: ConnectionSpec,
  rules: DriftRules,
  signal: AbortSignal,
): Promise<DetectedDrift> {
  try {
    return await detect(spec, rules, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof DomainError)) throw error;
    return unknown({ hint: null, ...keepFailure(error) });
  }
}

async function detect(spec: ConnectionSpec, rules: DriftRules, signal: AbortSignal): Promise<DetectedDrift> {
  const client = await openConnection(
    { ...spec, applicationName: "dbmigrator drift" },
    { guardAddresses: true },
  );
  let said: Awaited<ReturnType<typeof readAppliedScripts>>;
  let actual: Snapshot;
  try {
    said = await readAppliedScripts(client);
    if (!said || said.applied.length + said.unfinished.length === 0) {
      return { state: "unmanaged", reason: null, comparison: null, expected: null, actual: null };
    }
    if (said.unfinished.length > 0) return unknown(unfinished(said.unfinished));
    actual = await readSnapshot(client);
  } finally {
    await closeConnection(client);
  }
  signal.throwIfAborted();
  const expected = await expectedSchema(spec, said, actual.currentRole, signal);
  const comparison = compareDrift(expected, actual, rules);
  return {
    state: comparison.lines.length > 0 ? "drifted" : "none",
    reason: null,
    comparison,
    expected,
    actual,
  };
}

function compareDrift(expected: Expected, actual: Snapshot, rules: DriftRules): SchemaComparison {
  const { policy, ignore, schemas } = rules;
  const left = [...expected.blind, ...unreadKinds(actual)];
  const narrow = (snapshot: Snapshot) => withoutKinds(filterSnapshot(snapshot, { schemas }), left);
  const wanted = narrow(actual);
  const own = narrow(expected.snapshot);
  return compareSchemas(policy.ignoreOwners ? adoptOwners(own, wanted) : own, wanted, {
    owners: policy.ignoreOwners,
    grants: policy.ignoreGrants,
    comments: policy.ignoreComments,
    statistics: policy.ignoreStatistics,
    schemas: policy.ignoreSchemas,
    patterns: ignore,
  });
}

function unknown(reason: DetectedDrift["reason"]): DetectedDrift {
  return { state: "unknown", reason, comparison: null, expected: null, actual: null };
}

function unfinished(names: readonly string[]): DriftReason {
  return {
    code: "drift.unfinished",
    message: `There is nothing to compare with: only a part of ${names.join(", ")} is done.`,
    hint: "Finish it or take it back in its deployment, then look again.",
    details: { names: names.join(", ") },
  };
}
