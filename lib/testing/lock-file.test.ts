import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { missingOptional, withAddress } from "../../scripts/lock.mjs";
import { projectRoot } from "../server/root";

const lock = JSON.parse(readFileSync(join(projectRoot(), "package-lock.json"), "utf8"));

it("the lock file names the optional packages of every platform (node scripts/lock.mjs adds them)", () => {
  expect(missingOptional(lock)).toEqual([]);
});

it("the lock file names no download address", () => {
  expect(withAddress(lock)).toEqual([]);
});
