import type { BccHost, BccOwner, BegunLetter, CopiedLetter } from "../../channels/contract/bcc.ts";
import type { ChannelAdapter } from "../../channels/contract.ts";
import type { Dispatcher } from "../../dispatch/contract.ts";
import type { Account } from "../../domain/account.ts";
import { mailId, type PortalId } from "../../domain/ids.ts";
import { mailFacts } from "../../mail/threads/facts.ts";
import type { PortalDirectory } from "../../portal/contract/directory.ts";
import type { KeptMail, ThreadJoin } from "../../store/contract/mails.ts";
import type { Store } from "../../store/contract.ts";
import type { InboundAcceptor } from "../accept-inbound.ts";
import { wantInCard } from "../crm/wanted.ts";
import type { OwnAddresses } from "./own-addresses.ts";
import { type Standing, standingOf } from "./standing.ts";

/**
 * Blind copies of employees' letters, for the channel that takes them: whose address it is, whether they write from there, and
 * the index of all mails, in which such a copy is one more place where a letter was seen.
 *
 * - Crash after the index has it and before the message: nobody was told "taken", so it comes again, is known and not handled,
 *   and goes on from there. Crash after the message: its key makes the second one a duplicate.
 * - A mailbox sees the same letter at the same moment: whoever has the letter's lock takes it on; the copy waits a few
 *   seconds for that, and its sender's server for longer.
 * - A personal box had it and shows less in its cards (`standing.ts`): its owner's copy is the wish to have it there, which is
 *   durable before "taken" is said.
 * - The portal cannot be asked whether somebody still works there: "cannot tell", and the sender's server tries again.
 * - Two processes make the portal's account: the schema lets one have it.
 */
export interface BccHostDeps {
  readonly store: Pick<Store, "accounts" | "bcc" | "lanes" | "locks" | "mails" | "portals" | "wishes">;
  readonly portals: Pick<PortalDirectory, "people">;
  readonly own: OwnAddresses;
  readonly acceptor: Pick<InboundAcceptor, "accept">;
  readonly dispatcher: Pick<Dispatcher, "wake">;
  readonly adapter: Pick<ChannelAdapter, "id" | "title" | "connect">;
  /** In the portal's language. */
  readonly nameOf: (portal: PortalId) => Promise<string>;
  readonly newSecret: () => string;
  /** Work inside counts as that portal's. */
  readonly inTurn: <T>(portal: PortalId, work: () => T) => T;
  readonly wait: (ms: number) => Promise<void>;
  readonly now: () => Date;
}

/** Where copies "lie", in the index's words: they have no mailbox, and are never looked for there. */
const FOLDER = "BCC";
const VALIDITY = 1;
const LOCK_MS = 60_000;
const TRIES = 10;
const PAUSE_MS = 500;
/** As letters that are written here are named (`mail/writing/references.ts`). */
const OUR_ID = /^<[0-9a-f]{32}@/i;
/** Of an installed portal whose address is asked for. */
const PORTAL_OWN = "";

