import { describe, expect, it } from "vitest";
import { differingLines } from "./difference";

const heading = "--\n-- Name: orders; Type: TABLE; Schema: public; Owner: -\n--\n";

describe("differingLines", () => {
  it("says what differs, without the headings of a dump", () => {
    const before = `SET a = 1;\n\n${heading}CREATE TABLE orders (\n    id integer\n);\n`;
    expect(differingLines(before, "SET a = 1;\n")).toBe("- CREATE TABLE orders (\n-     id integer\n- );");
  });

  it("keeps comments inside definitions", () => {
    expect(differingLines("BEGIN\n  -- by hand\nEND", "BEGIN\nEND")).toBe("-   -- by hand");
  });

  it("never calls texts alike that differ in headings alone", () => {
    expect(differingLines("a\n--\nb", "a\nb")).toBe("- --");
  });

  it("says how many lines follow", () => {
    expect(differingLines("", "x\ny\nz", 2)).toBe("+ x\n+ y\n… 1 more");
  });
});
