import { describe, expect, it } from "vitest";
import { createLog, scrubSecrets } from "./log";

const SECRET = "s3cr3t-hunter2";

describe("the log", () => {
  it("holds no secret, wherever in an entry it stood", () => {
    const lines: string[] = [];
    const log = createLog({ write: (line) => lines.push(line) }, "info");
    const error = new Error(`connect postgres://bob:${SECRET}@db/shop failed for password='${SECRET}'`);
    log.info({ password: SECRET, nested: { deep: { apiKey: SECRET, token: SECRET } } }, "nested");
    log.error({ err: error, stack: error.stack }, error.message);
    log.warn(
      { headers: { authorization: `Bearer ${SECRET}`, cookie: `a=${SECRET}` } },
      `PGPASSWORD=${SECRET} psql`,
    );
    log.info({ list: [`postgresql://u:${SECRET}@h`] }, `ALTER ROLE bob PASSWORD '${SECRET}'`);
    log.info({ text: JSON.stringify({ password: SECRET }) }, "JSON in JSON");
    log.info("token dbm_abcdefghijklmnop and a session eyJhbGciOiJkaXIifQ..abc.def.ghi");
    const all = lines.join("");
    expect(lines).toHaveLength(6);
    for (const secret of [SECRET, "dbm_abcdefghijklmnop", "eyJhbGciOiJkaXIifQ"])
      expect(all).not.toContain(secret);
    expect(all).toContain("postgres://bob:***@db/shop");
  });

  it("writes one line of JSON for each entry", () => {
    const lines: string[] = [];
    createLog({ write: (line) => lines.push(line) }, "info").info(
      { path: "/api/migrations", status: 200 },
      "request\nx",
    );
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      path: "/api/migrations",
      status: 200,
      msg: "request\nx",
    });
  });

  it("leaves ordinary text as it is", () => {
    const text =
      "Applied 20261110_add_password_column to orders: 3 tokens, key=value, https://example.org:8080/x";
    expect(scrubSecrets(text)).toBe(text);
  });
});
