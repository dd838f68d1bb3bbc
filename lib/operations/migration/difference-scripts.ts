import type { BothWays } from "../../core/comparison/plan-sql";

/** The scripts of a planned change; what the way back cannot restore is written at its top. */
export function differenceScripts({ up, down, cannotBringBack }: BothWays): {
  up: string;
  down: string | null;
} {
  if (down === "") return { up, down: null };
  const warning = cannotBringBack.map((one) => `-- Cannot bring back ${one}.\n`).join("");
  return { up, down: withWarning(down, warning) };
}

/** Directives stay where they are read: above everything else. */
function withWarning(script: string, warning: string): string {
  if (warning === "") return script;
  const head = /^(?:-- dbmigrator:.*\n+)*/.exec(script)?.[0] ?? "";
  return `${head}${warning}${script.slice(head.length)}`;
}
