import type { AccountRepository, ChannelStateRepository } from "./contract/accounts.ts";
import type { BccRepository } from "./contract/bcc.ts";
import type { BotRepository } from "./contract/bots.ts";
import type { CannedFolderRepository, CannedReplyRepository } from "./contract/canned-replies.ts";
import type { ConversationRepository } from "./contract/conversations.ts";
import type { DeskRepository } from "./contract/desk.ts";
import type { GrantRepository } from "./contract/grants.ts";
import type { HealthRepository } from "./contract/health.ts";
import type { InvitationRepository } from "./contract/invitations.ts";
import type { JournalRepository } from "./contract/journal.ts";
import type { LaneRepository } from "./contract/lanes.ts";
import type { LineSaveRepository } from "./contract/line-saves.ts";
import type { LineVoteRepository } from "./contract/line-votes.ts";
import type { LockRepository, NonceRepository } from "./contract/locks.ts";
import type { MailRepository } from "./contract/mails.ts";
import type { MediaRepository, MessageRepository } from "./contract/messages.ts";
import type { NoteRepository } from "./contract/notes.ts";
import type { OwnLineRepository } from "./contract/own-lines.ts";
import type { PersonRepository } from "./contract/people.ts";
import type { PlannedRepository } from "./contract/planned.ts";
import type { PortalRepository, UserRepository } from "./contract/portals.ts";
import type { ProviderRepository } from "./contract/providers.ts";
import type { ReportRepository } from "./contract/reports.ts";
import type { RobotRepository } from "./contract/robots.ts";
import type { DecisionRepository, RulesetRepository } from "./contract/rules.ts";
import type { SignatureRepository } from "./contract/signatures.ts";
import type { ThreadRepository } from "./contract/threads.ts";
import type { TrackRepository } from "./contract/tracks.ts";
import type { TriggerRepository } from "./contract/triggers.ts";
import type { UnsubscriptionRepository } from "./contract/unsubscriptions.ts";
import type { WishRepository } from "./contract/wishes.ts";
import type { WriterRepository } from "./contract/writers.ts";

/**
 * Everything that is kept. The portal id comes first in every method (tenant first); the few that cannot know it say
 * why. Uniqueness lives in the schema, so that two processes racing get one row and one "duplicate".
 * Methods throw only when the database cannot be asked (`StoreUnavailable`) or for a bug.
 */
export interface Store {
  readonly portals: PortalRepository;
  readonly users: UserRepository;
  readonly accounts: AccountRepository;
  readonly conversations: ConversationRepository;
  readonly desk: DeskRepository;
  readonly messages: MessageRepository;
  readonly mails: MailRepository;
  readonly bcc: BccRepository;
  readonly notes: NoteRepository;
  readonly threads: ThreadRepository;
  readonly cannedReplies: CannedReplyRepository;
  readonly cannedFolders: CannedFolderRepository;
  readonly planned: PlannedRepository;
  readonly signatures: SignatureRepository;
  readonly tracks: TrackRepository;
  readonly unsubscriptions: UnsubscriptionRepository;
  readonly wishes: WishRepository;
  readonly journal: JournalRepository;
  readonly media: MediaRepository;
  readonly lanes: LaneRepository;
  readonly locks: LockRepository;
  readonly nonces: NonceRepository;
  readonly channelState: ChannelStateRepository;
  readonly grants: GrantRepository;
  readonly invitations: InvitationRepository;
  readonly health: HealthRepository;
  readonly people: PersonRepository;
  readonly providers: ProviderRepository;
  readonly rulesets: RulesetRepository;
  readonly decisions: DecisionRepository;
  readonly lineSaves: LineSaveRepository;
  readonly ownLines: OwnLineRepository;
  readonly lineVotes: LineVoteRepository;
  readonly reports: ReportRepository;
  readonly bots: BotRepository;
  readonly robots: RobotRepository;
  readonly triggers: TriggerRepository;
  readonly writers: WriterRepository;
  /** Cheap round trip for `/readyz`. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The database cannot be asked just now. Accept paths answer 503 or spool; lanes are swept up later. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}
