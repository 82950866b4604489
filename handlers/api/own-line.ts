import { accountParams } from "../../src/api/accounts.ts";
import { errorAnswer } from "../../src/api/common.ts";
import { ownLine, ownLinePut } from "../../src/api/own-line.ts";
import { type AccountId, accountId } from "../../src/domain/ids.ts";
import { ownLineSchema } from "../../src/rules/lines/own-line.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { administratorOf, type Viewer } from "../../src/server/session.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";

const security = [{ session: [] }];
const tags = ["own lines"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };

/** What an account does with its conversations where no open line does it. */
export function registerOwnLineRoutes(scope: App, deps: ApiDeps): void {
  const { ownLines, accounts, lanes } = deps.store;

  scope.get(
    "/accounts/:id/own-line",
    {
      schema: {
        summary: "How an account without an open line distributes and answers",
        description: "Kept, and without effect, while the account feeds an open line: that one's settings count then.",
        tags,
        security,
        params: accountParams,
        response: { 200: ownLine, ...errors },
      },
    },
    async (request) => {
      const viewer = administratorOf(request);
      return read(viewer, await ofAccount(viewer, request.params.id));
    },
  );

  scope.put(
    "/accounts/:id/own-line",
    {
      schema: {
        summary: "Saves it as a whole",
        description: "What is left out is as it is by default. Holds for conversations that wait already.",
        tags,
        security,
        params: accountParams,
        body: ownLinePut,
        response: { 200: ownLine, ...errors },
      },
    },
    async (request) => {
      const viewer = administratorOf(request);
      const account = await ofAccount(viewer, request.params.id);
      const before = await read(viewer, account);
      const { base, ...settings } = request.body;
      if (base !== undefined && base !== before.changedAt)
        throw new HttpError(
          409,
          "own_line_changed",
          "Somebody saved these settings meanwhile. Look at theirs, or save yours over them.",
        );
      const isNew = settings.enabled && !before.enabled;
      const saved = { settings, by: viewer.userId, isNew };
      if (!(await ownLines.put(viewer.portal, account, saved))) throw unknown("account");
      // What waited for a line waits no more.
      const waiting = isNew ? await lanes.wakeAll(viewer.portal, account) : [];
      for (const lane of [...waiting, ...(await ownLines.wakeWaiting(viewer.portal, account))])
        deps.dispatcher.wake(lane);
      return read(viewer, account);
    },
  );

  async function ofAccount({ portal }: Viewer, id: string): Promise<AccountId> {
    const found = await accounts.find(portal, ourId(id, accountId, "account"));
    if (!found) throw unknown("account");
    return found.id;
  }

  async function read({ portal }: Viewer, account: AccountId) {
    const stored = await ownLines.find(portal, account);
    const settings = ownLineSchema.safeParse(stored?.settings ?? {}).data ?? ownLineSchema.parse({});
    const { queue, agent, kpi } = settings;
    const named = new Set([
      ...queue.flatMap(({ kind, id }) => (kind === "person" ? [id] : [])),
      ...agent.entries.map(({ person }) => person),
      ...[kpi.first, kpi.further].flatMap((target) => target?.notify ?? []),
    ]);
    const names = await deps.names(portal, [...named]);
    const people = [...names].map(([id, name]) => ({ id, name }));
    return { ...settings, changedAt: stored?.changedAt.toISOString() ?? null, people };
  }
}
