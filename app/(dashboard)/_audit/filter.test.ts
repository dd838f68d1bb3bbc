import { expect, it } from "vitest";
import { sourceFiles } from "@/lib/testing/source-files";
import { ENTITIES } from "./filter";

it("offers every kind of thing of which the trail tells", () => {
  const audited = sourceFiles(["lib/operations"], /(?<!\.test)\.ts$/).flatMap(({ text }) =>
    [...text.matchAll(/\bname: "(\w+)\.\w+",[\s\S]*?\baudit: "(\w+)"/g)]
      .filter(([, , audit]) => audit !== "none")
      .map(([, entity]) => entity),
  );
  expect(audited.length).toBeGreaterThan(80);
  expect([...new Set(audited)].filter((entity) => !ENTITIES.some((one) => one === entity))).toEqual([]);
});
