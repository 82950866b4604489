import { z } from "zod";
import type { Account } from "../../domain/account.ts";

/** The greeting that a bot says when somebody presses Start; off unless an admin turns it on. */

export const settings = z.object({
  welcome: z.boolean().optional().catch(undefined),
  welcomeText: z.string().max(4_000).optional().catch(undefined),
  welcomeButton: z.string().max(64).optional().catch(undefined),
});

/** A call of `sendMessage`, fit to be the answer to a webhook too (Bot API, "Making requests when getting updates"). */
export interface Greeting {
  readonly chat_id: number;
  readonly text: string;
  readonly reply_markup?: {
    readonly keyboard: { readonly text: string; readonly request_contact: true }[][];
    readonly resize_keyboard: true;
    readonly one_time_keyboard: true;
  };
}

/** The greeting for an update, when it is somebody's Start in a chat of their own and the admin wants one. */
export function greetingFor(account: Account, update: Readonly<Record<string, unknown>>): Greeting | undefined {
  const { welcome, welcomeText = "", welcomeButton = "" } = settings.parse(account.settings);
  const text = welcomeText.toWellFormed().trim();
  if (welcome !== true || text === "") return undefined;
  const started = startSchema.safeParse(update.message);
  if (!started.success) return undefined;
  const button = welcomeButton.toWellFormed().trim();
  return {
    chat_id: started.data.chat.id,
    text,
    ...(button !== "" && {
      reply_markup: {
        keyboard: [[{ text: button, request_contact: true }]],
        resize_keyboard: true,
        one_time_keyboard: true,
      },
    }),
  };
}

const startSchema = z.object({
  text: z.string().regex(/^\/start(\s|$)/),
  chat: z.object({ id: z.number().int().positive(), type: z.literal("private") }),
});
