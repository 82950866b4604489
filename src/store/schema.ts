import type { AutomationTables } from "./schema/automation.ts";
import type { BccTables } from "./schema/bcc.ts";
import type { BotTables } from "./schema/bots.ts";
import type { DeskTables } from "./schema/desk.ts";
import type { GrantTables } from "./schema/grants.ts";
import type { LineVoteTables } from "./schema/line-votes.ts";
import type { LineTables } from "./schema/lines.ts";
import type { MailTables } from "./schema/mail.ts";
import type { OwnLineTables } from "./schema/own-lines.ts";
import type { PeopleTables } from "./schema/people.ts";
import type { PortalTables } from "./schema/portals.ts";
import type { ProviderTables } from "./schema/providers.ts";
import type { ReportTables } from "./schema/reports.ts";
import type { TalkTables } from "./schema/talks.ts";
import type { WorkTables } from "./schema/work.ts";

/** The tables as TypeScript sees them, one file for each room; `migrations/` is what makes them. */
export interface Schema
  extends AutomationTables,
    BccTables,
    BotTables,
    DeskTables,
    GrantTables,
    LineVoteTables,
    LineTables,
    MailTables,
    OwnLineTables,
    PeopleTables,
    PortalTables,
    ProviderTables,
    ReportTables,
    TalkTables,
    WorkTables {}
