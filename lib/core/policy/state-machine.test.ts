import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DeploymentState } from "../run/types";
import { approvalsNeeded, countApprovals, type Decision } from "./approvals";
import {
  type DeploymentEvent,
  FINISHED_STATES,
  nextState,
  QUEUE_STATES,
  statesBefore,
  TRANSITIONS,
} from "./state-machine";

const STATES = Object.keys(TRANSITIONS) as DeploymentState[];
const PEOPLE = ["author", "approver-1", "approver-2", "developer"] as const;
const mayApprove = (id: string) => id.startsWith("approver");

/** A deployment as operations treat it: they take the event from the policy, never from the caller. */
interface Model {
  state: DeploymentState;
  hash: string;
  decisions: Decision[];
  started: boolean;
}

type Action =
  | { kind: "check"; hash: string; blocked: boolean }
  | { kind: "decide"; who: (typeof PEOPLE)[number]; decision: "approved" | "changes_requested"; hash: string }
  | { kind: "event"; event: DeploymentEvent };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    kind: fc.constant("check" as const),
    hash: fc.constantFrom("h1", "h2"),
    blocked: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("decide" as const),
    who: fc.constantFrom(...PEOPLE),
    decision: fc.constantFrom("approved" as const, "changes_requested" as const),
    hash: fc.constantFrom("h1", "h2"),
  }),
  fc.record({
    kind: fc.constant("event" as const),
    event: fc.constantFrom<DeploymentEvent>(
      "enqueue",
      "start",
      "stale",
      "succeed",
      "fail",
      "stop",
      "doubt",
      "cancel",
      "settle_failed",
      "settle_resumed",
      "settle_cancelled",
    ),
  }),
);

function count(model: Model, needed: number) {
  return countApprovals({
    decisions: model.decisions,
    boundHash: model.hash,
    authorIds: ["author"],
    needed,
    mayApprove,
  });
}

function step(model: Model, act: Action, needed: number): void {
  const move = (event: DeploymentEvent) => {
    const to = nextState(model.state, event);
    if (to) model.state = to;
    return to !== null;
  };
  if (act.kind === "check") {
    if (!move("check")) return;
    model.hash = act.hash;
    if (act.blocked) move("checked_blocked");
    else if (!count(model, needed).complete) move("checked_unapproved");
    else move(needed === 0 ? "checked_open" : "checked_approved");
  } else if (act.kind === "decide") {
    model.decisions = model.decisions.filter((d) => d.userId !== act.who || d.boundHash !== act.hash);
    model.decisions.push({ userId: act.who, decision: act.decision, boundHash: act.hash });
    if (count(model, needed).complete) move("approvals_complete");
    else move("approvals_lost");
  } else {
    move(act.event);
  }
}

describe("state machine of deployments", () => {
  it("never reaches running without the approvals of the hash that runs", () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), fc.integer({ min: 0, max: 2 }), (actions, needed) => {
        const model: Model = { state: "draft", hash: "", decisions: [], started: false };
        for (const act of actions) {
          const before = model.state;
          const approvedBefore = count(model, needed).complete;
          step(model, act, needed);
          if (model.state === "queued" && before !== "queued" && before !== "running") {
            expect(approvedBefore).toBe(true);
          }
          if (model.state === "running" && before !== "running") expect(before).toBe("queued");
        }
      }),
      { numRuns: 3000 },
    );
  });

  it("reaches every state from a draft", () => {
    const seen = new Set<DeploymentState>(["draft"]);
    for (const state of seen) for (const to of Object.values(TRANSITIONS[state])) seen.add(to);
    expect([...seen].sort()).toEqual([...STATES].sort());
  });

  it("leads into the queue only from ready and approved, and into running only from the queue", () => {
    expect(statesBefore("enqueue")).toEqual(["ready", "approved"]);
    expect(STATES.filter((state) => Object.values(TRANSITIONS[state]).includes("running"))).toEqual([
      "queued",
    ]);
    const intoQueue = STATES.filter((state) => Object.values(TRANSITIONS[state]).includes("queued"));
    expect(intoQueue).toEqual(["ready", "approved", "running"]);
  });

  it("leaves what has succeeded as it is", () => {
    expect(TRANSITIONS.succeeded).toEqual({});
  });

  it("gives no finished deployment a place in the target's queue", () => {
    expect(QUEUE_STATES.filter((state) => (FINISHED_STATES as readonly string[]).includes(state))).toEqual(
      [],
    );
  });
});

describe("approvals", () => {
  it.each([
    [{}, false, [], 0, "open"],
    [{}, false, ["orders.total"], 0, "open"],
    [{}, true, [], 1, "protected"],
    [{}, true, ["orders.total"], 2, "destructive"],
    [{ approvals: 3 }, true, ["orders.total"], 3, "protected"],
    [{ approvals: 0 }, true, [], 0, "protected"],
    [{ approvalsDestructive: 1 }, false, ["orders.total"], 1, "destructive"],
    [{ approvals: -1 }, true, [], 1, "protected"],
  ] as const)(
    "policy %j, protected %s, destroys %j: %i by %s",
    (policy, isProtected, destroys, needed, basis) => {
      expect(approvalsNeeded(policy, { protected: isProtected, destroys })).toEqual({ needed, basis });
    },
  );

  it("counts each person once, of the current hash only, and never the author or one without the role", () => {
    const decision = (userId: string, boundHash = "now"): Decision => ({
      userId,
      boundHash,
      decision: "approved",
    });
    const decisions = [
      decision("approver-1"),
      decision("approver-1"),
      decision("approver-2", "before"),
      decision("author"),
      decision("developer"),
    ];
    const args = {
      decisions,
      boundHash: "now",
      authorIds: ["author"],
      needed: 2,
      mayApprove: (id: string) => id === "author" || mayApprove(id),
    };
    expect(countApprovals(args)).toEqual({ given: 1, changesRequested: false, complete: false });
    expect(countApprovals({ ...args, boundHash: null }).given).toBe(0);
  });

  it("is not complete while somebody asks for changes", () => {
    const decisions: Decision[] = [
      { userId: "approver-1", boundHash: "h", decision: "approved" },
      { userId: "approver-2", boundHash: "h", decision: "changes_requested" },
    ];
    expect(
      countApprovals({ decisions, boundHash: "h", authorIds: ["author"], needed: 1, mayApprove }).complete,
    ).toBe(false);
  });
});