export function createBccHost(deps: BccHostDeps): BccHost {
  const { store, portals, own, acceptor, now } = deps;
  const { bcc, locks, mails } = store;

  async function accountOf(portal: PortalId): Promise<Account> {
    const there = await findAccount(portal);
    if (there) return there;
    try {
      return await store.accounts.create(portal, {
        channel: deps.adapter.id,
        name: await deps.nameOf(portal),
        credentials: {},
        settings: {},
        webhookSecret: deps.newSecret(),
        connection: { kind: "starting", sentence: "Connecting." },
      });
    } catch (error) {
      const other = await findAccount(portal);
      if (other) return other;
      throw error;
    }
  }

  const findAccount = async (portal: PortalId): Promise<Account | undefined> =>
    (await store.accounts.list(portal)).find(({ channel }) => channel === deps.adapter.id);

  /** As it stands at its vendor, who is ourselves. */
  async function connected(account: Account): Promise<Account> {
    if (account.connection.kind === "connected") return account;
    const { connection } = await deps.adapter.connect(account, { webhookUrl: "", https: true });
    await store.accounts.update(account.portal, account.id, { connection });
    return { ...account, connection };
  }

  async function writesFrom(owner: BccOwner, written: string): Promise<"yes" | "no" | "cannot-tell"> {
    const { portal, user } = owner;
    const id = user ?? PORTAL_OWN;
    const address = written.toLowerCase();
    const theirs = await isTheirs(owner, address);
    if (theirs === "yes") await bcc.noteSender(portal, id, address, "known", now());
    if (theirs === "no") await bcc.noteSender(portal, id, address, "asked", now());
    return theirs === "nobody" ? "no" : theirs;
  }

  /** `nobody`: who owned the address of ours works there no more, whatever else speaks for them. */
  async function isTheirs(owner: BccOwner, address: string): Promise<"yes" | "no" | "nobody" | "cannot-tell"> {
    const { portal, user } = owner;
    const people = portals.people(portal);
    if (user !== undefined) {
      const profile = await people.profile(user);
      if (profile.kind !== "ok") return "cannot-tell";
      if (profile.value?.active !== true) return "nobody";
      if (profile.value.email === address) return "yes";
    }
    const senders = await bcc.senders(portal, user ?? PORTAL_OWN);
    if (senders.some((one) => one.address === address && one.state === "confirmed")) return "yes";
    if (await isTheirBox(owner, address)) return "yes";
    if (user !== undefined) return "no";
    const known = await people.byEmail([address]);
    if (known.kind !== "ok") return "cannot-tell";
    return known.value.has(address) ? "yes" : "no";
  }

  /** A department's box is everybody's to write from, and a personal one its owner's. */
  async function isTheirBox({ portal, user }: BccOwner, address: string): Promise<boolean> {
    return (await store.accounts.list(portal)).some(
      ({ settings }) =>
        typeof settings["address"] === "string" &&
        settings["address"].toLowerCase() === address &&
        (settings["box"] !== "personal" || user === undefined || settings["owner"] === user),
    );
  }

  /** Colleagues among its people, as far as the portal tells. */
  async function colleagues({ portal }: BccOwner, addresses: readonly string[]): Promise<readonly string[]> {
    const known = await portals.people(portal).byEmail(addresses);
    return known.kind === "ok" ? [...known.value.keys()] : [];
  }

  async function begin(letter: CopiedLetter): Promise<BegunLetter> {
    const { owner, sender, messageId } = letter;
    const { portal } = owner;
    const isNamedAsOurs = messageId !== undefined && OUR_ID.test(messageId);
    if (isNamedAsOurs && (await bcc.wasWrittenHere(portal, messageId))) return { kind: "known" };
    const named = [letter.from, ...letter.to, ...letter.cc].flatMap((one) => one?.address ?? []);
    const book = await own.of(portal, [sender, ...(await colleagues(owner, named))]);
    const facts = mailFacts(letter, book);
    if (facts.direction === "internal") return { kind: "own" };
    const account = await connected(await accountOf(portal));
    const place = { folder: FOLDER, uidValidity: VALIDITY, uid: numberOf(letter.print) };
    const kept = await mails.keep(portal, account.id, [{ ...place, facts }]);
    const mail = kept?.mails[0];
    if (!kept || !mail) throw new Error("The account for copies of e-mail is gone");
    await tellJoined(account, mail, kept.joins);
    const lock = `letter:${portal}:${mail.mail}`;
    const standing = () => whereItStands(letter, `letter:${mail.mail}`);
    for (let tries = TRIES; ; tries -= 1) {
      const stands = await standing();
      if (stands.kind !== "nowhere") return await answer(letter, stands);
      if (await locks.acquire(lock, account.id, LOCK_MS)) break;
      if (tries <= 0) return { kind: "busy" };
      await deps.wait(PAUSE_MS);
    }
    // Whoever had it may have done it between the look and the lock.
    const stands = await standing();
    if (stands.kind !== "nowhere") {
      await locks.release(lock, account.id);
      return await answer(letter, stands);
    }
    return {
      kind: "open",
      pending: { letter: mail.mail, thread: mail.thread, folder: FOLDER, validity: String(VALIDITY), uid: place.uid },
      isForeign: (address) => book.keysIn(address).some((key) => !book.isOwn(key)),
      async accept(event) {
        for (const hidden of stands.hidden) await store.wishes.settle(portal, hidden.message, owner.user ?? PORTAL_OWN);
        await acceptor.accept(account, [event]);
        await mails.handle(portal, [{ mail: mailId(mail.mail) }]);
        await locks.release(lock, account.id);
        await bcc.used(portal, owner.user ?? PORTAL_OWN, now());
      },
      drop: () => locks.release(lock, account.id),
    };
  }

  /** What a mailbox met as history, and passed over because nobody knew its people, is no letter that stands here. */
  async function whereItStands({ owner, sender }: CopiedLetter, key: string): Promise<Standing> {
    const [told, accounts] = await Promise.all([bcc.told(owner.portal, key), store.accounts.list(owner.portal)]);
    return standingOf(
      told.map((one) => ({ ...one, box: accounts.find(({ id }) => id === one.account) })),
      { user: owner.user, sender },
    );
  }

  async function answer({ owner }: CopiedLetter, stands: Exclude<Standing, { kind: "nowhere" }>): Promise<BegunLetter> {
    const { portal, user = PORTAL_OWN } = owner;
    if (stands.kind === "shown") return { kind: "known" };
    if ((await store.wishes.find(portal, stands.letter.message))?.done) return { kind: "known" };
    await wantInCard(deps, portal, stands.letter, user);
    await bcc.used(portal, user, now());
    return { kind: "shown" };
  }

  /** Threads that this letter joined: what was told of them goes on as one. */
  async function tellJoined(account: Account, { thread }: KeptMail, joins: readonly ThreadJoin[]): Promise<void> {
    const moved = joins.filter(({ kept }) => kept === thread);
    if (moved.length === 0) return;
    await acceptor.accept(
      account,
      moved.map(({ givenUp }) => ({
        kind: "moved",
        key: `joined:${givenUp}:${thread}`,
        chatId: givenUp,
        toChatId: thread,
        idsEnd: false,
        at: now(),
      })),
    );
  }

  return {
    async ownerOf(key) {
      const found = await bcc.ownerOf(key);
      const portal = found && (await store.portals.find(found.portal));
      if (!found || !portal?.tokens) return undefined;
      return { portal: found.portal, ...(found.owner !== PORTAL_OWN && { user: found.owner }) };
    },
    writesFrom: (owner, address) => deps.inTurn(owner.portal, () => writesFrom(owner, address)),
    begin: (letter) => deps.inTurn(letter.owner.portal, () => begin(letter)),
  };
}

/** 48 bits of a print: the same bytes have the same place, as numbers of a folder never change. */
const numberOf = (print: Uint8Array): number => Buffer.from(print.subarray(0, 6)).readUIntBE(0, 6) + 1;
