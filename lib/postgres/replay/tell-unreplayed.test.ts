import { expect, it } from "vitest";
import { tellUnreplayed } from "./tell-unreplayed";

const left = (migration: string, line: number, why: string) => ({ migration, line, why, sql: "", node: "" });

it("tells statements of a script that were left for the same reason in one line", () => {
  expect(
    tellUnreplayed([
      left("1_base", 4, "one owner"),
      left("1_base", 9, "no superuser"),
      left("1_base", 12, "one owner"),
      left("2_more", 1, "one owner"),
    ]),
  ).toEqual(["1_base:4 and 1 more: one owner", "1_base:9: no superuser", "2_more:1: one owner"]);
});
