"use client";

import { useFormatter, useTranslations } from "next-intl";
import { Avatar } from "@/components/avatar";
import { Kbd } from "@/components/kbd";
import { PageHead } from "@/components/page";
import { Note } from "@/components/states";
import { Button } from "@/components/ui/button";
import type { MigrationView, PresenceView } from "@/lib/operations/migration/views";
import { More } from "../../_components/more";
import type { useText } from "./use-text";

interface EditorHeadProps {
  project: string;
  view: MigrationView;
  text: ReturnType<typeof useText>;
  seen: PresenceView | null;
  mayWrite: boolean;
  running: boolean;
  onSave: () => void;
  onTry: () => void;
  onCompare: () => void;
  onShowTheirs: () => void;
  deploy: { environment: string; go: () => void } | null;
}

/** Name, where the text is kept, who else is here, and what can be done with it. */
export function EditorHead(props: EditorHeadProps) {
  const { project, view, text, seen, mayWrite, running, deploy } = props;
  const t = useTranslations("editor");
  const tm = useTranslations("migrations");
  const overtaken = seen !== null && seen.revision > text.base;
  const busy = text.dirty;
  return (
    <div>
      <PageHead
        className="ed-head"
        title={view.name}
        facts={[
          <code key="version">{view.version || view.filename}</code>,
          view.draft ? tm("state.draft") : null,
          mayWrite ? <KeptFact key="kept" text={text} /> : t("readOnly"),
        ]}
        actions={
          <>
            <Present seen={seen} />
            <More project={project} view={view} mayWrite={mayWrite} />
            {busy && mayWrite ? (
              <>
                <Button variant="quiet" onClick={() => void text.discard()}>
                  {t("discard")}
                </Button>
                <Button onClick={props.onSave}>
                  {t("save")} <Kbd>Ctrl S</Kbd>
                </Button>
              </>
            ) : null}
            {mayWrite ? (
              <Button onClick={props.onTry} pending={running}>
                {t("try")} <Kbd>Ctrl ↵</Kbd>
              </Button>
            ) : null}
            {deploy ? (
              <Button variant="go" onClick={deploy.go}>
                {busy && mayWrite
                  ? t("saveAndDeploy", { environment: deploy.environment })
                  : tm("detail.deploy", { environment: deploy.environment })}
              </Button>
            ) : null}
          </>
        }
      />
      {overtaken ? (
        <Note
          meaning="warning"
          action={
            <Button size="small" onClick={busy ? props.onCompare : props.onShowTheirs}>
              {busy ? t("compare") : t("showTheirs")}
            </Button>
          }
        >
          {t(busy ? "overtaken" : "overtakenReading", { name: seen.updatedBy?.name ?? t("somebody") })}
        </Note>
      ) : null}
    </div>
  );
}

function KeptFact({ text }: { text: ReturnType<typeof useText> }) {
  const t = useTranslations("editor");
  const format = useFormatter();
  const { where, at } = text.kept;
  const time = format.dateTime(new Date(at), {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  return (
    <span
      aria-live="polite"
      data-kept={where}
      className={where === "browser" || where === "signedOut" ? "text-warning" : undefined}
    >
      {t.rich(`kept.${where}`, {
        time,
        // A new tab: the text stays where it is, and is sent as soon as somebody is there again.
        a: (words) => (
          <a className="link" href="/sign-in" target="_blank" rel="noreferrer">
            {words}
          </a>
        ),
      })}
    </span>
  );
}

function Present({ seen }: { seen: PresenceView | null }) {
  const t = useTranslations("editor");
  const [first, ...others] = seen?.people ?? [];
  if (!first) return null;
  return (
    <span className="muted presence">
      <Avatar label={first.name} />
      {others.length === 0
        ? t(`present.${first.mode}`, { name: first.name })
        : t("present.several", { name: first.name, count: others.length })}
    </span>
  );
}
