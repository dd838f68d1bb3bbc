import { z } from "zod";
import { PASSWORD_MAX, PASSWORD_MIN } from "../../access/password-rules";

/** Always kept in lower case: addresses are compared by equality. */
export const Email = z.string().trim().toLowerCase().max(254).pipe(z.email());

export const PersonName = z.string().trim().min(1).max(100);

export const NewPassword = z.string().min(PASSWORD_MIN).max(PASSWORD_MAX);
