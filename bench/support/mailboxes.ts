import { ImapFlow } from "imapflow";
import type { CrmActivity } from "../../test/emulators/portal/model.ts";
import { type Dovecot, MAIL_PASSWORD } from "../../test/support/services/dovecot.ts";
import { until } from "../../test/support/world/until.ts";
import type { ApiAccount, World } from "../../test/support/world/world.ts";

/** A mailbox of the test server as an account of the app. */
export const boxSettings = (server: Pick<Dovecot, "port">, address: string): Readonly<Record<string, unknown>> => ({
  address,
  imapHost: "127.0.0.1",
  imapPort: server.port,
  imapSecurity: "none",
});

/** Connects a box and waits until it receives. */
export async function connectBox(world: World, server: Dovecot, address: string): Promise<string> {
  const { id } = await world.api<ApiAccount>("/api/accounts", {
    method: "POST",
    body: {
      ...{ channel: "email", name: address, credentials: { password: MAIL_PASSWORD } },
      settings: boxSettings(server, address),
    },
  });
  const state = async () =>
    (await world.api<{ connection: { kind: string; sentence: string } }>(`/api/accounts/${id}/session`)).connection;
  await until(async () => (await state()).kind === "connected", 60_000, "the box to receive");
  return id;
}

/** A program of a person's, or of a delivery agent, at the same server. */
export async function signIn(server: Pick<Dovecot, "port">, user: string): Promise<ImapFlow> {
  const client = new ImapFlow({
    ...{ host: "127.0.0.1", port: server.port, secure: false, logger: false },
    auth: { user, pass: MAIL_PASSWORD },
  });
  await client.connect();
  return client;
}

export interface Written {
  readonly id: string;
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly at: Date;
  /** Of the mail that it answers. */
  readonly answers?: string;
}

/** A small mail as a common program writes it. */
export const letterOf = ({ id, to, from, subject, at, answers }: Written): string =>
  [
    `Message-ID: <${id}@mail.example>`,
    ...(answers === undefined
      ? []
      : [`In-Reply-To: <${answers}@mail.example>`, `References: <${answers}@mail.example>`]),
    `Date: ${at.toUTCString()}`,
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${subject}`,
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "",
    `About ${subject}: is it still there? The order was made a week ago, and nothing has come yet.`,
    "",
  ].join("\r\n");

/** E-mails in the emulated CRM. */
export const lettersIn = (world: World): readonly CrmActivity[] =>
  [...world.portal.portal().portal.crm.activities.values()].filter(({ fields }) => fields.TYPE_ID === "4");
