import { beforeAll, describe, expect, it } from "vitest";
import { analyzeScript } from "../core/risk/analyze";
import type { Finding } from "../core/risk/types";
import { loadParser } from "../core/sql/parse-script";

interface Cases {
  /** Scripts with exactly one finding of the rule, and what it must say. */
  fires: readonly (readonly [sql: string, expected?: Partial<Finding>])[];
  /** Scripts in which the rule has nothing to say. */
  quiet: readonly string[];
  serverVersion?: number;
}

/** The test of a rule: where it fires, with what, and where it keeps still. */
export function testRule(code: string, { fires, quiet, serverVersion = 18 }: Cases): void {
  const run = (sql: string) => {
    const { parsed, findings } = analyzeScript(sql, { serverVersion });
    expect(parsed.problems.filter((problem) => problem.code === "syntax")).toEqual([]);
    return findings.filter((finding) => finding.code === code);
  };
  describe(code, () => {
    beforeAll(loadParser);
    it.each(fires.map(([sql, expected]) => ({ sql, expected: expected ?? {} })))(
      "fires for $sql",
      ({ sql, expected }) => {
        const found = run(sql);
        expect(found).toHaveLength(1);
        expect(found[0]).toMatchObject(expected);
        for (const text of [found[0]?.title, found[0]?.message, found[0]?.suggestion])
          expect(text ?? "").not.toMatch(/\{\w+\}/);
        const fix = found[0]?.fix;
        if (fix) {
          const fixed = analyzeScript(fix.sql, {
            serverVersion,
            directives: { transaction: "none", ignore: [] },
          });
          expect(fixed.parsed.problems).toEqual([]);
          expect(fixed.findings.filter((finding) => finding.code === code)).toEqual([]);
        }
      },
    );
    it.each(quiet)("is quiet for %s", (sql) => {
      expect(run(sql)).toEqual([]);
    });
  });
}
