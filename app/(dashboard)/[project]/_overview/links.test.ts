import { expect, it } from "vitest";
import { versionRange } from "./links";

it("shortens versions as long as they stay apart", () => {
  expect(versionRange("20261129081445", "20261130085313", "nothing")).toEqual({
    from: "20261129",
    to: "20261130",
  });
  expect(versionRange("20261130081445", "20261130085313", "nothing")).toEqual({
    ...{ from: "20261130081445", to: "20261130085313" },
  });
  expect(versionRange(null, "20261130085313", "nothing")).toEqual({ from: "nothing", to: "20261130" });
  expect(versionRange("3", "4", "nothing")).toEqual({ from: "3", to: "4" });
});
