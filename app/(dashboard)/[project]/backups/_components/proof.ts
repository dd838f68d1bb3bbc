import type { BackupRow, TestedState } from "@/lib/operations/backup/views";

export type Proof = "damaged" | "intact" | "none" | Exclude<TestedState, "untested">;

/** What is known of a backup's worth: the strongest of what tests and verifications found. */
export function proofOf({ verified, tested }: Pick<BackupRow, "verified" | "tested">): Proof {
  if (verified.state === "damaged") return "damaged";
  if (tested.state !== "untested") return tested.state;
  return verified.state === "intact" ? "intact" : "none";
}
