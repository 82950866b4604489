import type { OutgoingChange, OutgoingReaction, SendOutcome } from "../contract/sending.ts";
import type { CallClock } from "../contract/sessions.ts";
import { outcomeOf } from "./failures.ts";
import { CALL_MS, CLOSING, idsOf, inPace, notYet, type OutboundTools, STORE_AWAY } from "./outbound-tools.ts";
import { refused, texts } from "./plan.ts";
import type { WorkerCall } from "./protocol.ts";

/** Changes of messages that are out. Each may be made twice without harm, so that an answer that got lost costs nothing. */

export interface Changes {
  edit(change: OutgoingChange, clock?: CallClock): Promise<SendOutcome>;
  remove(change: OutgoingChange, clock?: CallClock): Promise<SendOutcome>;
  react(reaction: OutgoingReaction, clock?: CallClock): Promise<SendOutcome>;
}

const TOO_LATE_TO_EDIT = "WhatsApp lets a message be changed for 15 minutes only. Send a correction as a new message.";
const TOO_LATE_TO_DELETE = "WhatsApp lets a message be deleted for everyone for about two days only.";
const NOT_THERE = "WhatsApp does not have this message any more.";

export function createChanges(tools: OutboundTools): Changes {
  async function change(
    chatId: string,
    clock: CallClock | undefined,
    make: () => Promise<SendOutcome>,
  ): Promise<SendOutcome> {
    return await tools.line.stand<SendOutcome>(clock, notYet, async () => {
      const down = tools.down();
      if (down) return down;
      if (!(await inPace(tools, chatId, clock))) return CLOSING;
      // Which ids a message has is remembered in the store; a change that was made is simply made again.
      return await make().catch(() => STORE_AWAY);
    });
  }

  async function act(chatId: string, wanted: WorkerCall, gone: string): Promise<SendOutcome | undefined> {
    const result = await tools.call(wanted, CALL_MS);
    if (result.ok) return undefined;
    if (result.failure.code === "not-found") return refused("not-possible", gone);
    return await outcomeOf(tools, result.failure, chatId);
  }

  return {
    async edit({ chatId, externalIds, content }, clock) {
      const parts = texts({ content }).flatMap((step) => (step.kind === "text" ? [step.text] : []));
      if (parts.length === 0) return refused("empty", "The new text is empty. Delete the message instead.");
      if (parts.length !== externalIds.length)
        return refused(
          "other-length",
          "The message went out in another number of parts than the new text needs. Send a correction as a new message.",
        );
      return await change(chatId, clock, async () => {
        for (const [at, text] of parts.entries()) {
          const messages = await idsOf(tools.directory, externalIds[at] ?? "");
          const wrong = await act(chatId, { method: "edit", messages, text }, TOO_LATE_TO_EDIT);
          if (wrong) return wrong;
        }
        return { kind: "sent", externalIds };
      });
    },

    async remove({ chatId, externalIds }, clock) {
      return await change(chatId, clock, async () => {
        for (const id of externalIds) {
          const messages = await idsOf(tools.directory, id);
          const wrong = await act(chatId, { method: "remove", messages }, TOO_LATE_TO_DELETE);
          if (wrong) return wrong;
        }
        return { kind: "sent", externalIds };
      });
    },

    async react({ chatId, externalId, emoji }, clock) {
      if (emoji !== "" && !/^\p{RGI_Emoji}$/v.test(emoji))
        return refused("not-an-emoji", "A reaction is one emoji. Choose one.");
      return await change(chatId, clock, async () => {
        const messages = await idsOf(tools.directory, externalId);
        const wrong = await act(chatId, { method: "react", messages, emoji }, NOT_THERE);
        return wrong ?? { kind: "sent", externalIds: [externalId] };
      });
    },
  };
}
