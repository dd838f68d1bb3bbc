"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { ConfirmByName } from "@/components/confirm-by-name";
import { Icon } from "@/components/icon";
import { Button } from "@/components/ui/button";
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFoot } from "@/components/ui/dialog";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import type { UserRow } from "@/lib/operations/user/list";
import { ShownOnce } from "../../[project]/settings/_components/shown-once";
import { administer, disable, endSessions, newPassword, turnCodesOff } from "../actions";

type Verb = "disable" | "enable" | "makeAdmin" | "dropAdmin" | "endSessions" | "turnCodesOff" | "newPassword";

/** What an administrator of the instance can do with an account; each is asked once more. */
export function UserMenu({ user, self }: { user: UserRow; self: boolean }) {
  const t = useTranslations("instance");
  const common = useTranslations("common");
  const [asked, setAsked] = useState<Verb | null>(null);
  const [password, setPassword] = useState<string | null>(null);
  const { id: userId, email } = user;
  const actions: Record<
    Verb,
    () => Promise<{ ok: true; data: unknown } | { ok: false; error: { code: string; message: string } }>
  > = {
    disable: () => disable({ userId, disabled: true }),
    enable: () => disable({ userId, disabled: false }),
    makeAdmin: () => administer({ userId, instanceAdmin: true }),
    dropAdmin: () => administer({ userId, instanceAdmin: false }),
    endSessions: () => endSessions({ userId }),
    turnCodesOff: () => turnCodesOff({ userId }),
    async newPassword() {
      const answer = await newPassword({ email });
      if (answer.ok) setPassword(answer.data.password);
      return answer;
    },
  };
  const verbs: Verb[] = [
    ...(self ? [] : ([user.instanceAdmin ? "dropAdmin" : "makeAdmin"] as const)),
    "newPassword",
    ...(user.hasTotp && !self ? (["turnCodesOff"] as const) : []),
    "endSessions",
    ...(self ? [] : ([user.disabledAt ? "enable" : "disable"] as const)),
  ];
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button variant="quiet" size="small-icon" aria-label={t("actionsOf", { name: user.name })}>
            <Icon name="more" />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end">
          {verbs.map((verb) => (
            <DropdownMenuItem key={verb} danger={verb === "disable"} onSelect={() => setAsked(verb)}>
              {t(`verbs.${verb}`)}
            </DropdownMenuItem>
          ))}
        </DropdownMenuContent>
      </DropdownMenu>
      {asked ? (
        <ConfirmByName
          open
          onOpenChange={(open) => {
            if (!open) setAsked(null);
          }}
          title={t(`ask.${asked}`, { name: user.name })}
          text={t(`text.${asked}`)}
          confirm={t(`verbs.${asked}`)}
          variant={asked === "disable" ? "stop" : "go"}
          action={actions[asked]}
          done={t("done")}
        />
      ) : null}
      <Dialog open={password !== null} onOpenChange={(open) => (open ? undefined : setPassword(null))}>
        <DialogContent title={t("passwordTitle", { name: user.name })}>
          <DialogBody>
            <ShownOnce text={password ?? ""} label={t("password")} hint={t("passwordHint")} />
          </DialogBody>
          <DialogFoot>
            <DialogClose asChild>
              <Button variant="go">{common("close")}</Button>
            </DialogClose>
          </DialogFoot>
        </DialogContent>
      </Dialog>
    </>
  );
}
