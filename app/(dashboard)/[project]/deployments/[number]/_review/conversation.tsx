import { useTranslations } from "next-intl";
import { Avatar } from "@/components/avatar";
import { Section } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import type { ConversationEntry, DeploymentView } from "@/lib/operations/deployment/views";
import { CommentBox } from "./comment-box";

/** What was said and decided, oldest first, and a place to say more. */
export function Conversation({ view }: { view: DeploymentView }) {
  const t = useTranslations("deployments");
  return (
    <Section id="talk" title={t("tabs.talk")}>
      <div className="panel">
        {view.conversation.length > 0 ? (
          <ul className="talk">
            {view.conversation.map((entry) => (
              <Entry key={`${entry.kind} ${entry.id}`} entry={entry} />
            ))}
          </ul>
        ) : null}
        {view.actions.comment.allowed ? (
          <CommentBox deploymentId={view.id} />
        ) : view.conversation.length === 0 ? (
          <p className="p-4 muted">{t("talk.none")}</p>
        ) : null}
      </div>
    </Section>
  );
}

function Entry({ entry }: { entry: ConversationEntry }) {
  const t = useTranslations("deployments");
  const what =
    entry.kind === "comment" ? null : entry.current ? t(`talk.${entry.kind}`) : t(`talk.${entry.kind}Before`);
  return (
    <li>
      <Avatar label={entry.person.label} />
      <div>
        <p className="who">
          <b>{entry.person.label}</b>
          <span>
            <RelativeTime at={entry.at} />
            {what ? `, ${what}` : null}
          </span>
        </p>
        {entry.body ? <p className="whitespace-pre-line break-words">{entry.body}</p> : null}
      </div>
    </li>
  );
}
