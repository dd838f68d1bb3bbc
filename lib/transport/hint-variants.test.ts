import { createTranslator } from "next-intl";
import { expect, it } from "vitest";
import deploymentsEnglish from "../../messages/en/errors-deployments.json";
import driftEnglish from "../../messages/en/errors-drift.json";
import engineEnglish from "../../messages/en/errors-engine.json";
import deploymentsSpanish from "../../messages/es/errors-deployments.json";
import driftSpanish from "../../messages/es/errors-drift.json";
import engineSpanish from "../../messages/es/errors-engine.json";
import { DomainError } from "../errors";
import { requireSteps } from "../operations/deployment/insert";
import { targetError } from "../postgres/connection/connect-errors";
import { replayFailed } from "../postgres/replay/replay";

const spec = { port: 5432, database: "d", user: "u", password: "p", tls: "disable" as const };
const poolers = ["db.example", "ep-1-pooler.eu.example"].map((host) =>
  targetError("pooler", { ...spec, host }),
);
poolers.push(targetError("pooler", { ...spec, host: "db.example", port: 6543 }));

function nothing(drafts: string[]): DomainError {
  try {
    requireSteps(
      { steps: [], problems: [], otherDrafts: drafts.map((filename) => ({ filename })) } as never,
      "staging",
    );
  } catch (error) {
    if (error instanceof DomainError) return error;
  }
  throw new Error("it did not refuse");
}

const replays = ["42P01", "42601", "42501"].map((sqlState) => replayFailed("1_a", { message: "", sqlState }));
replays.push(
  replayFailed("1_a", { message: "", sqlState: "42704" }, [
    { migration: "1_a", line: 1, sql: "", why: "", node: "CreateExtensionStmt", missing: true },
  ]),
);

const plain = (text = "") => text.replaceAll("’", "'");

/** The hints of one code, in both languages. */
function hintsOf(errors: DomainError[], en: Record<string, object>, es: Record<string, object>) {
  return errors.map(({ code, hint, details }) => {
    const values = details as Record<string, string>;
    const said = [en, es].map((messages, i) =>
      createTranslator({ locale: i === 0 ? "en" : "es", messages: messages as never })(
        `${code}_hint` as never,
        values as never,
      ),
    );
    return { own: plain(hint), english: plain(said[0]), spanish: said[1] };
  });
}

it.each([
  ["target.pooler", hintsOf(poolers, engineEnglish, engineSpanish)],
  ["deployment.nothing", hintsOf([nothing([]), nothing(["1_a"])], deploymentsEnglish, deploymentsSpanish)],
  ["replay.failed", hintsOf(replays, driftEnglish, driftSpanish)],
])("each hint of %s is said in both languages", (_, hints) => {
  for (const { own, english } of hints) expect(english).toBe(own);
  expect(new Set(hints.map((one) => one.spanish)).size).toBe(hints.length);
});
