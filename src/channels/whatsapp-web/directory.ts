import { z } from "zod";
import type { SessionMemory } from "../contract/sessions.ts";

/**
 * People have two ids at WhatsApp: by phone (`…@c.us`) and a hidden one (`…@lid`), and events come under either. Here each
 * person gets one chat id for good: the phone's where it is known when they are first seen, else the id they came with.
 * What is learned later joins the other id to the same chat and never splits one.
 *
 * Remembered in the account's memory. Asked of WhatsApp once for each id; an answer that could not be had is asked for
 * again at the next start.
 */

const personSchema = z.object({ chatId: z.string(), aliases: z.array(z.string()) });
type Person = z.infer<typeof personSchema>;

export interface Pair {
  readonly lid?: string | undefined;
  readonly pn?: string | undefined;
}

export interface Directory {
  /** The one chat id for an id that WhatsApp uses. Groups are their own. */
  chatIdOf(id: string): Promise<string>;
  /** All ids under which messages of this chat may be known, the chat's own first. */
  aliasesOf(chatId: string): Promise<readonly string[]>;
  /** Digits of the phone behind a chat, once known. */
  phoneOf(chatId: string): Promise<string | undefined>;
}

/** `49123:7@c.us` names a device of that person. */
export const withoutDevice = (id: string): string => id.replace(/:\d+@/, "@").replace(/@s\.whatsapp\.net$/, "@c.us");

export const isPerson = (id: string): boolean => /^\d+@(c\.us|lid)$/.test(id);
export const isGroup = (id: string): boolean => /^[\d-]+@g\.us$/.test(id);

export function createDirectory(memory: SessionMemory, ask: (id: string) => Promise<Pair | undefined>): Directory {
  const known = new Map<string, Person>();
  const asked = new Set<string>();

  async function recall(id: string): Promise<Person | undefined> {
    const held = known.get(id);
    if (held) return held;
    const stored = await memory.get(`person/${id}`);
    if (!stored) return undefined;
    const parsed = personSchema.safeParse(JSON.parse(stored.toString()));
    if (parsed.success) known.set(id, parsed.data);
    return parsed.data;
  }

  async function keep(person: Person): Promise<void> {
    for (const alias of person.aliases) {
      await memory.set(`person/${alias}`, Buffer.from(JSON.stringify(person)));
      known.set(alias, person);
    }
  }

  async function personOf(id: string): Promise<Person> {
    const before = await recall(id);
    if (before && (before.aliases.length > 1 || asked.has(id))) return before;
    const pair = asked.has(id) ? undefined : await ask(id);
    asked.add(id);
    const ids = [...new Set([id, ...[pair?.pn, pair?.lid].filter((one) => one !== undefined).map(withoutDevice)])];
    if (before && ids.length === 1) return before;
    const others = await Promise.all(ids.map(recall));
    const joined = before ?? others.find((one) => one !== undefined);
    const phone = ids.find((one) => one.endsWith("@c.us"));
    const person = {
      chatId: joined?.chatId ?? phone ?? id,
      aliases: [...new Set([...(joined?.aliases ?? []), ...ids])],
    };
    await keep(person);
    return person;
  }

  return {
    async chatIdOf(id) {
      return isPerson(id) ? (await personOf(id)).chatId : id;
    },
    async aliasesOf(chatId) {
      const person = isPerson(chatId) ? await recall(chatId) : undefined;
      return [...new Set([chatId, ...(person?.aliases ?? [])])];
    },
    async phoneOf(chatId) {
      const aliases = isPerson(chatId) ? ((await recall(chatId))?.aliases ?? [chatId]) : [];
      return aliases.find((one) => one.endsWith("@c.us"))?.split("@")[0];
    },
  };
}
