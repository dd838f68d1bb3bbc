import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { proveRandom } from "../../testing/schema-proof";

/** DBMIGRATOR_TEST_SCHEMAS: how many pairs; DBMIGRATOR_TEST_SEED: of which kind. */
const runs = Number(process.env.DBMIGRATOR_TEST_SCHEMAS ?? 16);
const seed = Number(process.env.DBMIGRATOR_TEST_SEED ?? 20_261_121);

describe("two schemas of any names and texts", () => {
  it(
    "are made equal by the plan, with every row kept, and again by the way back",
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.gen(), async (draw) => {
          expect(await proveRandom(draw)).toBe("");
        }),
        { numRuns: runs, seed, endOnFailure: true },
      );
    },
    60_000 + runs * 15_000,
  );
});
