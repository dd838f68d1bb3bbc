"use client";

import { useTranslations } from "next-intl";
import { Dialog as Radix } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "../class-names";
import { Icon } from "../icon";
import { Button } from "./button";

export const Dialog = Radix.Root;
export const DialogTrigger = Radix.Trigger;
export const DialogClose = Radix.Close;

interface DialogContentProps extends Omit<ComponentProps<typeof Radix.Content>, "title"> {
  title: ReactNode;
  /** One or two sentences under the title. */
  text?: ReactNode;
  wide?: boolean;
}

/** The box: title, text, then children (DialogBody, DialogFoot). Focus goes in and returns by itself. */
export function DialogContent({ title, text, wide, className, children, ...props }: DialogContentProps) {
  const t = useTranslations("common");
  return (
    <Radix.Portal>
      <Radix.Overlay className="overlay" />
      <Radix.Content
        {...props}
        {...(text ? {} : { "aria-describedby": undefined })}
        className={cn("dialog", wide && "wide", className)}
      >
        <div className="dialog-head">
          <Radix.Title>{title}</Radix.Title>
          <Radix.Close asChild>
            <Button variant="quiet" size="small-icon" aria-label={t("close")}>
              <Icon name="close" />
            </Button>
          </Radix.Close>
        </div>
        {text ? <Radix.Description className="dialog-text">{text}</Radix.Description> : null}
        {children}
      </Radix.Content>
    </Radix.Portal>
  );
}

export function DialogBody({ className, ...props }: ComponentProps<"div">) {
  return <div {...props} className={cn("dialog-body", className)} />;
}

export function DialogFoot({ className, ...props }: ComponentProps<"div">) {
  return <div {...props} className={cn("dialog-foot", className)} />;
}
