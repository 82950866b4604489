/**
 * Mailboxes as administrators, agents and customers meet them: the real server in one process, between the emulated portal, a
 * real Dovecot and a real SMTP server.
 */
import type { CrmItem } from "../../emulators/portal/model.ts";
import type { Fields } from "../../emulators/portal/values.ts";
import { type Dovecot, MAIL_PASSWORD, startDovecot } from "../services/dovecot.ts";
import { until } from "../world/until.ts";
import { type ApiAccount, World } from "../world/world.ts";
import { startSmtp, type TakenMail, type TestSmtp } from "./smtp.ts";

const PATIENCE_MS = 45_000;

const TYPES = { lead: 1, deal: 2, contact: 3, company: 4 } as const;
export type CardType = keyof typeof TYPES;

export interface JournalRow {
  readonly id: string;
  readonly account: string;
  readonly conversation: string;
  readonly direction: "in" | "out";
  readonly state: string;
  readonly text: string;
}

export class MailWorld {
  private boxes = 0;
  readonly server: Dovecot;
  readonly smtp: TestSmtp;
  readonly world: World;

  private constructor(server: Dovecot, smtp: TestSmtp, world: World) {
    this.server = server;
    this.smtp = smtp;
    this.world = world;
  }

  static async start(): Promise<MailWorld> {
    const [server, smtp] = await Promise.all([
      startDovecot(),
      startSmtp({ hideSTARTTLS: true, disabledCommands: ["STARTTLS"], allowInsecureAuth: true }),
    ]);
    const world = await World.start({ unpaced: true, env: { MAIL_PRIVATE_HOSTS: "127.0.0.1" } });
    await world.install();
    // What an administrator does in the CRM is done with their own tokens.
    await world.portal.portal().openApp();
    return new MailWorld(server, smtp, world);
  }

  async stop(): Promise<void> {
    await this.world.stop();
    await this.server.stop();
    await this.smtp.stop();
  }

  said(): string {
    return this.world.processes.map((one) => one.tail(15)).join("\n--\n");
  }

  newAddress(): string {
    this.boxes += 1;
    return `sales${this.boxes}@shop.test`;
  }

  /** Connects a box of the test servers, and waits until it receives. */
  async connect(address: string, more: { readonly line?: string; readonly settings?: object } = {}): Promise<string> {
    const id = await this.add(address, MAIL_PASSWORD, more);
    await this.becomes(id, "connected");
    return id;
  }

  async add(
    address: string,
    password: string,
    { line, settings }: { readonly line?: string; readonly settings?: object } = {},
  ): Promise<string> {
    const servers = {
      ...{ imapHost: "127.0.0.1", imapPort: this.server.port, imapSecurity: "none" },
      ...{ smtpHost: "127.0.0.1", smtpPort: this.smtp.port, smtpSecurity: "none" },
    };
    const { id } = await this.world.api<ApiAccount>("/api/accounts", {
      method: "POST",
      body: {
        ...{ channel: "email", name: address, credentials: { password }, ...(line !== undefined && { line }) },
        settings: { address, ...servers, ...settings },
      },
    });
    return id;
  }

  async connection(id: string): Promise<{ readonly kind: string; readonly sentence: string }> {
    const answer = await this.world.api<{ connection: { kind: string; sentence: string } }>(
      `/api/accounts/${id}/session`,
    );
    return answer.connection;
  }

  becomes(id: string, kind: string): Promise<void> {
    return this.wait(async () => (await this.connection(id)).kind === kind, `the box to be ${kind}`);
  }

  get crm() {
    return this.world.portal.portal().portal.crm;
  }

  card(type: CardType, fields: Fields = {}, address?: string): CrmItem {
    const fm = address === undefined ? {} : { fm: [{ typeId: "EMAIL", valueType: "WORK", value: address }] };
    return this.crm.add(TYPES[type], { title: type, assignedById: 7, ...fm, ...fields }, 1, Date.now());
  }

  /** E-mail activities with this subject, as the portal keeps them. */
  letters(subject: string): readonly Fields[] {
    return [...this.crm.activities.values()]
      .map(({ fields }) => fields)
      .filter(({ TYPE_ID, SUBJECT }) => TYPE_ID === "4" && SUBJECT === subject);
  }

  /** Where each letter with this subject stands: "deal 5". */
  places(subject: string): readonly string[] {
    return this.letters(subject).map(({ OWNER_TYPE_ID, OWNER_ID }) => {
      const type = Object.entries(TYPES).find(([, id]) => String(id) === OWNER_TYPE_ID)?.[0];
      return `${type} ${String(OWNER_ID)}`;
    });
  }

  recorded(subject: string, count = 1): Promise<void> {
    return this.wait(() => this.letters(subject).length >= count, `“${subject}” in the CRM`);
  }

  /** What left by SMTP with these words in it. */
  took(words: string): readonly TakenMail[] {
    return this.smtp.taken.filter(({ raw }) => raw.includes(words));
  }

  async left(words: string): Promise<TakenMail> {
    await this.wait(() => this.took(words).length > 0, `“${words}” to leave`);
    const [mail] = this.took(words);
    if (!mail) throw new Error("nothing left");
    return mail;
  }

  async journal(words: string): Promise<readonly JournalRow[]> {
    return this.world.api<JournalRow[]>(`/api/journal?text=${encodeURIComponent(words)}`);
  }

  /** The message with these words, once it is there. */
  async message(words: string): Promise<JournalRow> {
    let found: readonly JournalRow[] = [];
    await this.wait(async () => {
      found = await this.journal(words);
      return found.length > 0;
    }, `“${words}” in the journal`);
    const [row] = found;
    if (!row) throw new Error("nothing is there");
    return row;
  }

  wait(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
    return until(condition, PATIENCE_MS, what, () => this.said());
  }
}

/** A header of a mail as it left, unfolded. */
export function headerOf({ raw }: TakenMail, name: string): string | undefined {
  const head = raw.toString().split(/\r?\n\r?\n/)[0] ?? "";
  const unfolded = head.replace(/\r?\n[ \t]+/g, " ");
  return new RegExp(`^${name}: (.*)$`, "im").exec(unfolded)?.[1];
}
