import { expect, it } from "vitest";
import { readAnswerSchemas } from "../../testing/answer-schemas";

/** After a change of what an operation returns: `npx vitest run lib/transport/api/answer-schemas.test.ts -u` */
it("the documented answers are the types that the operations return", async () => {
  const schemas = `${JSON.stringify(readAnswerSchemas(), null, 1)}\n`;
  await expect(schemas).toMatchFileSnapshot("answer-schemas.json");
}, 300_000);
