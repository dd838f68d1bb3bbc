import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { completeBackupPolicy, wantsBackup } from "./backup-policy";
import { judgeRetention, type RetainedBackup } from "./retention";

const LIMITS = { keepLast: 2, keepDaily: 3, keepWeekly: 2, keepMonthly: 2 };

function backup(at: string, more: Partial<RetainedBackup> = {}): RetainedBackup {
  return {
    id: at,
    at: new Date(at),
    pinned: false,
    isAutomatic: true,
    proven: false,
    broken: false,
    inUse: false,
    ...more,
  };
}

function kept(backups: RetainedBackup[], limits = LIMITS): string[] {
  return [...judgeRetention(backups, limits)].filter(([, why]) => why.length > 0).map(([id]) => id);
}

describe("retention", () => {
  it("lets no broken backup take the place of a good one", () => {
    const days = ["11", "10", "09", "08", "07"].map((day) => `2026-03-${day}T02:00:00Z`);
    const backups = days.map((at, index) => backup(at, { broken: index < 3 }));
    const limits = { keepLast: 2, keepDaily: 0, keepWeekly: 0, keepMonthly: 0 };
    // The newest ones stay, so that somebody sees them.
    expect(kept(backups, limits)).toEqual([days[0], days[1], days[3], days[4]]);
  });

  it("keeps the last ones and the newest of each day, week and month", () => {
    const backups = [
      backup("2026-03-11T12:00:00Z"), // Wednesday: last, daily, weekly, monthly
      backup("2026-03-11T02:00:00Z"), // last
      backup("2026-03-10T23:00:00Z"), // daily
      backup("2026-03-10T02:00:00Z"),
      backup("2026-03-08T02:00:00Z"), // Sunday: daily, weekly
      backup("2026-03-02T02:00:00Z"),
      backup("2026-02-28T02:00:00Z"), // monthly
      backup("2026-01-31T02:00:00Z"),
    ];
    const reasons = judgeRetention(backups, LIMITS);
    expect(Object.fromEntries(reasons)).toEqual({
      "2026-03-11T12:00:00Z": ["last", "daily", "weekly", "monthly"],
      "2026-03-11T02:00:00Z": ["last"],
      "2026-03-10T23:00:00Z": ["daily"],
      "2026-03-10T02:00:00Z": [],
      "2026-03-08T02:00:00Z": ["daily", "weekly"],
      "2026-03-02T02:00:00Z": [],
      "2026-02-28T02:00:00Z": ["monthly"],
      "2026-01-31T02:00:00Z": [],
    });
  });

  it("keeps what is pinned, in use, made by people, and the newest that was proven to restore", () => {
    const none = { keepLast: 0, keepDaily: 0, keepWeekly: 0, keepMonthly: 0 };
    const backups = [
      backup("2026-03-11T00:00:00Z"),
      backup("2026-03-10T00:00:00Z", { pinned: true }),
      backup("2026-03-09T00:00:00Z", { inUse: true }),
      backup("2026-03-08T00:00:00Z", { isAutomatic: false }),
      backup("2026-03-07T00:00:00Z", { proven: true }),
      backup("2026-03-06T00:00:00Z", { proven: true }),
    ];
    expect(kept(backups, none)).toEqual([
      "2026-03-10T00:00:00Z",
      "2026-03-09T00:00:00Z",
      "2026-03-08T00:00:00Z",
      "2026-03-07T00:00:00Z",
    ]);
  });

  it("takes nothing away because time passes without new backups", () => {
    const backups = [backup("2020-01-01T00:00:00Z"), backup("2019-12-01T00:00:00Z")];
    expect(kept(backups)).toEqual(backups.map(({ id }) => id));
  });

  it("keeps as many or more when a limit grows, and never fewer than the last ones", () => {
    const days = fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 60 });
    const limit = fc.integer({ min: 0, max: 10 });
    fc.assert(
      fc.property(
        days,
        limit,
        limit,
        limit,
        limit,
        (offsets, keepLast, keepDaily, keepWeekly, keepMonthly) => {
          const backups = offsets.map((day) => backup(new Date(Date.UTC(2025, 0, 1 + day)).toISOString()));
          const limits = { keepLast, keepDaily, keepWeekly, keepMonthly };
          const some = new Set(kept(backups, limits));
          expect(some.size).toBeGreaterThanOrEqual(Math.min(keepLast, backups.length));
          for (const key of Object.keys(limits) as (keyof typeof limits)[]) {
            const more = kept(backups, { ...limits, [key]: limits[key] + 1 });
            expect([...some].filter((id) => !more.includes(id))).toEqual([]);
          }
        },
      ),
    );
  });
});

describe("a backup before a deployment", () => {
  const safe = { severity: "safe", destroys: [] } as const;
  it("is taken by default when something risky goes to a protected environment", () => {
    const policy = completeBackupPolicy({}, true);
    expect(wantsBackup(policy, { severity: "danger", destroys: [] })).toBe(true);
    expect(wantsBackup(policy, { severity: "safe", destroys: ["orders"] })).toBe(true);
    expect(wantsBackup(policy, safe)).toBe(false);
    expect(wantsBackup(completeBackupPolicy({}, false), { severity: "danger", destroys: ["orders"] })).toBe(
      false,
    );
  });

  it("is taken always or never where the policy says so", () => {
    expect(wantsBackup(completeBackupPolicy({ beforeDeployment: "always" }, false), safe)).toBe(true);
    const never = completeBackupPolicy({ beforeDeployment: "never" }, true);
    expect(wantsBackup(never, { severity: "danger", destroys: ["orders"] })).toBe(false);
  });
});
