import type { ChannelAdapter } from "../../src/channels/contract.ts";
import type { Dispatcher } from "../../src/dispatch/contract.ts";
import type { AccountId, PortalId } from "../../src/domain/ids.ts";
import type { RichText } from "../../src/domain/rich-text.ts";
import type { MediaShelf } from "../../src/media/contract.ts";
import type { RemoteImages } from "../../src/media/remote-images.ts";
import type { PortalDirectory } from "../../src/portal/contract/directory.ts";
import type { PortalTransport } from "../../src/portal/transport.ts";
import type { ReplyAcceptor } from "../../src/relay/accept-reply.ts";
import type { Accounts } from "../../src/relay/accounts.ts";
import type { TriggerKeeper } from "../../src/relay/automation/keeper.ts";
import type { BotCaller } from "../../src/relay/bots/ports.ts";
import type { ChatLooks } from "../../src/relay/chat-looks.ts";
import type { ColleagueNames } from "../../src/relay/colleague-names.ts";
import type { ByHand } from "../../src/relay/crm/by-hand.ts";
import type { LineKeeper } from "../../src/relay/crm/lines.ts";
import type { Rules } from "../../src/relay/crm/rulesets.ts";
import type { FirstContact } from "../../src/relay/first-contact.ts";
import type { LineSessions } from "../../src/relay/line-sessions.ts";
import type { Addressing } from "../../src/relay/mail/addressing.ts";
import type { BccAddresses } from "../../src/relay/mail/bcc-addresses.ts";
import type { Signatures } from "../../src/relay/mail/signatures.ts";
import type { Unsubscribing } from "../../src/relay/mail/unsubscribing.ts";
import type { MentionBell } from "../../src/relay/mention-bell.ts";
import type { News, NewsBus } from "../../src/relay/news.ts";
import type { SessionBroker } from "../../src/relay/sessions/broker.ts";
import type { SignIns } from "../../src/relay/sign-ins/sign-ins.ts";
import type { Speech } from "../../src/relay/speech.ts";
import type { Transcripts } from "../../src/relay/transcripts.ts";
import type { Sessions } from "../../src/server/session.ts";
import type { Store } from "../../src/store/contract.ts";
import type { Installer } from "../installer.ts";
import type { MediaLink } from "./present.ts";

export interface ApiDeps {
  readonly store: Store;
  readonly channels: ReadonlyMap<string, ChannelAdapter>;
  readonly accounts: Accounts;
  readonly signIns: Pick<SignIns, "begin" | "offer" | "take">;
  /** Standing connections, in whichever process they live. */
  readonly connections: Pick<SessionBroker, "ask">;
  readonly replies: Pick<ReplyAcceptor, "change" | "react" | "write" | "written">;
  readonly addressing: Pick<Addressing, "address" | "defaults">;
  readonly bccAddresses: BccAddresses;
  readonly signatures: Signatures;
  readonly unsubscribing: Pick<Unsubscribing, "end" | "note">;
  readonly firstContact: FirstContact;
  readonly transcripts: Transcripts;
  readonly byHand: ByHand;
  readonly portals: Pick<
    PortalDirectory,
    "connectors" | "crm" | "crmOf" | "lineDeskOf" | "lineSettings" | "lines" | "ownMailOf" | "people" | "viewer"
  >;
  readonly transport: Pick<PortalTransport, "send">;
  readonly dispatcher: Pick<Dispatcher, "wake">;
  readonly rules: Rules;
  readonly lineKeeper: LineKeeper;
  readonly triggers: TriggerKeeper;
  readonly speech: Speech;
  readonly sessions: Sessions;
  readonly installer: Installer;
  /** Neutral text -> BBCode of the portal. */
  readonly toBBCode: (text: RichText) => string;
  readonly lineSessions: LineSessions;
  readonly shelf: Pick<MediaShelf, "keep" | "open" | "remove">;
  /** A signed link to a kept file. */
  readonly mediaLink: MediaLink;
  /** Our address for a picture that stands elsewhere, in a letter. */
  readonly imageLink: RemoteImages["link"];
  /** Forgets what is cached of an account. */
  readonly accountChanged: (account: AccountId) => void;
  /** Starts comparing the lines' history with what we have, to fetch replies that were missed; does not wait for it. */
  readonly startHistoryRepair: (portal: PortalId) => Promise<void>;
  readonly botCaller: BotCaller;
  /** Whether this server may ask at such an address, as it is written. */
  readonly mayAskBot: (url: string) => boolean;
  /** Origin that browsers reach us at. */
  readonly publicUrl: string;
  readonly news: News;
  readonly names: ColleagueNames;
  readonly mentions: Pick<MentionBell, "ring">;
  /** Between processes. */
  readonly bus: NewsBus;
  /** Work inside counts as that portal's. */
  readonly inTurn: <T>(portal: PortalId, work: () => T) => T;
  /** A conversation is on somebody's screen: how it stands in the line is looked at. Answers how to stop. */
  readonly watchChat: ChatLooks["watch"];
  /** Hears what a customer types, where their channel tells; `undefined` when it tells only that they do. Answers how to stop. */
  readonly watchTyping: (
    account: AccountId,
    chatId: string,
    listener: (text: string | undefined) => void,
  ) => () => void;
  readonly now: () => Date;
}
