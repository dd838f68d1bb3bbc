import { describe, expect, it } from "vitest";
import { Cron, describeCron, nextTime, nextTimes, TimeZone } from "./cron";

describe("a schedule", () => {
  it("is five fields, and nothing else", () => {
    for (const good of ["10 2 * * *", "*/15 8-18 * * 1-5", "0 0 1 * *"])
      expect(Cron.safeParse(good).success, good).toBe(true);
    for (const bad of [
      "",
      "* * * *",
      "0 10 2 * * *",
      "61 * * * *",
      "@daily",
      "a b c d e",
      "0 0 31 2 *",
      "H H * * *",
    ])
      expect(Cron.safeParse(bad).success, bad).toBe(false);
    expect(TimeZone.safeParse("Europe/Madrid").success).toBe(true);
    expect(TimeZone.safeParse("Europe/Nowhere").success).toBe(false);
  });

  it("means the local time of its zone, over changes of the clock", () => {
    const next = (from: string) => nextTime("30 2 * * *", "Europe/Madrid", new Date(from)).toISOString();
    expect(next("2026-03-27T12:00:00Z")).toBe("2026-03-28T01:30:00.000Z");
    // 02:30 does not exist on 29 March; the night is not left out.
    expect(next("2026-03-28T12:00:00Z") < "2026-03-29T04:00:00.000Z").toBe(true);
    // 02:30 comes twice on 25 October and is taken once.
    const autumn = nextTimes("30 2 * * *", "Europe/Madrid", new Date("2026-10-24T12:00:00Z"), 2);
    expect((autumn[1]?.getTime() ?? 0) - (autumn[0]?.getTime() ?? 0)).toBeGreaterThan(20 * 3_600_000);
  });

  it("is told in words, in both languages", () => {
    expect(describeCron("10 2 * * *", "en")).toBe("At 02:10");
    expect(describeCron("10 2 * * 1", "es")).toBe("A las 02:10, sólo el lunes");
  });
});
