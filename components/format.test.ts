import { describe, expect, it } from "vitest";
import { formatBytes, formatCount, formatDuration } from "./format";

describe("durations as people say them", () => {
  it.each([
    [0.4, "en", "0.4 ms"],
    [6, "en", "6 ms"],
    [999.4, "en", "999 ms"],
    [1500, "en", "1.5 s"],
    [44_100, "en", "44.1 s"],
    [118_000, "en", "118 s"],
    [352_000, "en", "5 min 52 s"],
    [360_000, "en", "6 min"],
    [11_400_000, "en", "3 h 10 min"],
    [1500, "es", "1,5 s"],
  ])("%d ms in %s is %s", (ms, locale, said) => {
    expect(formatDuration(ms, locale)).toBe(said);
  });
});

describe("sizes and counts", () => {
  it("uses binary units", () => {
    expect(formatBytes(0, "en")).toBe("0 B");
    expect(formatBytes(1023, "en")).toBe("1,023 B");
    expect(formatBytes(4.1 * 1024 ** 3, "en")).toBe("4.1 GiB");
    expect(formatBytes(212 * 1024 ** 3, "es")).toBe("212 GiB");
  });

  it("shortens counts only when they are large", () => {
    expect(formatCount(8104, "en")).toBe("8,104");
    expect(formatCount(212_400, "en")).toBe("212 K");
    expect(formatCount(8_104_322, "es")).toBe("8,1 M");
  });
});
