/** A tracker in the relay: letters of a mailbox without a line, and the CRM that they go into. */
import type { Account } from "../../../src/domain/account.ts";
import type { ConversationId } from "../../../src/domain/ids.ts";
import type { Letter, LetterClass } from "../../../src/domain/letter.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import type { CrmItem } from "../../emulators/portal/model.ts";
import { Relay } from "../harness.ts";

export interface TrackedLetter {
  readonly thread: string;
  readonly from: string;
  readonly name?: string;
  readonly subject?: string;
  readonly class?: LetterClass;
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

/** A customer's letter comes in and is dealt with. */
export async function receive(relay: Relay, text: string, of: TrackedLetter): Promise<ConversationId> {
  const letter: Letter = {
    messageId: `<${of.thread}-${text.length}@mail.example>`,
    subject: of.subject ?? "The lamp",
    from: { address: of.from, ...(of.name !== undefined && { name: of.name }) },
    to: [{ address: "sales@company.example" }],
    cc: [],
    class: of.class ?? "human",
  };
  const more = {
    customer: { externalId: of.from, email: of.from, ...(of.name !== undefined && { name: of.name }) },
    content: { body: plainText(text), attachments: [], letter },
  };
  const conversation = await relay.customerWrites(of.thread, text, more, of.account);
  await relay.run("in", conversation);
  return conversation;
}

/** E-mail activities of a card, as the portal keeps them. */
export const lettersOn = (relay: Relay, type: number, { id }: Pick<CrmItem, "id">) =>
  [...relay.emulator.portal().portal.crm.activities.values()]
    .map(({ fields }) => fields)
    .filter((one) => one.TYPE_ID === "4" && one.OWNER_TYPE_ID === String(type) && one.OWNER_ID === String(id));
