"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { ActionForm, SubmitButton } from "./action-form";
import type { ActionAnswer } from "./action-state";
import { Button } from "./ui/button";
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFoot, DialogTrigger } from "./ui/dialog";

interface FormDialogProps<T> {
  /** The button that opens it. */
  trigger: ReactNode;
  title: string;
  text?: string;
  wide?: boolean;
  /** A server action, as ActionForm takes it, with its `values` and the sentence `done`. */
  // biome-ignore lint/suspicious/noExplicitAny: the action validates its own input.
  action: (input: any) => Promise<ActionAnswer<T>>;
  values?: Record<string, unknown>;
  done?: string;
  /** What the button says that sends it. */
  submit: string;
  /** After it worked and was closed; without it the page is read anew. */
  onDone?: (data: T) => void;
  /** What stands there instead of the form after it worked, for what cannot be shown again. */
  result?: (data: T) => ReactNode;
  /** The fields. */
  children: ReactNode;
}

/** A form in a dialog: it closes when the action worked, and keeps what was typed when it was refused. */
export function FormDialog<T>(props: FormDialogProps<T>) {
  const {
    trigger,
    title,
    text,
    wide = false,
    action,
    values,
    done,
    submit,
    onDone,
    result,
    children,
  } = props;
  const common = useTranslations("common");
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [shown, setShown] = useState<ReactNode>(null);

  function change(next: boolean) {
    setOpen(next);
    if (next || shown === null) return;
    setShown(null);
    router.refresh();
  }

  function finish(data: T) {
    if (result) {
      setShown(result(data));
      return;
    }
    setOpen(false);
    if (onDone) onDone(data);
    else router.refresh();
  }

  return (
    <Dialog open={open} onOpenChange={change}>
      <DialogTrigger asChild>{trigger}</DialogTrigger>
      <DialogContent title={title} text={shown === null ? text : undefined} wide={wide}>
        {shown === null ? (
          <ActionForm
            action={action}
            onDone={finish}
            {...(values ? { values } : {})}
            {...(done ? { done } : {})}
          >
            <DialogBody>{children}</DialogBody>
            <DialogFoot>
              <DialogClose asChild>
                <Button>{common("cancel")}</Button>
              </DialogClose>
              <SubmitButton>{submit}</SubmitButton>
            </DialogFoot>
          </ActionForm>
        ) : (
          <>
            <DialogBody>{shown}</DialogBody>
            <DialogFoot>
              <DialogClose asChild>
                <Button variant="go">{common("close")}</Button>
              </DialogClose>
            </DialogFoot>
          </>
        )}
      </DialogContent>
    </Dialog>
  );
}
