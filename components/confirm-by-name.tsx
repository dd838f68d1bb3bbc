"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type ReactNode, useState, useTransition } from "react";
import { toast } from "sonner";
import type { ActionAnswer } from "./action-state";
import { FormError } from "./form-error";
import { AlertDialog, AlertDialogCancel, AlertDialogContent, AlertDialogTrigger } from "./ui/alert-dialog";
import { Button } from "./ui/button";
import { DialogBody, DialogFoot } from "./ui/dialog";
import { Field } from "./ui/field";
import { Input } from "./ui/input";
import { Textarea } from "./ui/textarea";
import { useAnswer } from "./use-answer";

interface ConfirmByNameProps {
  /** The button that opens it; leave out and give `open` instead. */
  trigger?: ReactNode;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  title: ReactNode;
  /** What it does, to what, and what stays. */
  text: ReactNode;
  /** Each is typed by hand; none: a plain question. */
  names?: readonly string[];
  /** Asks for a reason; `required` ones hold the button back. */
  reason?: "optional" | "required";
  /** The verb: "Delete the project shop". */
  confirm: ReactNode;
  variant?: "go" | "stop";
  action: (given: { names: string[]; reason?: string }) => Promise<ActionAnswer>;
  /** Toast after it worked. */
  done?: string;
  /** Where to go after it worked; without it the page is read anew. */
  href?: string;
  /** After it worked, with what the action answered, instead of `href`. */
  // biome-ignore lint/suspicious/noExplicitAny: the caller knows its own action.
  onDone?: (data: any) => void;
}

/** Asks before something is destroyed: its name is typed, so that nobody clicks through. */
export function ConfirmByName({
  trigger,
  open,
  onOpenChange,
  title,
  text,
  names = [],
  reason,
  confirm,
  variant = "stop",
  action,
  done,
  href,
  onDone,
}: ConfirmByNameProps) {
  const t = useTranslations("common");
  const router = useRouter();
  const [inside, setInside] = useState(false);
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [why, setWhy] = useState("");
  const [error, setError] = useState<{ message: string; hint?: string | undefined } | null>(null);
  const [pending, start] = useTransition();
  const waitFor = useAnswer();
  const ready =
    names.every((name) => typed[name]?.trim() === name) && (reason !== "required" || why.trim() !== "");

  function change(next: boolean) {
    if (pending) return;
    setInside(next);
    onOpenChange?.(next);
    if (!next) {
      setTyped({});
      setWhy("");
      setError(null);
    }
  }

  function run() {
    if (!ready || pending) return;
    start(async () => {
      const given = { names: [...names], ...(why.trim() ? { reason: why.trim() } : {}) };
      const answer = await waitFor(action(given));
      if (!answer.ok) return setError(answer.error);
      setInside(false);
      onOpenChange?.(false);
      if (done) toast.success(done);
      if (onDone) onDone(answer.data);
      else if (href) router.push(href);
      else router.refresh();
    });
  }

  return (
    <AlertDialog open={open ?? inside} onOpenChange={change}>
      {trigger ? <AlertDialogTrigger asChild>{trigger}</AlertDialogTrigger> : null}
      <AlertDialogContent title={title} text={text}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            run();
          }}
        >
          {names.length > 0 || reason || error ? (
            <DialogBody>
              {names.map((name) => (
                <Field key={name} label={t.rich("typeName", { name: () => <code>{name}</code> })}>
                  <Input
                    className="mono"
                    autoComplete="off"
                    spellCheck={false}
                    value={typed[name] ?? ""}
                    onChange={(event) => setTyped({ ...typed, [name]: event.target.value })}
                  />
                </Field>
              ))}
              {reason ? (
                <Field label={t("reason")} optional={reason === "optional"}>
                  <Textarea value={why} onChange={(event) => setWhy(event.target.value)} maxLength={2000} />
                </Field>
              ) : null}
              {error ? <FormError message={error.message} hint={error.hint} /> : null}
            </DialogBody>
          ) : null}
          <DialogFoot>
            <AlertDialogCancel asChild>
              <Button>{t("cancel")}</Button>
            </AlertDialogCancel>
            <Button type="submit" variant={variant} disabled={!ready} pending={pending}>
              {confirm}
            </Button>
          </DialogFoot>
        </form>
      </AlertDialogContent>
    </AlertDialog>
  );
}
