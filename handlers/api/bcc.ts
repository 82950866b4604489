import { z } from "zod";
import { type BccAddressAnswer, type BccStateAnswer, bccSenderParams, bccState, bccWhose } from "../../src/api/bcc.ts";
import { errorAnswer } from "../../src/api/common.ts";
import type { Say } from "../../src/domain/localised.ts";
import type { OwnBcc } from "../../src/relay/mail/bcc-addresses.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { administratorOf, type Viewer, viewerOf } from "../../src/server/session.ts";
import { sendNothing, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";

const security = [{ session: [] }];
const tags = ["e-mail"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
const rateLimit = { max: 20, timeWindow: "1 minute" };
const OFF =
  "This server takes no copies of letters yet. Its operator can switch that on by setting BCC_DOMAIN and SMTP_PORT, as the operating manual says.";

/** The address that an employee puts into Bcc, and the portal's own. */
export function registerBccRoutes(scope: App, deps: ApiDeps): void {
  const { bccAddresses, store } = deps;

  async function stateFor(viewer: Viewer, say: Say): Promise<BccStateAnswer> {
    const { portal, userId, admin } = viewer;
    const [mine, everybodys] = await Promise.all([
      bccAddresses.of(portal, userId),
      admin ? bccAddresses.of(portal) : undefined,
    ]);
    return {
      on: bccAddresses.isOn,
      ...(!bccAddresses.isOn && { problem: say(OFF) }),
      mine: present(mine),
      ...(admin && { everybodys: present(everybodys) }),
    };
  }

  scope.get(
    "/mail/bcc",
    {
      schema: {
        summary: "Addresses for blind copies of letters",
        tags,
        security,
        response: { 200: bccState, ...errors },
      },
    },
    (request) => stateFor(viewerOf(request), request.say),
  );

  scope.post(
    "/mail/bcc",
    {
      config: { rateLimit },
      schema: {
        summary: "Makes an address for blind copies, or a new one",
        description: "Letters to the former one are refused from then on.",
        tags,
        security,
        body: bccWhose,
        response: { 200: bccState, ...errors },
      },
    },
    async (request) => {
      const { whose } = request.body;
      if (!bccAddresses.isOn) throw new HttpError(409, "not_configured", OFF);
      const { viewer, owner } = ownerOf(request, whose);
      await bccAddresses.renew(viewer.portal, owner);
      return await stateFor(viewer, request.say);
    },
  );

  scope.put(
    "/mail/bcc/senders/:address",
    {
      config: { rateLimit },
      schema: {
        summary: "Says that a letter came from an address of one's own",
        description: "Only of addresses that a letter has come from, which was proved to be theirs.",
        tags,
        security,
        params: bccSenderParams,
        querystring: bccWhose,
        response: { 204: z.null(), ...errors },
      },
    },
    async (request, reply) => {
      const { viewer, owner = "" } = ownerOf(request, request.query.whose);
      if (!(await store.bcc.confirmSender(viewer.portal, owner, request.params.address))) throw unknown("address");
      return sendNothing(reply);
    },
  );

  scope.delete(
    "/mail/bcc/senders/:address",
    {
      config: { rateLimit },
      schema: {
        summary: "Takes back that an address is one's own",
        tags,
        security,
        params: bccSenderParams,
        querystring: bccWhose,
        response: { 204: z.null(), ...errors },
      },
    },
    async (request, reply) => {
      const { viewer, owner = "" } = ownerOf(request, request.query.whose);
      if (!(await store.bcc.dropSender(viewer.portal, owner, request.params.address))) throw unknown("address");
      return sendNothing(reply);
    },
  );
}

/** The portal's own is for administrators to keep. */
function ownerOf(request: Parameters<typeof viewerOf>[0], whose: "mine" | "everybodys") {
  if (whose === "everybodys") return { viewer: administratorOf(request), owner: undefined };
  const viewer = viewerOf(request);
  return { viewer, owner: viewer.userId };
}

function present(found: OwnBcc | undefined): BccAddressAnswer | null {
  if (!found) return null;
  const { address, madeAt, usedAt, from, senders } = found;
  return {
    address,
    madeAt: madeAt.toISOString(),
    usedAt: usedAt?.toISOString() ?? null,
    from: [...from],
    senders: senders.map((one) => ({
      address: one.address,
      confirmed: one.state === "confirmed",
      seenAt: one.seenAt.toISOString(),
    })),
  };
}
