import { DomainError } from "../../errors";
import type { TargetProbe } from "../../postgres/connection/connect";
import { type ConnectionSpec, probeTarget } from "../../postgres/connection/connect";

/** What trying a connection found: the probe, or why it failed, as data. */
export type ProbeResult =
  | { ok: true; probe: TargetProbe }
  | { ok: false; error: { code: string; message: string; hint?: string; details: Record<string, unknown> } };

/** Tries a connection. Only failures of the target are data; ours are thrown. */
export async function tryTarget(spec: ConnectionSpec): Promise<ProbeResult> {
  try {
    return { ok: true, probe: await probeTarget(spec) };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { code, message, hint, details } = error;
    return { ok: false, error: { code, message, ...(hint ? { hint } : {}), details } };
  }
}

/** What is stored of it: it goes through JSON. */
export function storedProbe(result: ProbeResult): object {
  return JSON.parse(JSON.stringify(result)) as object;
}
