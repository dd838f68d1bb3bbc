import { describe, expect, it } from "vitest";
import type { DeploymentState } from "../../../core/run/types";
import { type ActionFacts, actionsOf, nextActionOf } from "./actions";

const complete = {
  ...{ given: 0, needed: 0, basis: "open" as const, changesRequested: false, complete: true },
  editors: [] as string[],
};
const base: ActionFacts = {
  ...{
    state: "ready",
    direction: "up",
    protected: false,
    role: "developer",
    nextRole: "developer",
    nextProtected: false,
  },
  ...{ viewer: { userId: "me", isPerson: true }, authorId: "author", decided: null, approvals: complete },
  ...{
    scriptsUnchanged: true,
    ahead: null,
    destroys: [],
    hasNext: true,
    promoted: false,
    applied: 2,
    everyStepHasDown: true,
  },
};
const actions = (facts: Partial<ActionFacts>) => actionsOf({ ...base, ...facts });
const next = (facts: Partial<ActionFacts>) => nextActionOf({ ...base, ...facts }, actions(facts));

describe("what a viewer may do", () => {
  it.each<[string, Partial<ActionFacts>, string | null]>([
    ["nothing in the way", {}, null],
    ["too little a role", { role: "viewer" }, "role"],
    ["no approvals yet", { state: "awaiting_approval" }, "approvals"],
    [
      "approvals that were lost",
      { state: "approved", approvals: { ...complete, needed: 1, complete: false } },
      "approvals",
    ],
    ["a changed script", { scriptsUnchanged: false }, "stale"],
    ["another one first", { ahead: { number: 7 } }, "queue"],
    ["problems", { state: "blocked" }, "requirements"],
    ["it is over", { state: "succeeded" }, "state"],
    [
      "a rollback in a protected environment",
      { direction: "down", protected: true, role: "approver" },
      "role",
    ],
  ])("run, with %s: %s", (_, facts, reason) => {
    expect(actions(facts).run).toMatchObject({ allowed: reason === null, reason });
  });

  it.each<[string, Partial<ActionFacts>, string | null]>([
    ["an approver", { role: "approver" }, null],
    ["a developer", {}, "role"],
    [
      "who changed a script of it",
      { state: "awaiting_approval", role: "admin", approvals: { ...complete, editors: ["me"] } },
      "editor",
    ],
    ["the author", { role: "admin", viewer: { userId: "author", isPerson: true } }, "author"],
    ["a token", { role: "admin", viewer: { userId: "me", isPerson: false } }, "token"],
    ["who has approved", { role: "approver", decided: "approved" }, "already"],
  ])("approve, as %s: %s", (_, facts, reason) => {
    expect(actions({ state: "awaiting_approval", ...facts }).approve).toMatchObject({
      allowed: reason === null,
      reason,
    });
  });

  it("asks for a reason and for a way back before a rollback", () => {
    expect(actions({ state: "succeeded", protected: true, role: "admin" }).rollback).toMatchObject({
      allowed: true,
      needsReason: true,
    });
    expect(actions({ state: "succeeded", everyStepHasDown: false }).rollback).toMatchObject({
      allowed: false,
      reason: "no_down",
    });
  });

  it("asks for the role of the environment that promote goes to", () => {
    expect(actions({ state: "succeeded", nextRole: "viewer" }).promote).toMatchObject({
      allowed: false,
      reason: "role",
      params: { needed: "developer" },
    });
  });
});

describe("the one next thing", () => {
  it.each<[DeploymentState, Partial<ActionFacts>, string]>([
    ["draft", {}, "check"],
    ["checking", {}, "wait_check"],
    ["blocked", {}, "fix"],
    ["ready", {}, "run"],
    ["ready", { scriptsUnchanged: false }, "check"],
    ["awaiting_approval", {}, "wait_approval"],
    ["awaiting_approval", { role: "approver" }, "approve"],
    ["awaiting_approval", { approvals: { ...complete, changesRequested: true, complete: false } }, "changes"],
    ["approved", { ahead: { number: 3 } }, "wait_queue"],
    ["queued", {}, "wait_queue"],
    ["running", {}, "wait_run"],
    ["succeeded", {}, "promote"],
    ["succeeded", { promoted: true }, "none"],
    ["succeeded", { hasNext: false }, "none"],
    ["failed", {}, "retry"],
    ["cancelled", {}, "retry"],
    ["in_doubt", {}, "settle"],
  ])("of %s with %j is %s", (state, facts, kind) => {
    expect(next({ state, ...facts }).kind).toBe(kind);
  });
});
