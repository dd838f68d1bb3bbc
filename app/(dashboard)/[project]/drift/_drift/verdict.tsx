import Link from "next/link";
import { useTranslations } from "next-intl";
import { useFailureText } from "@/components/failure-text";
import { Duration } from "@/components/figures";
import { Note } from "@/components/states";
import type { DriftView } from "@/lib/operations/drift/views";
import { CountsText } from "./counts";

/** What was found, in a sentence, and what it rests on. */
export function Verdict({ view }: { view: DriftView }) {
  const t = useTranslations("drift");
  const say = useFailureText();
  const { counts, replayed } = view;
  const reason = view.reason && say(view.reason);
  const count = counts.added + counts.changed + counts.removed;
  const words = view.state === "none" && counts.ignored > 0 ? "noneBesides" : (view.state ?? "never");
  return (
    <div className="sec first drift-verdict">
      <p className="lead">
        {view.state === "drifted"
          ? t.rich("verdict.drifted", { count, parts: () => <CountsText key="parts" counts={counts} /> })
          : t(`verdict.${words}`)}{" "}
        {words === "unmanaged" ? (
          <Link className="link" href={`/${view.project.slug}/baseline/${view.targetId}`}>
            {t("toBaseline")}
          </Link>
        ) : null}
      </p>
      {replayed ? (
        <p className="muted">
          {t.rich(replayed.durationMs === 0 ? "replayedBefore" : "replayed", {
            count: replayed.migrations,
            version: replayed.serverVersion,
            took: () => <Duration key="took" ms={replayed.durationMs} />,
          })}
          {replayed.notes.map((note) => (
            <span key={note} className="second">
              {note}
            </span>
          ))}
        </p>
      ) : null}
      {reason ? (
        <Note meaning="unknown">
          {reason.message} {reason.hint}{" "}
          {view.unfinishedIn === null ? null : (
            <Link className="link" href={`/${view.project.slug}/deployments/${view.unfinishedIn}`}>
              {t("toDeployment", { number: view.unfinishedIn })}
            </Link>
          )}
        </Note>
      ) : null}
      {view.blindSpots.length > 0 ? (
        <Note meaning="warning">
          <details>
            <summary>{t("blind", { count: view.blindSpots.length })}</summary>
            <ul className="cmp-notes">
              {view.blindSpots.map((one) => (
                <li key={`${one.side} ${one.what} ${one.name}`}>
                  {one.what} <code>{one.name}</code>
                </li>
              ))}
            </ul>
          </details>
        </Note>
      ) : null}
    </div>
  );
}
