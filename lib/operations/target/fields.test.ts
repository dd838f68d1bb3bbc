import { expect, it } from "vitest";
import { ConnectionFields } from "./fields";

const hostOf = (host: string) =>
  ConnectionFields.safeParse({ host, database: "d", username: "u" }).data?.host ?? null;

it.each([
  ["db.example.org", "db.example.org"],
  [" 10.0.0.7 ", "10.0.0.7"],
  ["fd00::7", "fd00::7"],
  ["[fd00::7]", "fd00::7"],
])("takes the host %s as %s", (given, kept) => {
  expect(hostOf(given)).toBe(kept);
});

it.each([
  "/tmp",
  "host,other",
  "http://host",
  "host?sslrootcert=/etc/passwd",
  "user@host",
  "[fd00::7",
  "a b",
  "",
])("refuses %s as a host", (given) => {
  expect(hostOf(given)).toBeNull();
});
