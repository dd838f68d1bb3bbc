import { expect, it } from "vitest";
import { renumber, versionAfter } from "./renumber";

it("changes the version of a name and leaves its form", () => {
  expect(renumber("20260101000001_orders.up.sql", "20260301000000")).toBe("20260301000000_orders.up.sql");
  expect(renumber("V2__orders.sql", "7")).toBe("V7__orders.sql");
  expect(renumber("2026-01-01-000001_orders", "20260301000000")).toBe("2026-03-01-000000_orders");
  expect(renumber("0002_orders", "0009")).toBe("0009_orders");
  expect(renumber("R__views", "3")).toBeNull();
});

it("gives the next version: a second later, or the next number as wide as the last", () => {
  expect(versionAfter("20260101000000", "20251231000000")).toBe("20260101000001");
  expect(versionAfter("20260101000000", "20260301000000")).toBe("20260301000000");
  expect(versionAfter("20261231235959", "20260101000000")).toBe("20270101000000");
  expect(versionAfter("0099", "20260101000000")).toBe("0100");
  expect(versionAfter("9", "20260101000000")).toBe("10");
});
