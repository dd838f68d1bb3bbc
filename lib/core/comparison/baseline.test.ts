import { describe, expect, it } from "vitest";
import type { Fact, Snapshot } from "../schema/types";
import { isSameMigration, proposeBaseline, traceMigrations } from "./baseline";

const trace = (differences: number, touched = 1, shown = touched) => ({ differences, touched, shown });
const word = (failed = false) => ({ tool: "dbmate", at: null, failed });

describe("the proposal of a baseline", () => {
  it("is the state with the fewest differences, and what moves only rows before it", () => {
    const traces = [trace(4), trace(4, 0), trace(2), trace(3, 1, 0)];
    expect(proposeBaseline(6, traces, [null, null, null, null])).toMatchObject({
      last: 2,
      certainty: "closest",
      proposed: [true, true, true, false],
    });
  });

  it("leaves out what the database does not show, and what follows the state without a word about it", () => {
    const traces = [trace(3), trace(3, 1, 0), trace(0), trace(0, 0)];
    expect(proposeBaseline(5, traces, [null, null, null, null])).toMatchObject({
      certainty: "exact",
      proposed: [true, false, true, false],
    });
  });

  it("is none where nothing comes nearer than an empty database", () => {
    expect(proposeBaseline(1, [trace(2, 1, 0), trace(3, 1, 0)], [null, null])).toMatchObject({
      last: -1,
      certainty: "none",
      proposed: [false, false],
    });
  });

  it("follows another tool's word, but not on a failure, and names what contradicts it", () => {
    const traces = [trace(1), trace(2, 1, 0), trace(3, 1, 0)];
    expect(proposeBaseline(2, traces, [word(), word(), word(true)])).toEqual({
      last: 1,
      certainty: "recorded",
      proposed: [true, true, false],
      contradictions: [{ index: 1, word: word() }],
    });
  });
});

/** A schema of enums. */
function schemaOf(...names: string[]): Snapshot {
  const facts = names.map((name): [string, Fact] => {
    const id = `enum:public.${name}`;
    const rest = { schema: "public", parent: null, owner: null, comment: null, acl: null, deps: [] };
    return [id, { id, kind: "enum", name: `public.${name}`, body: { values: [name] }, ...rest }];
  });
  const empty = { children: new Map(), members: new Map(), unsupported: [], unreadable: [] };
  return { version: 180004, currentRole: "me", facts: new Map(facts), ...empty };
}

describe("what a database shows of a migration", () => {
  it("counts by the state that it is in: what was taken away there and made again later is no evidence", () => {
    const states = [schemaOf(), schemaOf("b"), schemaOf("a"), schemaOf("a", "c"), schemaOf("a", "b", "c")];
    const traces = traceMigrations(states, schemaOf("a", "c"));
    expect(traces.map((one) => one.differences)).toEqual([3, 1, 0, 1]);
    expect(proposeBaseline(2, traces, [null, null, null, null])).toMatchObject({
      last: 2,
      certainty: "exact",
      proposed: [true, true, true, false],
    });
  });
});

describe("a record of another tool", () => {
  const migration = { filename: "0002_orders", version: "0002", checksum: "abc" };
  it("means a migration by its name, its number or the hash of its script", () => {
    expect(isSameMigration(migration, { key: "0002_orders", version: "" })).toBe(true);
    expect(isSameMigration(migration, { key: "2", version: "2" })).toBe(true);
    expect(isSameMigration(migration, { key: "abc", version: "1700000000000" })).toBe(true);
    expect(isSameMigration(migration, { key: "3", version: "3" })).toBe(false);
    expect(isSameMigration(migration, { key: "a1b2c3", version: "a1b2c3" })).toBe(false);
  });
});
