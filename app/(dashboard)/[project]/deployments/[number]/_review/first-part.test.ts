import { expect, test } from "vitest";
import { FIRST_FINDINGS, FIRST_STATEMENTS, firstFindings, firstGroups } from "./first-part";

type Evidence = Parameters<typeof firstGroups>[0];

function evidence(groups: number, dangers: number[]): Evidence {
  const findings = dangers.map(() => ({ severity: "danger" }));
  const statements = Array.from({ length: groups }, (_, at) => ({
    migration: { filename: `m${at}` },
    statements: [{ number: at, finding: dangers.includes(at) ? { index: dangers.indexOf(at) } : null }],
  }));
  return { statements, findings } as unknown as Evidence;
}

test("a short review shows every migration", () => {
  expect(firstGroups(evidence(FIRST_STATEMENTS, []))).toHaveLength(FIRST_STATEMENTS);
});

test("a long review shows the first migrations and those with a danger further on", () => {
  const shown = firstGroups(evidence(434, [3, 300, 433]));
  expect(shown).toHaveLength(FIRST_STATEMENTS + 2);
  expect(shown.slice(-2).map((group) => group.migration.filename)).toEqual(["m300", "m433"]);
});

test("no danger is left out of the findings", () => {
  const severities = Array.from({ length: 400 }, (_, at) => (at < 250 ? "danger" : "notice"));
  const findings = severities.map((severity) => ({ severity })) as unknown as Evidence["findings"];
  expect(firstFindings({ findings })).toHaveLength(250);
  expect(firstFindings({ findings: findings.slice(250) })).toHaveLength(FIRST_FINDINGS);
});
