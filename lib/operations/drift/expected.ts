import { createHash } from "node:crypto";
import { readDirectives } from "../../core/migration/directives";
import type { ConnectionSpec } from "../../postgres/connection/connect";
import type { AppliedScripts } from "../../postgres/replay/applied-scripts";
import { type Replayed, replayScripts } from "../../postgres/replay/replay";
import { shadowServer } from "../target/shadow-server";

/** Replays that this process remembers: a check that finds the same ledger asks only the target. */
const REMEMBERED = 6;
const remembered = new Map<string, Replayed>();

export interface Expected extends Replayed {
  migrations: number;
  /** 0: it was remembered. */
  durationMs: number;
}

/**
 * The schema that a ledger says a target has: its scripts, replayed on a scratch server.
 * @param role quoted; to whom it belongs
 * @throws DomainError of replayScripts
 */
export async function expectedSchema(
  spec: ConnectionSpec,
  { applied }: AppliedScripts,
  role: string,
  signal: AbortSignal,
): Promise<Expected> {
  const own = applied.filter(({ up }) => !readDirectives(up).directives.revertsDrift);
  const shadow = shadowServer();
  const { host, port, database, user } = spec;
  const key = digest([host, port, database, user, role, shadow.embedded?.port, own.map(({ up }) => up)]);
  const known = remembered.get(key);
  if (known) return { ...known, migrations: own.length, durationMs: 0 };
  const started = performance.now();
  const replayed = await replayScripts({
    like: spec,
    scripts: own.map(({ filename, up }) => ({ name: filename, sql: up })),
    role,
    ...shadow,
    guardAddresses: true,
    signal,
  });
  remembered.set(key, replayed);
  for (const old of [...remembered.keys()].slice(0, -REMEMBERED)) remembered.delete(old);
  return { ...replayed, migrations: own.length, durationMs: Math.round(performance.now() - started) };
}

function digest(parts: unknown): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
