import { createHash } from "node:crypto";
import { KIND_LIST } from "../../core/schema/kinds/all";

/** Raise it when rows change their shape, or facts without their queries. */
const ROWS = 1;

/**
 * Of what is stored: rows and facts. Facts follow their queries, so that what an older program stored counts as not
 * read, and is read anew.
 */
export const FORMAT = createHash("md5")
  .update(KIND_LIST.map((definition) => definition.query?.(180_000)).join(`\n${ROWS}`))
  .digest()
  .readInt32BE();
