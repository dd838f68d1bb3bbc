import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadMessages } from "../transport/messages";

const FOLDER = "lib/postgres/backup";
const NOTE = /code: "(\w+)",\s*params: \{([^}]*)\}/g;

interface Messages {
  backups: { use: { note: Record<string, string>; finding: Record<string, string> } };
}

/** Codes of the notes that the engine writes, with the names of their values. */
const written = readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
  .flatMap((name) => [...readFileSync(join(FOLDER, name), "utf8").matchAll(NOTE)])
  .map(([, code = "", params = ""]): [string, string[]] => [
    code,
    params.split(",").map((param) => param.split(":")[0]?.trim() ?? ""),
  ]);

it("every note of a restore stands in both languages and needs no value that it does not have", () => {
  expect(written.length).toBeGreaterThan(5);
  for (const locale of ["en", "es"] as const) {
    const { note, finding } = (loadMessages(locale) as unknown as Messages).backups.use;
    for (const [code, params] of written) {
      const holes = [...(note[code] ?? "").matchAll(/\{(\w+)\}/g)].map(([, hole]) => hole);
      expect([
        locale,
        code,
        note[code] !== undefined,
        holes.filter((hole) => !params.includes(hole ?? "")),
      ]).toEqual([locale, code, true, []]);
    }
    expect(Object.keys(finding).sort()).toEqual(["missing", "not_authentic", "wrong_checksum", "wrong_size"]);
  }
});
