/**
 * The portal around us. Loaded lazily, because it is as big as the rest of a page together and a page that stands alone
 * never needs it. Outside a portal everything here answers at once that there is none.
 *
 * A portal that answers nothing is given up after a while: its SDK itself would wait for ever. What goes wrong is told to
 * the caller, who says it in words, and reported as an error of the page, where the browser's console and our tests see
 * it. A connection that failed is made anew by the next call; one that is still waiting is waited for by that call too.
 */
import type { B24Frame } from "@bitrix24/b24jssdk";

const ANSWER_MS = 15_000;
let loading: Promise<B24Frame> | undefined;

/** Whether a portal seems to be around us (it names the frame `domain|protocol|sid`). */
export const isFramed = () => window.parent !== window && window.name.includes("|");

function frame(): Promise<B24Frame> {
  loading ??= connect().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function connect(): Promise<B24Frame> {
  const { initializeB24Frame } = await import("@bitrix24/b24jssdk");
  return initializeB24Frame();
}

/** What the portal answered; `undefined` when there is none, or when it did not work. */
async function ask<Answer>(what: string, question: (portal: B24Frame) => Promise<Answer>): Promise<Answer | undefined> {
  if (!isFramed()) return undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("no answer")), ANSWER_MS);
  });
  try {
    return await Promise.race([frame().then(question), late]);
  } catch (cause) {
    reportError(new Error(`Threadline: the portal's frame failed at ${what}: ${String(cause)}`, { cause }));
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** `told`: the portal knows, and opens the app's own page. `unheard`: it counts the app as not installed until told. */
export type Finished = "told" | "unheard" | "outside";

/** Tells the portal that the installation is done. Twice is harmless. */
export async function finishInstallation(): Promise<Finished> {
  if (!isFramed()) return "outside";
  const done = await ask("installFinish", async (portal) => {
    if (portal.isInstallMode) await portal.installFinish();
    return true;
  });
  return done === true ? "told" : "unheard";
}

export interface FreshToken {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: number;
}

/** A token of the viewer that the portal has just made. */
export function freshToken(): Promise<FreshToken | undefined> {
  return ask("refreshAuth", async (portal) => {
    const auth = await portal.auth.refreshAuth();
    return {
      accessToken: auth.access_token,
      refreshToken: auth.refresh_token,
      expiresIn: Number(auth.expires_in) || 3600,
    };
  });
}

/** Opens a chat of the portal's messenger beside the page; `false`: it did not. */
export async function openChat(chatId: string): Promise<boolean> {
  const opened = await ask("imOpenMessenger", async (portal) => {
    await portal.parent.imOpenMessenger(`chat${Number(chatId)}`);
    return true;
  });
  return opened === true;
}

/** So long the portal has to say that it will not open something; an open slider answers only when it is closed. */
const REFUSES_WITHIN_MS = 1_500;

/** Opens a card of the CRM over the page; `false`: it did not. */
export async function openCard(path: string): Promise<boolean> {
  const opened = await ask("openPath", (portal) =>
    Promise.race([
      portal.slider.openPath(portal.slider.getUrl(path)).then(() => true),
      new Promise<true>((resolve) => setTimeout(resolve, REFUSES_WITHIN_MS, true)),
    ]),
  );
  return opened === true;
}

/** Opens the application's own page over this one; `false`: it did not. `options` come to it as the placement's. */
export async function openOwnPage(options: Readonly<Record<string, string>>): Promise<boolean> {
  const opened = await ask("openSliderAppPage", (portal) =>
    Promise.race([
      portal.slider.openSliderAppPage({ ...options }).then(() => true),
      new Promise<true>((resolve) => setTimeout(resolve, REFUSES_WITHIN_MS, true)),
    ]),
  );
  return opened === true;
}
