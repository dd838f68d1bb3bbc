import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { setEnv } from "../env";
import { instanceKeys, isSealedWithOldKey, openSecret, sealSecret } from "./secrets";

const first = randomBytes(32).toString("base64");
const second = randomBytes(32).toString("hex");
const ROW = "11111111-1111-4111-8111-111111111111";

beforeEach(() => setEnv({ DBMIGRATOR_SECRET: first }));

describe("a sealed secret", () => {
  it("opens for its row and is different each time", () => {
    const sealed = sealSecret("pässwörd 😀", ROW);
    expect(openSecret(sealed, ROW)).toBe("pässwörd 😀");
    expect(Buffer.from(sealSecret("pässwörd 😀", ROW)).equals(Buffer.from(sealed))).toBe(false);
    expect(Buffer.from(sealed).includes("pässwörd")).toBe(false);
  });

  it("does not open for another row", () => {
    expect(() => openSecret(sealSecret("x", ROW), ROW.replace("1", "2"))).toThrow(/cannot be opened/);
  });

  it("does not open with any byte changed, nor cut short", () => {
    const sealed = sealSecret("secret", ROW);
    for (let i = 0; i < sealed.length; i += 1) {
      const bent = new Uint8Array(sealed);
      bent[i] = (bent[i] ?? 0) ^ 1;
      expect(() => openSecret(bent, ROW)).toThrow(/cannot be opened/);
      expect(() => openSecret(sealed.subarray(0, i), ROW)).toThrow(/cannot be opened/);
    }
  });

  it("still opens after the key was rotated, and says that it is old", () => {
    const sealed = sealSecret("x", ROW);
    setEnv({ DBMIGRATOR_SECRET: `${second}, ${first}` });
    expect(openSecret(sealed, ROW)).toBe("x");
    expect([isSealedWithOldKey(sealed), isSealedWithOldKey(sealSecret("x", ROW))]).toEqual([true, false]);
    setEnv({ DBMIGRATOR_SECRET: second });
    expect(() => openSecret(sealed, ROW)).toThrow(/cannot be opened/);
  });
});

describe("the instance's keys", () => {
  it("differ by purpose", () => {
    const keys = (["secrets", "session", "checkpoint"] as const).map((p) =>
      Buffer.from(instanceKeys(p)[0]).toString("hex"),
    );
    expect(new Set(keys).size).toBe(3);
  });

  it("are refused when they are short", () => {
    setEnv({ DBMIGRATOR_SECRET: "short" });
    expect(() => instanceKeys("secrets")).toThrow(/shorter than 32/);
  });
});
