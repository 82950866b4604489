import { afterAll, beforeAll, describe } from "vitest";
import type { Store } from "../../src/store/contract.ts";
import { retentionTests } from "./retention.ts";
import { acceptTests } from "./store-accept.ts";
import { acceptChangeTests } from "./store-accept-changes.ts";
import { acceptReplyTests } from "./store-accept-replies.ts";
import { attemptTests } from "./store-attempts.ts";
import { automationTests } from "./store-automation.ts";
import { bccTests } from "./store-bcc.ts";
import { botTests } from "./store-bots.ts";
import { byContactTests } from "./store-by-contact.ts";
import { cannedFolderTests } from "./store-canned-folders.ts";
import { cannedReplyTests } from "./store-canned-replies.ts";
import { deskTests } from "./store-desk.ts";
import { editTests } from "./store-edits.ts";
import { fileTests } from "./store-files.ts";
import { grantTests } from "./store-grants.ts";
import { healthTests } from "./store-health.ts";
import { journalTests } from "./store-journal.ts";
import { laneTests } from "./store-lanes.ts";
import { lineSaveTests } from "./store-line-saves.ts";
import { lineVoteTests } from "./store-line-votes.ts";
import { mailGroupTests } from "./store-mail-groups.ts";
import { mailTests } from "./store-mails.ts";
import { messageTests } from "./store-messages.ts";
import { moveTests } from "./store-moves.ts";
import { noteTests } from "./store-notes.ts";
import { ownLineTests } from "./store-own-lines.ts";
import { peopleTests } from "./store-people.ts";
import { plannedTests } from "./store-planned.ts";
import { providerTests } from "./store-providers.ts";
import { ruleTests } from "./store-rules.ts";
import { stateTests } from "./store-state.ts";
import { tenantTests } from "./store-tenants.ts";
import { threadTests } from "./store-threads.ts";
import { toldTests } from "./store-told.ts";
import { trackTests } from "./store-tracks.ts";
import { unsubscribedTests } from "./store-unsubscribed.ts";

/** The promises of `Store`, for every database. One store for all tests; each test works in a portal of its own. */
export function storeBattery(name: string, open: () => Promise<Store>): void {
  describe(`${name}: store`, () => {
    let store: Store | undefined;
    beforeAll(async () => {
      store = await open();
      // A new PGlite takes two seconds, on a busy machine many more.
    }, 60_000);
    afterAll(async () => {
      await store?.close();
    });
    const use = (): Store => {
      if (!store) throw new Error("The store is not open");
      return store;
    };
    tenantTests(use);
    stateTests(use);
    grantTests(use);
    healthTests(use);
    acceptTests(use);
    acceptChangeTests(use);
    acceptReplyTests(use);
    byContactTests(use);
    attemptTests(use);
    toldTests(use);
    messageTests(use);
    mailTests(use);
    mailGroupTests(use);
    fileTests(use);
    editTests(use);
    deskTests(use);
    noteTests(use);
    bccTests(use);
    cannedReplyTests(use);
    cannedFolderTests(use);
    lineSaveTests(use);
    plannedTests(use);
    automationTests(use);
    ownLineTests(use);
    lineVoteTests(use);
    botTests(use);
    trackTests(use);
    unsubscribedTests(use);
    laneTests(use);
    peopleTests(use);
    providerTests(use);
    ruleTests(use);
    moveTests(use);
    journalTests(use);
    threadTests(use);
    retentionTests(use);
  });
}
