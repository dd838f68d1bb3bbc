import type { ComparedLine } from "./lines";

/** Whether a script leads where it should, found by running it. */
export interface ScriptProof {
  state: "proven" | "differs" | "failed" | "not_tried";
  /** What is left, when it differs. */
  left: ComparedLine[];
  /** PostgreSQL's words, when it failed. */
  message: string | null;
}
