import { z } from "zod";
import type { SessionMemory } from "../contract/sessions.ts";
import type { MailboxSettings } from "./about.ts";
import { parse } from "./marks.ts";
import type { MailServers } from "./servers.ts";

/** What was found out about a box's servers, kept over restarts while its settings stay the same. */
export interface Known {
  /** Those that took the sign-in last. */
  servers(): Promise<MailServers | undefined>;
  took(servers: MailServers): Promise<void>;
  /** The sign-in that worked is refused; `true` the first time in a row. */
  isFirstRefusal(): Promise<boolean>;
  /** They are not there any more: next time they are looked for anew. */
  forget(): Promise<void>;
}

const security = z.enum(["tls", "starttls", "none"]);
const place = z.object({ host: z.string(), port: z.number().int(), security });
const keptSchema = z.object({
  of: z.string(),
  servers: z.object({ imap: place, smtp: place.optional(), user: z.string(), provider: z.string().optional() }),
  refused: z.boolean().default(false),
});

const KEY = "servers";

export function createKnown(memory: SessionMemory, settings: MailboxSettings): Known {
  const { address, user, imapHost, imapPort, imapSecurity, smtpHost, smtpPort, smtpSecurity } = settings;
  const of = JSON.stringify([address, user, imapHost, imapPort, imapSecurity, smtpHost, smtpPort, smtpSecurity]);
  const write = (servers: MailServers, refused: boolean) =>
    memory.set(KEY, Buffer.from(JSON.stringify({ of, servers, refused })));

  async function read() {
    const parsed = keptSchema.safeParse(parse(await memory.get(KEY)));
    return parsed.success && parsed.data.of === of ? parsed.data : undefined;
  }

  async function servers(): Promise<MailServers | undefined> {
    const kept = await read();
    if (!kept) return undefined;
    const { imap, smtp, user: name, provider } = kept.servers;
    return { imap, user: name, ...(smtp && { smtp }), ...(provider !== undefined && { provider }) };
  }

  return {
    servers,
    took: (found) => write(found, false),
    forget: () => memory.delete(KEY),
    async isFirstRefusal() {
      const [kept, found] = [await read(), await servers()];
      if (!kept || !found) return false;
      await write(found, !kept.refused);
      return !kept.refused;
    },
  };
}
