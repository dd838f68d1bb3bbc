import { describe, expect, it } from "vitest";
import { type Bound, isCovered, mayOverlap, parseBound } from "./bounds";

const bound = (text: string) => parseBound(text) as Bound;
const range = (from: string, to: string) => bound(`FOR VALUES FROM (${from}) TO (${to})`);

describe("a partition's bound", () => {
  it("is read as PostgreSQL prints it, with what stands in quotes", () => {
    expect(range("'a, (b)', MINVALUE", "'it''s', 5")).toEqual({
      form: "range",
      from: ["'a, (b)'", "MINVALUE"],
      to: ["'it''s'", "5"],
    });
    expect(bound("FOR VALUES IN ('a', NULL)")).toEqual({ form: "list", values: ["'a'", "NULL"] });
    expect(bound("FOR VALUES WITH (modulus 4, remainder 1)")).toEqual({
      form: "hash",
      modulus: 4,
      remainder: 1,
    });
  });

  it.each([
    [range("0", "10"), range("10", "20"), "integer", false],
    [range("9", "10"), range("'-5'", "100"), "integer", true],
    [range("'2024-01-01'", "'2024-02-01'"), range("'2024-02-01'", "'2024-03-01'"), "date", false],
    [range("'9'", "'90'"), range("'10'", "'20'"), "text", true],
    [range("1, 5", "1, 9"), range("1, 9", "2, 0"), "integer", true],
    [bound("FOR VALUES IN ('a')"), bound("FOR VALUES IN ('b', NULL)"), "text", false],
    [
      bound("FOR VALUES WITH (modulus 4, remainder 2)"),
      bound("FOR VALUES WITH (modulus 2, remainder 0)"),
      null,
      true,
    ],
    [
      bound("FOR VALUES WITH (modulus 4, remainder 1)"),
      bound("FOR VALUES WITH (modulus 2, remainder 0)"),
      null,
      false,
    ],
  ])("shares values with another where that cannot be excluded (%#)", (one, other, type, expected) => {
    expect(mayOverlap(one, other, type)).toBe(expected);
    expect(mayOverlap(other, one, type)).toBe(expected);
  });

  it("is covered by others that leave no gap", () => {
    expect(isCovered(range("0", "100"), [range("50", "200"), range("'-1'", "50")], "integer")).toBe(true);
    expect(isCovered(range("0", "100"), [range("51", "200"), range("0", "50")], "integer")).toBe(false);
    expect(isCovered(range("'a'", "'c'"), [range("'a'", "'b'"), range("'b'", "'c'")], "text")).toBe(false);
    const hashes = [0, 2].map((rest) => bound(`FOR VALUES WITH (modulus 4, remainder ${rest})`));
    expect(isCovered(bound("FOR VALUES WITH (modulus 2, remainder 0)"), hashes, null)).toBe(true);
    expect(isCovered(bound("FOR VALUES WITH (modulus 2, remainder 1)"), hashes, null)).toBe(false);
  });
});
