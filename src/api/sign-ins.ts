import { z } from "zod";
import { id, text } from "./common.ts";

const wish = {
  channel: text(40).min(1),
  settings: z.record(z.string().max(100), z.unknown()).default({}).describe("What was typed so far."),
};

export const signInWish = z.object({
  ...wish,
  account: id.optional().describe("The account that is signed in anew."),
});

export const signInOffer = z.object({
  vendor: z
    .object({ id: z.string(), title: z.string() })
    .nullable()
    .describe("At whose page one signs in; null: nowhere, or not on this server."),
  sentence: z.string().nullable().describe("What the person should know before they choose."),
  typed: z.boolean().describe("What is typed (a password) does as well."),
  signedInAs: z.string().nullable().describe("The address that the account is signed in as now."),
});

export const signInBegin = z.object({ ...wish, vendor: text(40).min(1) });

export const signInBegun = z.object({
  url: z.string().describe("The vendor's page; to be opened in a window of its own within 15 minutes."),
});

export const signInTake = z.object({ code: text(40).min(1) });

export const signInTaken = z.object({
  id: z.string().describe("Goes into the credentials of an account as `signIn`."),
  who: z.string().describe("The address that signed in."),
  vendor: z.string(),
});

/** What the page at the end of the way is told, and tells the window that opened it. */
export type SignedInBoot =
  | {
      readonly kind: "signed-in";
      readonly code: string;
      readonly who: string;
      readonly vendor: string;
      readonly sentence: string | null;
      readonly locale: "en" | "ru" | "es";
    }
  | {
      readonly kind: "failed";
      readonly why: "stale" | "denied" | "told";
      readonly sentence: string | null;
      readonly locale: "en" | "ru" | "es";
    };

export type SignInOfferAnswer = z.output<typeof signInOffer>;
export type SignInBegunAnswer = z.output<typeof signInBegun>;
export type SignInTakenAnswer = z.output<typeof signInTaken>;
