"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import {
  type ComponentProps,
  type FormEvent,
  type ReactNode,
  useEffect,
  useRef,
  useState,
  useTransition,
} from "react";
import { toast } from "sonner";
import { type ActionAnswer, ActionStateProvider, useActionForm } from "./action-state";
import { cn } from "./class-names";
import { FormError } from "./form-error";
import { readForm } from "./read-form";
import { Button, type ButtonProps } from "./ui/button";
import { useAnswer } from "./use-answer";

interface ActionFormProps<T> extends Omit<ComponentProps<"form">, "action" | "onSubmit"> {
  /** A server action; gets the values of the form (see read-form.ts) with `values` laid over them. */
  // biome-ignore lint/suspicious/noExplicitAny: the action validates its own input.
  action: (input: any) => Promise<ActionAnswer<T>>;
  /** Values that are no control of the form: ids. */
  values?: Record<string, unknown>;
  /** Sentence of the toast after it worked. */
  done?: string;
  /** Where to go after it worked; without it the page is read anew. */
  href?: string;
  /** After it worked, instead of `href`; for client components. */
  onDone?: (data: T) => void;
  /** Empty the form after it worked. */
  reset?: boolean;
  children: ReactNode;
}

/** A form over a server action: what was typed stays when it is refused, errors stand at their field. */
export function ActionForm<T>({
  action,
  values,
  done,
  href,
  onDone,
  reset,
  className,
  children,
  ...props
}: ActionFormProps<T>) {
  const router = useRouter();
  const form = useRef<HTMLFormElement>(null);
  const [pending, start] = useTransition();
  const waitFor = useAnswer();
  const [error, setError] = useState<Extract<ActionAnswer, { ok: false }>["error"] | null>(null);

  useEffect(() => {
    if (!error) return;
    const field = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    if (field) field.focus();
    else form.current?.querySelector(":scope > .form-error")?.scrollIntoView({ block: "nearest" });
  }, [error]);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const element = event.currentTarget;
    const input = { ...readForm(element), ...values };
    start(async () => {
      const answer = await waitFor(action(input));
      setError(answer.ok ? null : answer.error);
      if (!answer.ok) return;
      if (reset) element.reset();
      if (done) toast.success(done);
      if (onDone) onDone(answer.data);
      else if (href) router.push(href);
      else router.refresh();
    });
  }

  return (
    // A password in a form of GET would stand in the address when it is sent before this script is there.
    <form {...props} ref={form} method="post" className={cn("form", className)} onSubmit={submit} noValidate>
      <ActionStateProvider value={{ pending, error }}>
        {children}
        <GeneralError />
      </ActionStateProvider>
    </form>
  );
}

/** What is not about one field. ActionForm shows it by itself at its end. */
function GeneralError() {
  const { error } = useActionForm();
  if (!error || (error.fields?.length ?? 0) > 0) return null;
  return (
    <FormError
      message={error.message}
      hint={error.code === "access.sign_in" ? <SignInAgain /> : error.hint}
    />
  );
}

/** In a tab of its own: the form stays as it is, and is sent again from here. */
function SignInAgain() {
  const t = useTranslations("common");
  return (
    <a className="link" href="/sign-in" target="_blank" rel="noreferrer">
      {t("signInAgain")}
    </a>
  );
}

/** The button that sends the surrounding ActionForm. */
export function SubmitButton({ variant = "go", ...props }: ButtonProps) {
  const { pending } = useActionForm();
  return <Button {...props} type="submit" variant={variant} pending={pending} />;
}
