import { z } from "zod";
import { LEAVING_WAYS } from "../domain/unsubscription.ts";
import { text } from "./common.ts";
import { mailAddress } from "./letters.ts";

/** An address that wants no letters made of templates. */
export const unsubscribed = z.object({
  address: z.string(),
  at: z.string(),
  how: z
    .enum(LEAVING_WAYS)
    .describe(
      "one-click: with the button of their mail program. page: on our page. mail: by a letter that their mail program wrote. agent: a colleague noted it. complaint: their provider reported that they called a letter spam.",
    ),
  by: z.object({ id: z.string(), name: z.string().optional() }).optional().describe("The colleague who noted it."),
});

export const unsubscribedAsked = z.object({ addresses: z.array(mailAddress).max(300) });

export const unsubscribedQuery = z.object({
  search: text(254).optional().describe("A part of the address."),
  before: z.iso.datetime({ offset: true }).optional().describe("Those who left before then: the next page."),
});

export const unsubscribedPage = z.object({ items: z.array(unsubscribed), more: z.boolean() });

export const unsubscribedChange = z.object({
  address: mailAddress,
  conversation: text(40).optional().describe("Where a line tells that it was noted."),
});

export type UnsubscribedAnswer = z.output<typeof unsubscribed>;
export type UnsubscribedPageAnswer = z.output<typeof unsubscribedPage>;
