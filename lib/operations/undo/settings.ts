import type { EnvironmentPolicy } from "../../core/policy/types";
import type { UndoSettings } from "../../postgres/runner/undo";

const DAYS = 7;
const MEGABYTES = 1024;

export interface UndoLimits {
  keep: boolean;
  days: number;
  maxBytes: number;
}

/** What an environment's policy says of rows that migrations take away. */
export function undoLimits({ undo }: EnvironmentPolicy): UndoLimits {
  const megabytes = undo?.maxMegabytes ?? MEGABYTES;
  return { keep: undo?.keep ?? true, days: undo?.days ?? DAYS, maxBytes: megabytes * 1024 * 1024 };
}

/**
 * What a run does about rows: `up` keeps them by policy, `down` puts them back when it was asked to.
 * @param backedUp a backup was taken for this run: rows that are too many to be kept beside it may go
 */
export function undoSettings(
  deployment: { direction: "up" | "down"; putBack: boolean; environment: { policy: EnvironmentPolicy } },
  backedUp = false,
): UndoSettings {
  if (deployment.direction === "down") return { putBack: deployment.putBack };
  const { keep, days, maxBytes } = undoLimits(deployment.environment.policy);
  return keep ? { keep: { days, maxBytes, otherwise: backedUp ? "skip" : "stop" } } : {};
}
