import { expect, test } from "vitest";
import { bytesOfLine } from "./large-objects";

test("a line of the archive tells how much of a large object it holds", () => {
  expect(bytesOfLine("SELECT pg_catalog.lo_put(16400, 0, '\\x68696a');")).toBe(3);
  expect(bytesOfLine("SELECT pg_catalog.lo_create(16400);")).toBe(0);
  expect(bytesOfLine("COMMENT ON LARGE OBJECT 16400 IS 'a \\x00';")).toBe(0);
});
