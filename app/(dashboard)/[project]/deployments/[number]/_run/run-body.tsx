import type { DeploymentView } from "@/lib/operations/deployment/views";
import { Conversation } from "../_review/conversation";
import { BackupStep } from "./backup-step";
import { Comparison } from "./comparison";
import { RunLog } from "./run-log";
import { Steps } from "./steps";

/** The run as it goes: steps, log, and what came against what was foretold. */
export function RunBody({ view }: { view: DeploymentView }) {
  return (
    <>
      <BackupStep slug={view.project.slug} />
      <Steps />
      <RunLog logUrl={view.run ? `/${view.project.slug}/deployments/${view.number}/log` : null} />
      <Comparison />
      <Conversation view={view} />
    </>
  );
}
