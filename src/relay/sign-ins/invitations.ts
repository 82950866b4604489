import type { ChannelAdapter } from "../../channels/contract.ts";
import type { Account } from "../../domain/account.ts";
import type { PortalId } from "../../domain/ids.ts";
import { plainText, type RichText } from "../../domain/rich-text.ts";
import type { PortalDirectory } from "../../portal/contract/directory.ts";
import type { BoxInvitation } from "../../store/contract/invitations.ts";
import type { Store } from "../../store/contract.ts";
import type { AccountOutcome, Accounts } from "../accounts.ts";
import { ownerOf } from "../crm/letters.ts";
import { pageLink } from "../message-link.ts";
import { type Speech, sayIn } from "../speech.ts";
import { askedForBox, CONNECT_BOX } from "../wording.ts";

/**
 * An administrator asks an employee to connect a mailbox of their own: a notification of the portal leads that employee into the
 * application, where they alone sign in. The administrator sees who is waited for, and never a password or a token.
 *
 * What the link carries is a number and no key: whoever opens it is who the portal says they are, and an invitation is followed
 * by its employee alone. Whose box it becomes and at which address is the invitation's word, not the page's.
 *
 * - Crash between keeping it and telling: it stands in the list and on the employee's page; it is sent again by hand. Told twice:
 *   the tag makes the second notification replace the first.
 * - Crash while it is followed: an account that is theirs at that address is the one it made, and goes on from there.
 * - A sign-in that does not hold (a mistyped password): the invitation stands until the box is connected.
 * - The portal away: it is kept, and the administrator is told that nobody was told.
 */
export interface InvitationDeps {
  readonly store: Pick<Store, "accounts" | "invitations" | "portals" | "users">;
  readonly channels: ReadonlyMap<string, ChannelAdapter>;
  readonly portals: Pick<PortalDirectory, "lines" | "people">;
  readonly accounts: Pick<Accounts, "change" | "create">;
  readonly speech: Speech;
  readonly toBBCode: (text: RichText) => string;
  readonly now: () => Date;
}

export type Invited =
  /** `untold`: it stands, but the portal could not tell them. */
  | { readonly kind: "sent"; readonly invitation: BoxInvitation; readonly untold: boolean }
  | { readonly kind: "unknown" }
  | { readonly kind: "refused"; readonly code: "connected" | "not-active"; readonly sentence: string }
  | { readonly kind: "cannot-tell" };

export interface Waiting {
  readonly invitation: BoxInvitation;
  readonly isExpired: boolean;
  /** What they have made of it so far. */
  readonly account: Account | undefined;
}

