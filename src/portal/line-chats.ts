/** Chats of lines in the words of `contract/line-chats.ts`. Repeating a command finds it done, so doubt is repeated away. */
import { z } from "zod";
import type { ChatAction, ChatLook, LineChats } from "./contract/line-chats.ts";
import type { PortalCaller, PortalOutcome } from "./contract.ts";
import { unreadable } from "./open-lines.ts";
import { wireId } from "./wire-id.ts";

const METHODS: Readonly<Record<ChatAction["kind"], string>> = {
  accept: "imopenlines.operator.answer",
  join: "imopenlines.session.join",
  intercept: "imopenlines.session.intercept",
  finish: "imopenlines.operator.finish",
  "finish-of-another": "imopenlines.operator.another.finish",
  spam: "imopenlines.operator.spam",
  reopen: "imopenlines.session.start",
  transfer: "imopenlines.operator.transfer",
};

export function createLineChats(caller: PortalCaller): LineChats {
  return {
    async act(chatId, action) {
      const outcome = await caller.call({
        method: METHODS[action.kind],
        params: { CHAT_ID: wireId(chatId), ...(action.kind === "transfer" && { TRANSFER_ID: wireId(action.to) }) },
        effect: "repeatable",
      });
      if (outcome.kind === "ok") return outcome.value === false ? DECLINED : { kind: "ok", value: undefined };
      return outcome.kind === "refused"
        ? { ...outcome, sentence: sentenceOf(outcome.code, outcome.sentence) }
        : outcome;
    },

    async look(chatId) {
      const params = { CHAT_ID: wireId(chatId) };
      const outcome = await caller.call({ method: "imopenlines.dialog.get", params, effect: "read" });
      if (outcome.kind !== "ok") return outcome;
      const parsed = dialogResult.safeParse(outcome.value);
      return parsed.success ? { kind: "ok", value: parsed.data } : unreadable("imopenlines.dialog.get");
    },
  };
}

const DECLINED: PortalOutcome<never> = {
  kind: "refused",
  code: "DECLINED",
  sentence: "Bitrix24 did not do it. Look at the chat in Open Lines: somebody else may have acted on it.",
};

/** Codes by the documentation of the methods above. */
function sentenceOf(code: string, otherwise: string): string {
  if (code === "OPERATOR_WRONG")
    return "Bitrix24 does not give the chat to this colleague. They may be away, or not allowed in this line.";
  if (code === "ACCESS_DENIED_KICK") return "Bitrix24 does not let this chat be passed on just now: it may be closed.";
  if (/^ACCESS/.test(code))
    return "Bitrix24 does not let you do this with the chat. Ask whoever runs the Open Line to add you to it.";
  return otherwise;
}

const id = z.union([z.string(), z.number()]).transform(String);
/** `entity_data_1`: the session is its sixth part. An owner of 0: it waits in the queue. */
const dialogResult = z
  .object({ owner: id.optional().catch(undefined), entity_data_1: z.string().nullish() })
  .transform(({ owner = "0", entity_data_1 }): ChatLook => {
    const session = (entity_data_1 ?? "").split("|")[5] ?? "";
    return {
      ...(/^[1-9]\d*$/.test(owner) && { operator: owner }),
      ...(/^[1-9]\d*$/.test(session) && { sessionId: session }),
    };
  });
