/** The two ways of `contract.ts`. Neither repeats by itself what may have been said. */
import { z } from "zod";
import type {
  AgentVoice,
  AgentWords,
  ElementOutcome,
  LineAddress,
  OpenLines,
  PortalCall,
  PortalCaller,
  PortalOutcome,
  Said,
  VoiceWay,
} from "./contract.ts";
import { wireId } from "./wire-id.ts";

type Connector = Pick<OpenLines, "deliverMessages" | "updateMessages" | "deleteMessages">;

/**
 * @param lines speaks as the connector
 * @param viewer speaks as that person
 */
export function createAgentVoice(
  way: VoiceWay,
  lines: Connector,
  viewer: (userId: string) => PortalCaller,
): AgentVoice {
  const connector = byConnector(lines);
  return way === "connector" ? connector : byMessenger(connector, viewer);
}

function byConnector(lines: Connector): AgentVoice {
  const named = ({ authorId, message }: AgentWords) => ({
    ...message,
    message: { ...message.message, authorId, untracked: true },
  });
  return {
    way: "connector",
    say: async (at, words, leave) => only(await lines.deliverMessages(at, [named(words)], leave)),
    change: async (at, words, leave) => only(await lines.updateMessages(at, [words.message], leave)),
    withdraw: async (at, words, leave) => only(await lines.deleteMessages(at, [words.message], leave)),
  };
}

/** A file, and the first words of a chat, only the connector can bring. */
function byMessenger(connector: AgentVoice, viewer: (userId: string) => PortalCaller): AgentVoice {
  async function call(
    at: LineAddress,
    { authorId }: AgentWords,
    asked: Pick<PortalCall, "method" | "params" | "effect">,
    leave: () => Promise<boolean>,
  ): Promise<PortalOutcome<Said>> {
    const sequence = `${at.connector}|${at.line}|${at.chatId}`;
    const outcome = await viewer(authorId).call({ ...asked, sequence, leave });
    if (outcome.kind === "ok") {
      const id = messageId.safeParse(outcome.value).data;
      return { kind: "ok", value: { kind: "ok", ...(id !== undefined && { imMessageId: id }) } };
    }
    // Both are about this person, and about nobody who comes after.
    if (outcome.kind === "refused")
      return {
        kind: "ok",
        value: { kind: "refused", code: outcome.code, sentence: wordsOf(outcome.code, outcome.sentence) },
      };
    if (outcome.kind === "unauthorised") return { kind: "ok", value: SIGNED_OUT };
    return outcome;
  }

  return {
    way: "messenger",
    say(at, words, leave) {
      const { imChatId, message, automatic = false } = words;
      if (automatic || imChatId === undefined || message.message.files.length > 0)
        return connector.say(at, words, leave);
      const params = { DIALOG_ID: `chat${imChatId}`, MESSAGE: message.message.text };
      return call(at, words, { method: "im.message.add", params, effect: "once" }, leave);
    },
    change(at, words, leave) {
      const { imMessageId, message } = words;
      if (imMessageId === undefined) return connector.change(at, words, leave);
      const params = { MESSAGE_ID: wireId(imMessageId), MESSAGE: message.message.text };
      return call(at, words, { method: "im.message.update", params, effect: "repeatable" }, leave);
    },
    withdraw(at, words, leave) {
      const { imMessageId } = words;
      if (imMessageId === undefined) return connector.withdraw(at, words, leave);
      const params = { MESSAGE_ID: wireId(imMessageId) };
      return call(at, words, { method: "im.message.delete", params, effect: "repeatable" }, leave);
    },
  };
}

/** `im.message.add` answers the id, the others `true`. */
const messageId = z.union([z.string().regex(/^[1-9]\d*$/), z.number().int().positive()]).transform(String);

const SIGNED_OUT: Extract<ElementOutcome, { kind: "refused" }> = {
  kind: "refused",
  code: "SIGNED_OUT",
  sentence:
    "Bitrix24 does not know your sign-in any more. Open the page anew in Bitrix24, then send the message again.",
};

/** Codes by the documentation of `im.message.*`. */
function wordsOf(code: string, otherwise: string): string {
  if (code === "ACCESS_ERROR")
    return "Bitrix24 does not let you write into this chat. Ask whoever runs the Open Line to add you to it, then send the message again.";
  if (code === "CANT_EDIT_MESSAGE")
    return "Bitrix24 does not let this message be changed any more, so Open Lines shows it as it was.";
  return otherwise;
}

function only(outcome: PortalOutcome<readonly ElementOutcome[]>): PortalOutcome<Said> {
  if (outcome.kind !== "ok") return outcome;
  const [element] = outcome.value;
  if (element) return { kind: "ok", value: element };
  return { kind: "uncertain", sentence: "The portal did not say what became of this message." };
}