export interface Followed {
  readonly credentials: Readonly<Record<string, unknown>>;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface Invitations {
  send(
    portal: PortalId,
    by: string,
    wish: { readonly user: string; readonly channel: string; readonly address: string },
  ): Promise<Invited>;
  /** Those whose box is not connected yet. */
  list(portal: PortalId): Promise<readonly Waiting[]>;
  /** Of this employee, those that they can follow. */
  of(portal: PortalId, user: string): Promise<readonly Waiting[]>;
  withdraw(portal: PortalId, id: string): Promise<boolean>;
  /** Settings of the box, whatever else was typed. `undefined`: there is no such invitation for them, or no longer. */
  settings(
    portal: PortalId,
    user: string,
    id: string,
    typed: Followed["settings"],
  ): Promise<{ readonly channel: string; readonly settings: Followed["settings"] } | undefined>;
  /** Connects the box, or gives it the credentials that hold. */
  follow(portal: PortalId, user: string, id: string, typed: Followed): Promise<AccountOutcome>;
}

const LIFE_MS = 7 * 24 * 3_600_000;
const TAKEN = "This mailbox is connected already.";
const NOT_ACTIVE = "There is no such employee, or they no longer work there.";

/** A channel whose accounts may be an employee's own. */
const canBeOwned = ({ setup }: Pick<ChannelAdapter, "setup">): boolean =>
  setup.some(({ fields }) => fields.some(({ kind }) => kind === "person"));

export function createInvitations(deps: InvitationDeps): Invitations {
  const { store } = deps;
  const { invitations } = store;

  const boxesAt = async (portal: PortalId, { channel, address }: Pick<BoxInvitation, "channel" | "address">) =>
    (await store.accounts.list(portal)).filter(
      (one) => one.channel === channel && addressOf(one) === address.toLowerCase(),
    );

  async function send(portal: PortalId, by: string, wish: Parameters<Invitations["send"]>[2]): Promise<Invited> {
    const adapter = deps.channels.get(wish.channel);
    if (!adapter || !canBeOwned(adapter)) return { kind: "unknown" };
    const profile = await deps.portals.people(portal).profile(wish.user);
    if (profile.kind !== "ok") return { kind: "cannot-tell" };
    if (profile.value?.active !== true) return { kind: "refused", code: "not-active", sentence: NOT_ACTIVE };
    const boxes = await boxesAt(portal, wish);
    if (boxes.some((box) => ownerOf(box) !== wish.user || isConnected(box)))
      return { kind: "refused", code: "connected", sentence: TAKEN };
    const expiresAt = new Date(deps.now().getTime() + LIFE_MS);
    const invitation = await invitations.send(portal, { ...wish, by, expiresAt });
    return { kind: "sent", invitation, untold: !(await tell(invitation)) };
  }

  async function tell({ portal, id, user, address, by }: BoxInvitation): Promise<boolean> {
    const [names, found, say] = await Promise.all([
      store.users.names(portal, [by]),
      store.portals.find(portal),
      sayIn(deps.speech, portal),
    ]);
    const words = say(askedForBox(names.get(by), address));
    const link = found && pageLink(found, "connect", id);
    const text = link === undefined ? words : `${words}\n${say(CONNECT_BOX)}`;
    const spans =
      link === undefined ? [] : [{ kind: "link" as const, start: words.length + 1, end: text.length, url: link }];
    const shown = deps.toBBCode(link === undefined ? plainText(words) : { text, spans });
    return (await deps.portals.lines(portal).notify(user, shown, `threadline-box-${id}`)).kind === "ok";
  }

  /** What is connected waits for nobody: however that came about, its invitation has ended. */
  async function list(portal: PortalId): Promise<readonly Waiting[]> {
    const [all, accounts] = await Promise.all([invitations.list(portal), store.accounts.list(portal)]);
    const waiting: Waiting[] = [];
    for (const invitation of all) {
      const account = accounts.find(
        (one) => one.channel === invitation.channel && addressOf(one) === invitation.address,
      );
      if (account && (isConnected(account) || ownerOf(account) !== invitation.user))
        await invitations.drop(portal, invitation.id);
      else waiting.push({ invitation, account, isExpired: invitation.expiresAt <= deps.now() });
    }
    return waiting;
  }

  async function theirs(portal: PortalId, user: string, id: string): Promise<BoxInvitation | undefined> {
    const found = await invitations.find(portal, id);
    return found && found.user === user && found.expiresAt > deps.now() ? found : undefined;
  }

  const settingsOf = ({ user, address }: BoxInvitation, typed: Followed["settings"]) => ({
    ...typed,
    address,
    box: "personal",
    owner: user,
  });

  return {
    send,
    list,
    async of(portal, user) {
      return (await list(portal)).filter(({ invitation, isExpired }) => invitation.user === user && !isExpired);
    },
    withdraw: (portal, id) => invitations.drop(portal, id),
    async settings(portal, user, id, typed) {
      const found = await theirs(portal, user, id);
      return found && { channel: found.channel, settings: settingsOf(found, typed) };
    },
    async follow(portal, user, id, { credentials, settings: typed }) {
      const found = await theirs(portal, user, id);
      if (!found) return { kind: "unknown" };
      const { channel, address } = found;
      const settings = settingsOf(found, typed);
      const [box] = await boxesAt(portal, found);
      if (!box) return await deps.accounts.create(portal, { channel, name: address, credentials, settings });
      if (ownerOf(box) !== user) return { kind: "conflict", code: "account_exists", sentence: TAKEN };
      return await deps.accounts.change(portal, box.id, {
        credentials,
        settings: { ...box.settings, ...settings },
      });
    },
  };
}

const isConnected = ({ connection }: Account): boolean => connection.kind === "connected";

const addressOf = ({ settings }: Account): string | undefined =>
  typeof settings["address"] === "string" ? settings["address"].trim().toLowerCase() : undefined;
