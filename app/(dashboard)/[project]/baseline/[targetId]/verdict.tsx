import { useTranslations } from "next-intl";
import { ChangeMark } from "@/components/comparison/change-mark";
import { ChangeText } from "@/components/comparison/change-text";
import { Duration } from "@/components/figures";
import { Section } from "@/components/page";
import { Note } from "@/components/states";
import type { BaselineView } from "@/lib/operations/drift/views";

/** What was found in a sentence, what it rests on, and what no migration accounts for. */
export function Verdict({ view }: { view: BaselineView }) {
  const t = useTranslations("baseline");
  const { upTo, certainty, otherLedgers, recorded, leftOver, blindSpots, notes, evidence, durationMs } = view;
  return (
    <>
      <div className="drift-verdict">
        <p className="lead">
          {t.rich(`verdict.${certainty}`, { upTo: upTo ?? "", code: (text) => <code>{text}</code> })}
        </p>
        <p className="muted">
          {t.rich("rests", {
            count: evidence.length,
            took: () => <Duration key="took" ms={durationMs} />,
          })}{" "}
          {recorded.length > 0 ? t("recordedBefore", { count: recorded.length }) : null}
        </p>
        {otherLedgers.map(({ tool, table, applied, failed }) => (
          <Note key={table}>
            {t("otherLedger", { tool, applied, failed })} <code>{table}</code>
          </Note>
        ))}
        {notes.map((note) => (
          <Note key={note} meaning="warning">
            {note}
          </Note>
        ))}
        {blindSpots.map((one) => (
          <Note key={`${one.what} ${one.name}`} meaning="warning">
            {t("blind")} {one.what} <code>{one.name}</code>
          </Note>
        ))}
      </div>
      {leftOver.length > 0 ? (
        <Section title={t("leftOver")} note={t("leftOverNote")}>
          <div className="panel">
            <table className="tbl list">
              <caption className="sr-only">{t("leftOver")}</caption>
              <tbody>
                {leftOver.map((change) => (
                  <tr key={`${change.kind} ${change.name}`}>
                    <td>
                      <ChangeMark change={change.change} /> <ChangeText change={change} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Section>
      ) : null}
    </>
  );
}
