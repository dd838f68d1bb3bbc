"use client";

import { AlertDialog as Radix } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "../class-names";

export const AlertDialog = Radix.Root;
export const AlertDialogTrigger = Radix.Trigger;
export const AlertDialogCancel = Radix.Cancel;
export const AlertDialogAction = Radix.Action;

interface AlertDialogContentProps extends Omit<ComponentProps<typeof Radix.Content>, "title"> {
  title: ReactNode;
  text: ReactNode;
}

/** A question that must be answered: no click outside closes it. */
export function AlertDialogContent({ title, text, className, children, ...props }: AlertDialogContentProps) {
  return (
    <Radix.Portal>
      <Radix.Overlay className="overlay" />
      <Radix.Content {...props} className={cn("dialog", className)}>
        <div className="dialog-head">
          <Radix.Title>{title}</Radix.Title>
        </div>
        <Radix.Description className="dialog-text" asChild>
          <div>{text}</div>
        </Radix.Description>
        {children}
      </Radix.Content>
    </Radix.Portal>
  );
}
