/** A tracker in the relay: letters of a mailbox without a line, and the CRM that they go into. */
import type { Account } from "../../../src/domain/account.ts";
import type { ConversationId } from "../../../src/domain/ids.ts";
import type { Letter, LetterClass } from "../../../src/domain/letter.ts";
import type { Attachment } from "../../../src/domain/message.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import type { CrmItem } from "../../emulators/portal/model.ts";
import { Relay } from "../harness.ts";

/** What stands below every letter. */
const FOLDED = "> what was said before";

export interface TrackedLetter {
  readonly thread: string;
  readonly from: string;
  readonly name?: string;
  readonly subject?: string;
  readonly class?: LetterClass;
  /** Written by us, in whatever program. */
  readonly ours?: boolean;
  /** Name of a file that comes with it, and the channel's name of it. */
  readonly file?: string;
  /** Default: the tracker's first. */
  readonly account?: Account;
}

export async function startTracker(): Promise<Relay> {
  const relay = await Relay.start();
  relay.channel.capabilities = { ...relay.channel.capabilities, letters: true };
  await relay.store.accounts.update(relay.portal, relay.account.id, {
    line: null,
    connector: null,
    settings: { address: "sales@company.example" },
  });
  return relay;
}

/** A letter comes in; nobody has dealt with it yet. */
export function arrive(relay: Relay, text: string, of: TrackedLetter): Promise<ConversationId> {
  const us = { address: "sales@company.example", name: "Sales" };
  const them = { address: of.from, ...(of.name !== undefined && { name: of.name }) };
  const letter: Letter = {
    messageId: `<${of.thread}-${text.length}@mail.example>`,
    subject: of.subject ?? "The lamp",
    from: of.ours === true ? us : them,
    to: [of.ours === true ? them : us],
    cc: [],
    class: of.class ?? "human",
    folded: FOLDED,
  };
  const attachments: Attachment[] =
    of.file === undefined ? [] : [{ kind: "file", name: `${of.file}.txt`, source: { by: "channel", ref: of.file } }];
  const more = {
    customer: { externalId: of.from, email: of.from, ...(of.name !== undefined && { name: of.name }) },
    ...(of.ours === true && { fromDevice: true }),
    content: { body: plainText(text), attachments, letter },
  };
  return relay.customerWrites(of.thread, text, more, of.account);
}

/** A letter comes in and is dealt with. */
export async function receive(relay: Relay, text: string, of: TrackedLetter): Promise<ConversationId> {
  const conversation = await arrive(relay, text, of);
  await relay.run("in", conversation);
  return conversation;
}

/** E-mail activities of a card, as the portal keeps them. */
export const lettersOn = (relay: Relay, type: number, { id }: Pick<CrmItem, "id">) =>
  [...relay.emulator.portal().portal.crm.activities.values()]
    .map(({ fields }) => fields)
    .filter((one) => one.TYPE_ID === "4" && one.OWNER_TYPE_ID === String(type) && one.OWNER_ID === String(id));
