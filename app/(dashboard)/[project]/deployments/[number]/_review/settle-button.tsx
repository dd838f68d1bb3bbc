"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState, useTransition } from "react";
import { toast } from "sonner";
import { ActionForm, SubmitButton } from "@/components/action-form";
import { useOwnWords } from "@/components/own-words";
import { Button } from "@/components/ui/button";
import { Dialog, DialogBody, DialogContent, DialogFoot } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { Textarea } from "@/components/ui/textarea";
import { useAnswer } from "@/components/use-answer";
import { settleAction } from "../../actions";

interface Unclear {
  filename: string;
  evidence: string | null;
}

/** Ends a doubt: the ledger is asked again, and only where it cannot tell is a person. */
export function SettleButton({ deploymentId, label }: { deploymentId: string; label: string }) {
  const t = useTranslations("deployments");
  const router = useRouter();
  const [pending, start] = useTransition();
  const waitFor = useAnswer();
  const own = useOwnWords();
  const [unclear, setUnclear] = useState<Unclear[] | null>(null);

  const ask = () =>
    start(async () => {
      const answer = await waitFor(settleAction({ deploymentId }));
      if (answer.ok) {
        toast.success(t("done.settle"));
        router.refresh();
      } else if (answer.error.code === "deployment.still_in_doubt") {
        setUnclear((answer.error.details.migrations as Unclear[] | undefined) ?? []);
      } else toast.error(answer.error.message, { description: answer.error.hint });
    });

  return (
    <>
      <Button variant="go" size="big" wide pending={pending} onClick={ask}>
        {label}
      </Button>
      <Dialog open={unclear !== null} onOpenChange={(open) => (open ? undefined : setUnclear(null))}>
        <DialogContent title={t("settle.title")} text={t("settle.text")}>
          <ActionForm
            action={({
              reason,
              ...given
            }: {
              reason: string;
              [filename: `is-${number}`]: "applied" | "not_applied";
            }) =>
              settleAction({
                deploymentId,
                reason,
                verdicts: (unclear ?? []).map(({ filename }, index) => ({
                  filename,
                  as: given[`is-${index}`] ?? "not_applied",
                })),
              })
            }
            done={t("done.settle")}
            onDone={() => {
              setUnclear(null);
              router.refresh();
            }}
          >
            <DialogBody>
              {(unclear ?? []).map(({ filename, evidence }, index) => (
                <Field
                  key={filename}
                  label={<code>{filename}</code>}
                  hint={evidence === null ? null : own(evidence)}
                >
                  <Select
                    name={`is-${index}`}
                    defaultValue="not_applied"
                    options={[
                      { value: "applied", label: t("settle.applied") },
                      { value: "not_applied", label: t("settle.notApplied") },
                    ]}
                  />
                </Field>
              ))}
              <Field label={t("settle.how")}>
                <Textarea name="reason" maxLength={4000} />
              </Field>
            </DialogBody>
            <DialogFoot>
              <SubmitButton variant="stop">{t("settle.send")}</SubmitButton>
            </DialogFoot>
          </ActionForm>
        </DialogContent>
      </Dialog>
    </>
  );
}
