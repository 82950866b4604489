/**
 * The portal around us. Loaded lazily, because it is as big as the rest of a page together and a page that stands alone
 * never needs it. Everything here answers `undefined` or `false` outside a portal instead of throwing.
 */
import type { B24Frame } from "@bitrix24/b24jssdk";

let loading: Promise<B24Frame | undefined> | undefined;

/** Whether a portal seems to be around us (it names the frame `domain|protocol|sid`). */
export const isFramed = () => window.parent !== window && window.name.includes("|");

function frame(): Promise<B24Frame | undefined> {
  loading ??= connect();
  return loading;
}

async function connect(): Promise<B24Frame | undefined> {
  if (!isFramed()) return undefined;
  const { initializeB24Frame } = await import("@bitrix24/b24jssdk");
  return initializeB24Frame().catch(() => {
    loading = undefined;
    return undefined;
  });
}

/** Tells the portal that the installation is done; the portal then opens the app's own page. `false`: no portal heard it. */
export async function finishInstallation(): Promise<boolean> {
  const portal = await frame();
  if (!portal) return false;
  if (portal.isInstallMode) await portal.installFinish();
  return true;
}

export interface FreshToken {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: number;
}

/** A token of the viewer that the portal has just made. */
export async function freshToken(): Promise<FreshToken | undefined> {
  const portal = await frame();
  if (!portal) return undefined;
  const auth = await portal.auth.refreshAuth();
  return {
    accessToken: auth.access_token,
    refreshToken: auth.refresh_token,
    expiresIn: Number(auth.expires_in) || 3600,
  };
}

/** Opens a chat of the portal's messenger beside the page; `false` outside a portal. */
export async function openChat(chatId: string): Promise<boolean> {
  const portal = await frame();
  if (!portal) return false;
  await portal.parent.imOpenMessenger(`chat${Number(chatId)}`);
  return true;
}
