import { z } from "zod";
import { id, text } from "./common.ts";

export const newInvitation = z.object({
  user: z.string().regex(/^\d{1,15}$/, "must be an employee's number"),
  channel: text(40).min(1),
  address: text(254)
    .trim()
    .regex(/^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+[.][^\s@<>,;:"()[\]\\.]+$/, "must be an e-mail address"),
});

export const invitationParams = z.object({ id });

export const invitation = z.object({
  id: z.string(),
  user: z.object({ id: z.string(), name: z.string().optional() }),
  by: z.object({ id: z.string(), name: z.string().optional() }),
  channel: z.string(),
  address: z.string(),
  sentAt: z.string(),
  expiresAt: z.string(),
  expired: z.boolean(),
  connection: z
    .object({ kind: z.string(), sentence: z.string() })
    .nullable()
    .describe("How the box stands that they have begun to connect; null: they have not."),
  problem: z.string().optional().describe("What did not work when it was sent."),
});

export const invitations = z.array(invitation);

export const invitationTyped = z.object({
  settings: z.record(z.string().max(100), z.unknown()).default({}).describe("What was typed so far."),
});

export const invitationBegin = invitationTyped.extend({ vendor: text(40).min(1) });

export const invitationFollow = invitationTyped.extend({
  credentials: z.record(z.string().max(100), z.unknown()).default({}),
});

export const invitationFollowed = z.object({
  connection: z.object({ kind: z.string(), sentence: z.string() }),
});

export type InvitationAnswer = z.output<typeof invitation>;
export type InvitationFollowedAnswer = z.output<typeof invitationFollowed>;
