import { expect, it } from "vitest";
import { maskFailure, maskSecrets } from "./mask";

it.each([
  "ALTER ROLE a PASSWORD 'secret'",
  "alter user a with encrypted password 'secret' valid until '2030-01-01'",
  "CREATE ROLE a PASSWORD /* x */ E'se\\'secret'",
  "CREATE ROLE a PASSWORD -- x\n $$secret$$",
  "CREATE ROLE a PASSWORD $q$secret$q$",
  "CREATE ROLE a PASSWORD 'it''s secret",
  "CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'a', password 'secret')",
  "CREATE SUBSCRIPTION s CONNECTION 'host=h password=secret dbname=d' PUBLICATION p",
  "SELECT dblink_connect('postgres://me:secret@host/db')",
  "SELECT dblink_connect('host=h password = secret')",
  "DO $$ BEGIN EXECUTE 'ALTER ROLE a PASSWORD ''secret'''; END $$",
])("masks %s", (sql) => {
  const masked = maskSecrets(sql);
  expect(masked).not.toContain("secret");
  expect(masked).toContain("********");
});

it("leaves what holds no secret as it is", () => {
  const sql =
    "SELECT password, 'x' FROM account WHERE password IS NOT NULL AND url = 'https://example.org/a'";
  expect(maskSecrets(sql)).toBe(sql);
});

it("masks what PostgreSQL says about a failure, and leaves out what it does not say", () => {
  const failure = { sqlState: "P0001", message: "postgres://bob:secret@db/x", detail: "PASSWORD 'secret'" };
  const masked = maskFailure(failure);
  expect(JSON.stringify(masked)).not.toContain("secret");
  expect(Object.keys(masked)).toEqual(["sqlState", "message", "detail"]);
});
