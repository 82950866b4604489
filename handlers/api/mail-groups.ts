import { errorAnswer } from "../../src/api/common.ts";
import { type MailGroupAnswer, mailGroup, mailGroupChange } from "../../src/api/mail-groups.ts";
import type { PortalId } from "../../src/domain/ids.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { administratorOf } from "../../src/server/session.ts";
import type { MailGroup } from "../../src/store/contract/mails.ts";
import { unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";

const security = [{ session: [] }];
const tags = ["e-mail"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
const config = { rateLimit: { max: 60, timeWindow: "1 minute" } };

/** The company's own distribution lists: seen, corrected and added by administrators. */
export function registerMailGroupRoutes(scope: App, deps: ApiDeps): void {
  const { mails, accounts } = deps.store;

  scope.get(
    "/mail/groups",
    {
      schema: {
        summary: "The company's own distribution lists, with those that were taken off",
        description: "For administrators. A list is no customer: letters by it belong to whoever wrote them.",
        tags,
        security,
        response: { 200: mailGroup.array(), ...errors },
      },
    },
    async (request) => {
      const { portal } = administratorOf(request);
      return present(portal, await mails.allGroups(portal));
    },
  );

  scope.post(
    "/mail/groups",
    {
      config,
      schema: {
        summary: "Adds a distribution list, or puts one back that was taken off",
        description: "For administrators. Counts for letters that come from within a minute on.",
        tags,
        security,
        body: mailGroupChange,
        response: { 200: mailGroup, ...errors },
      },
    },
    async (request) => {
      const { portal, userId } = administratorOf(request);
      const address = request.body.address.toLowerCase();
      if (await isMailbox(portal, address))
        throw new HttpError(
          409,
          "own_mailbox",
          "This is a mailbox that is connected here, so it is the company's own already.",
        );
      return presentOne(portal, await mails.putGroup(portal, address, userId));
    },
  );

  scope.post(
    "/mail/groups/remove",
    {
      config,
      schema: {
        summary: "Takes a distribution list off: it is a person's address, and no letter brings it back",
        description: "For administrators. Counts for letters that come from within a minute on.",
        tags,
        security,
        body: mailGroupChange,
        response: { 200: mailGroup, ...errors },
      },
    },
    async (request) => {
      const { portal, userId } = administratorOf(request);
      const address = request.body.address.toLowerCase();
      await mails.removeGroup(portal, address, deps.now(), userId);
      // Another administrator may have been quicker.
      const group = (await mails.allGroups(portal)).find((one) => one.address === address);
      if (!group) throw unknown("distribution list");
      return presentOne(portal, group);
    },
  );

  async function isMailbox(portal: PortalId, address: string): Promise<boolean> {
    const all = await accounts.list(portal);
    return all.some(({ settings }) => String(settings["address"] ?? "").toLowerCase() === address);
  }

  async function present(portal: PortalId, groups: readonly MailGroup[]): Promise<MailGroupAnswer[]> {
    const people = groups.flatMap(({ addedBy, removed }) => [addedBy ?? [], removed?.by ?? []].flat());
    const names = await deps.names(portal, people);
    const colleague = (id: string) => {
      const name = names.get(id);
      return { id, ...(name !== undefined && { name }) };
    };
    return groups.map(({ address, since, addedBy, removed }) => ({
      ...{ address, since: since.toISOString() },
      ...(addedBy !== undefined && { addedBy: colleague(addedBy) }),
      ...(removed && { removed: { at: removed.at.toISOString(), by: colleague(removed.by) } }),
    }));
  }

  async function presentOne(portal: PortalId, group: MailGroup): Promise<MailGroupAnswer> {
    const [shown] = await present(portal, [group]);
    if (!shown) throw unknown("distribution list");
    return shown;
  }
}
