import { expect, it } from "vitest";
import type { BackupRow } from "@/lib/operations/backup/views";
import { proofOf } from "./proof";

it.each([
  ["unverified", "untested", "none"],
  ["intact", "untested", "intact"],
  ["intact", "restores", "restores"],
  ["unverified", "failed", "failed"],
  ["intact", "differs", "differs"],
  ["damaged", "untested", "damaged"],
  ["damaged", "restores", "damaged"],
] as const)("a backup that is %s and %s is told as %s", (verified, tested, proof) => {
  const known: Pick<BackupRow, "verified" | "tested"> = {
    verified: { state: verified, at: null },
    tested: { state: tested, at: null },
  };
  expect(proofOf(known)).toBe(proof);
});
