/** A mailbox without a line, and for each test somebody new who writes to it. */
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { ConversationId } from "../../../src/domain/ids.ts";
import type { CrmItem } from "../../emulators/portal/model.ts";
import type { Relay } from "../harness.ts";
import { cardExists, cardsWith } from "./cards.ts";
import { arrive, lettersOn, receive, startTracker, type TrackedLetter } from "./letter-cards.ts";

type Written = Omit<TrackedLetter, "thread" | "from" | "name" | "account">;

class Mailbox {
  relay!: Relay;
  /** Of this test: where they write, and from which address. */
  thread = "";
  email = "";
  #threads = 0;

  /** A thread of its own, of the same person. */
  readonly another = (): void => {
    this.#threads += 1;
    this.thread = `thread-${this.#threads}`;
  };

  readonly somebodyNew = (): void => {
    this.another();
    this.email = `maria${this.#threads}@shop.example`;
  };

  readonly setting = (settings: Record<string, unknown>) =>
    this.relay.store.accounts.update(this.relay.portal, this.relay.account.id, { settings });

  readonly rules = (chats: object) => this.relay.saveRules({ chats });

  /** It is stored, and nobody has dealt with it yet. */
  readonly arrives = (text: string, more: Written = {}): Promise<ConversationId> =>
    arrive(this.relay, text, this.#letter(more));

  readonly mail = (text: string, more: Written = {}): Promise<ConversationId> =>
    receive(this.relay, text, this.#letter(more));

  readonly crm = () => this.relay.emulator.portal().portal.crm;

  readonly emails = () => [...this.crm().activities.values()].filter(({ fields }) => fields.TYPE_ID === "4");

  readonly lettersIn = (type: number, card: Pick<CrmItem, "id">) => lettersOn(this.relay, type, card);

  readonly leads = () => cardsWith(this.relay.emulator, "lead", this.email);

  /** The CRM knows them. */
  readonly contact = (): CrmItem =>
    cardExists(this.relay.emulator, "contact", {
      fm: [{ typeId: "EMAIL", valueType: "WORK", value: this.email }],
      assignedById: 7,
    });

  #letter(more: Written): TrackedLetter {
    return { thread: this.thread, from: this.email, name: "Maria", ...more };
  }
}

export function useMailbox(): Mailbox {
  const box = new Mailbox();
  beforeAll(async () => {
    box.relay = await startTracker();
  });
  beforeEach(async () => {
    box.somebodyNew();
    box.relay.emulator.faults.clear();
    box.relay.resetClock();
    await box.setting({});
    await box.rules({});
  });
  afterAll(() => box.relay.stop());
  return box;
}
