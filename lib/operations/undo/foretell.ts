import type pg from "pg";
import { readDirectives } from "../../core/migration/directives";
import type { PlanStep } from "../../core/plan/types";
import type { EnvironmentPolicy } from "../../core/policy/types";
import type { UndoForetold } from "../../core/run/types";
import { splitUnits } from "../../core/run/units";
import { parseScriptAsync, treeOf } from "../../core/sql/parse-script";
import { addMade, type CodeOfStatement, codeOf, type MadeCode } from "../../core/undo/code";
import { type Loss, lossesOf } from "../../core/undo/losses";
import { type ConnectionSpec, closeConnection, openConnection } from "../../postgres/connection/connect";
import { readLedger } from "../../postgres/ledger/ledger";
import { foreseenIfFree } from "../../postgres/undo/foreseen";
import { type Foretold, foretellLosses } from "../../postgres/undo/foretell";
import { canUseUndoStore, listUndo } from "../../postgres/undo/store";
import { type KnownCode, writingCode } from "../../postgres/undo/writing-code";
import { undoLimits } from "./settings";

type Part = UndoForetold["parts"][number];

interface Planned {
  direction: "up" | "down";
  putBack: boolean;
  environment: { policy: EnvironmentPolicy };
}

/**
 * Which rows a deployment will keep before they are lost, or put back, and how much that is on the target as it is
 * now. Writes nothing.
 * @throws DomainError of openConnection
 */
export async function foretellUndo(
  spec: ConnectionSpec,
  deployment: Planned,
  steps: readonly PlanStep[],
  signal: AbortSignal,
): Promise<UndoForetold> {
  const { keep, days, maxBytes } = undoLimits(deployment.environment.policy);
  const down = deployment.direction === "down";
  if (down ? !deployment.putBack : !keep) return { mode: "off", days, maxBytes, parts: [] };
  const client = await openConnection(
    { ...spec, applicationName: "dbmigrator undo" },
    { guardAddresses: true },
  );
  try {
    await client.query("SET lock_timeout = '2s'");
    if (down) return { mode: "put_back", days, maxBytes, parts: await returning(client, steps) };
    const parts: Part[] = [];
    const known: KnownCode = new Map();
    const made: MadeCode = { routines: [], triggers: [] };
    const usable = await canUseUndoStore(client);
    for (const { migration } of steps) {
      signal.throwIfAborted();
      const parsed = await parseScriptAsync(migration.up);
      const { units } = splitUnits(parsed, readDirectives(migration.up).directives);
      const batched = new Set(units.filter((unit) => unit.batch).flatMap((unit) => unit.statements));
      for (const statement of parsed.statements) {
        const tree = treeOf(statement);
        const losses = await foreseenIfFree(client, lossesOf(tree, statement.text));
        const isNew = ({ relation }: Part) =>
          losses.length > 0 ||
          !parts.some((one) => one.migration === migration.filename && one.relation === relation);
        const at = { migration: migration.filename, statement: statement.index, line: statement.line };
        if (losses.length > 0 && batched.has(statement))
          parts.push(uncoveredPart(at, statement.node, "batch"));
        else {
          const found = await partsOf(client, at, losses, { code: codeOf(tree), known, made, maxBytes });
          // Thousands of INSERTs set the same few triggers to work: the first of them tells.
          parts.push(...found.filter(isNew));
        }
        if (addMade(made, tree, statement.text)) known.clear();
      }
    }
    return { mode: "keep", days, maxBytes, parts: usable ? parts : parts.map(withoutStore) };
  } finally {
    await closeConnection(client);
  }
}

/** The run stops before it begins: its role may not keep rows. */
function withoutStore(part: Part): Part {
  return part.kind === "uncovered" ? part : { ...part, state: "not_kept", reason: "undo.no_store" };
}

type At = Pick<Part, "migration" | "statement" | "line">;

function uncoveredPart(at: At, relation: string, reason: string): Part {
  const nothing = { columns: [], rows: null, bytes: null };
  return { ...at, kind: "uncovered", relation, ...nothing, state: "not_kept", reason };
}

async function partsOf(
  client: pg.Client,
  at: At,
  losses: readonly Loss[],
  {
    code,
    known,
    made,
    maxBytes,
  }: { code: CodeOfStatement; known: KnownCode; made: MadeCode; maxBytes: number },
): Promise<Part[]> {
  const uncovered = losses.flatMap((loss) =>
    loss.kind === "uncovered" ? [uncoveredPart(at, loss.what, loss.reason)] : [],
  );
  for (const { what, reason } of await writingCode(client, losses, code, known, made))
    uncovered.push(uncoveredPart(at, what, reason));
  const foretold = await foretellLosses(client, losses);
  // The limit is a statement's, with all that its foreign keys drag along.
  const bytes = foretold.reduce((sum, one) => sum + (one.bytes ?? 0), 0);
  return [...uncovered, ...foretold.map((one) => partOf(at, one, bytes > maxBytes))];
}

function partOf(at: At, { mergeable, refused, ...one }: Foretold, tooLarge: boolean): Part {
  const state = refused !== undefined ? "not_kept" : tooLarge ? "too_large" : mergeable ? "kept" : "by_hand";
  return { ...at, ...one, state, ...(refused === undefined ? {} : { reason: refused }) };
}

/** Kept rows that return, of the runs that applied these migrations. */
async function returning(client: pg.Client, steps: readonly PlanStep[]): Promise<Part[]> {
  const ledger = await readLedger(client);
  const parts: Part[] = [];
  for (const { migration } of steps) {
    const { service, filename } = migration;
    const runId = ledger.find((row) => row.service === service && row.filename === filename)?.runId;
    if (!runId) continue;
    for (const entry of await listUndo(client, { kept: true, service, filename, runId })) {
      const { statement, kind, relation, columns, rows, bytes, key, expiresAt } = entry;
      const byHand = key.length === 0 && ["drop_column", "change_type", "update"].includes(kind);
      parts.push({
        ...{ migration: filename, statement, line: 0, kind, relation, columns, rows, bytes },
        ...{ state: byHand ? "by_hand" : "kept", until: expiresAt.toISOString() },
      });
    }
  }
  return parts;
}
