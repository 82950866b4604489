import type { ChannelAdapter } from "../../channels/contract.ts";
import type { Account } from "../../domain/account.ts";
import type { Letter } from "../../domain/letter.ts";
import type { Message } from "../../domain/message.ts";
import type { Decision } from "../../rules/decision.ts";
import type { StoredDecision } from "../../store/contract/rules.ts";

/** What a letter's conversation needs that a chat's does not. */

/** An account whose letters are recorded in the CRM and go into no line: the e-mail tracker. */
export const isTracker = ({ line }: Pick<Account, "line">, { capabilities }: Pick<ChannelAdapter, "capabilities">) =>
  capabilities.letters === true && line === undefined;

/** Written by the company's own people: here, or in another program. */
export const isOurs = ({ direction, origin }: Pick<Message, "direction" | "origin">): boolean =>
  direction === "out" || origin.by === "device";

/** A customer's own words, so that something may be made for them: never for what a machine wrote, nor for what we wrote. */
export const isAsking = (message: Message): boolean =>
  message.content.letter?.class === "human" && !isOurs(message) && message.kind === "message";

/** The letter that a decision is about: the first that a customer wrote, or else the first of all. */
export function letterOf(rows: readonly Message[]): { readonly message: Message; readonly letter: Letter } | undefined {
  const letters = rows.filter((row) => row.content.letter !== undefined);
  const message = letters.find(isAsking) ?? letters[0];
  const letter = message?.content.letter;
  return message && letter && { message, letter };
}

/** It found no card and made none: a customer's letter is a reason to decide anew. */
export function isHomeless({ decision }: StoredDecision): boolean {
  const made = decision as Decision | undefined;
  return made !== undefined && made.targets.length === 0 && ["nothing", "activity"].includes(made.create.kind);
}

/**
 * How much of a personal box its cards show to everybody who may read them. `click`: nothing before an agent says so.
 * Set with the account; a shared box shows its letters.
 */
export type Showing = "whole" | "subject" | "click";

export function showingOf({ settings }: Pick<Account, "settings">): Showing {
  if (settings.box !== "personal") return "whole";
  return settings.showing === "subject" || settings.showing === "click" ? settings.showing : "whole";
}

/** The employee whose personal box it is: theirs is what nobody else is responsible for. */
export const ownerOf = ({ settings }: Pick<Account, "settings">): string | null =>
  settings.box === "personal" && typeof settings.owner === "string" ? settings.owner : null;

/** What two people have in boxes of their own is not one matter because they were both written to. */
export function mayShareThread(one: Pick<Account, "settings">, other: Pick<Account, "settings">): boolean {
  const [owner, theirs] = [ownerOf(one), ownerOf(other)];
  return owner === null || theirs === null || owner === theirs;
}
