import { errorAnswer } from "../../src/api/common.ts";
import {
  type SignInBegunAnswer,
  type SignInOfferAnswer,
  type SignInTakenAnswer,
  signInBegin,
  signInBegun,
  signInOffer,
  signInTake,
  signInTaken,
  signInWish,
} from "../../src/api/sign-ins.ts";
import { accountId } from "../../src/domain/ids.ts";
import type { Say } from "../../src/domain/localised.ts";
import type { SignInWish } from "../../src/relay/sign-ins/sign-ins.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { administratorOf, type Viewer } from "../../src/server/session.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";

const security = [{ session: [] }];
const tags = ["accounts"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
const LOOK_MS = 8_000;

/** Signing an account in at its vendor's own page: what is offered, the way there, and taking over what came back. */
export function registerSignInRoutes(scope: App, deps: ApiDeps): void {
  scope.post(
    "/sign-ins/offer",
    {
      config: { rateLimit: { max: 60, timeWindow: "1 minute" } },
      schema: {
        summary: "Whether an account with these settings is signed in at its vendor's own page",
        tags,
        security,
        body: signInWish,
        response: { 200: signInOffer, ...errors },
      },
    },
    async (request) => {
      const viewer = administratorOf(request);
      const { channel, settings, account } = request.body;
      const wish = {
        channel,
        settings,
        ...(account !== undefined && { account: ourId(account, accountId, "account") }),
      };
      return offerSignIn(deps, viewer, wish, request.say);
    },
  );

  scope.post(
    "/sign-ins",
    {
      config: { rateLimit: { max: 20, timeWindow: "1 minute" } },
      schema: {
        summary: "Begins a sign-in at a vendor's own page",
        description:
          "The address is opened in a window of its own. That ends on a page of ours, which hands a code to the window that opened it.",
        tags,
        security,
        body: signInBegin,
        response: { 200: signInBegun, ...errors },
      },
    },
    (request) => beginSignIn(deps, administratorOf(request), request.body),
  );

  scope.post(
    "/sign-ins/take",
    {
      config: { rateLimit: { max: 20, timeWindow: "1 minute" } },
      schema: {
        summary: "Takes over a sign-in by the code that its last page handed over",
        tags,
        security,
        body: signInTake,
        response: { 200: signInTaken, ...errors },
      },
    },
    (request) => takeSignIn(deps, administratorOf(request), request.body.code),
  );
}

type SignInDeps = Pick<ApiDeps, "signIns">;

export async function offerSignIn(
  { signIns }: SignInDeps,
  { portal }: Viewer,
  wish: SignInWish,
  say: Say,
): Promise<SignInOfferAnswer> {
  const offered = await signIns.offer(portal, wish, AbortSignal.timeout(LOOK_MS));
  if (!offered) throw unknown("channel with a sign-in");
  const { sentence, typed } = offered.offer;
  return {
    vendor: offered.vendor ?? null,
    sentence: sentence === undefined ? null : say(sentence),
    typed,
    signedInAs: offered.signedInAs ?? null,
  };
}

export async function beginSignIn(
  { signIns }: SignInDeps,
  { portal, userId }: Viewer,
  wish: Parameters<ApiDeps["signIns"]["begin"]>[2],
): Promise<SignInBegunAnswer> {
  const begun = await signIns.begin(portal, userId, wish);
  if (begun.kind === "unknown") throw unknown("sign-in");
  if (begun.kind === "invalid") throw new HttpError(400, "invalid_request", begun.sentence, { field: begun.field });
  return { url: begun.url };
}

export async function takeSignIn(
  { signIns }: SignInDeps,
  { portal, userId }: Viewer,
  code: string,
): Promise<SignInTakenAnswer> {
  const taken = await signIns.take(portal, userId, code);
  if (!taken)
    throw new HttpError(
      422,
      "not_accepted",
      "This code is not right, was used already, or is older than 15 minutes. Sign in again.",
      { field: "code" },
    );
  return taken;
}
