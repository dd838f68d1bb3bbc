import type { LockMode } from "../../../core/sql/types";
import type { Blocks } from "../views";

/**
 * What others cannot do to a table while a lock of this mode is held (documentation: "Explicit Locking",
 * conflicting lock modes): plain SELECT conflicts with ACCESS EXCLUSIVE alone, INSERT, UPDATE and DELETE with
 * SHARE and everything stronger.
 */
export function blocksOf(mode: LockMode): Blocks {
  switch (mode) {
    case "ACCESS EXCLUSIVE":
      return "reads_and_writes";
    case "EXCLUSIVE":
    case "SHARE ROW EXCLUSIVE":
    case "SHARE":
      return "writes";
    default:
      return "nothing";
  }
}

const ORDER: readonly Blocks[] = ["nothing", "writes", "reads_and_writes"];

/** The stronger of two. */
export function strongerBlock(a: Blocks, b: Blocks): Blocks {
  return ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b;
}
