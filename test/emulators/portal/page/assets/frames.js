/**
 * The parent window's side of the frame API: hears what pages of apps ask and answers. The messages are those of the
 * platform's own SDK: `command[:JSON]:key:sid`, answered by `key:JSON`.
 *
 * Heard is only a window that this page opened itself, only from the origin that its page was loaded from, and only
 * with the session id that it was given. Everything else is not answered at all.
 */
import { ask, closeSlider, go, openCard, openSlider, pickUsers, store, tell } from "./store.js";

/** Open frames by their window. */
const frames = new Map();

/** Listens for a frame until the returned function is called. */
export function hear(frameWindow, frame) {
  frames.set(frameWindow, frame);
  return () => frames.delete(frameWindow);
}

window.addEventListener("message", async (event) => {
  const frame = frames.get(event.source);
  if (!frame || event.origin !== frame.opening.origin) return;
  const message = readMessage(event.data);
  if (!message || message.sid !== frame.opening.sid) return;
  const answer = Object.hasOwn(commands, message.command) ? commands[message.command] : undefined;
  if (!answer) return;
  const result = await answer(frame, message.params);
  if (result === silence) return;
  event.source.postMessage(`${message.key}:${JSON.stringify(result ?? null)}`, frame.opening.origin);
});

/** JSON may hold colons, keys and session ids never do: what is fixed is read from both ends. */
export function readMessage(data) {
  if (typeof data !== "string") return undefined;
  const parts = data.split(":");
  if (parts.length < 3) return undefined;
  const [command] = parts;
  const [key, sid] = parts.slice(-2);
  const text = parts.slice(1, -2).join(":");
  return { command, key, sid, params: text === "" ? {} : parseLoosely(text) };
}

/** Some commands carry a bare text. */
function parseLoosely(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** For commands that the portal never answers. */
const silence = Symbol("silence");

const option =
  (scope) =>
  async (frame, { name, value }) => {
    const { clientId } = frame.opening;
    await ask("option", { userId: frame.userId, clientId, scope, name, value });
    return {};
  };

const openPaths = /^\/crm\/(deal|lead|contact|company)\/details\/(\d+)\/?$/;

const commands = {
  getInitData: (frame) => frame.opening.init,
  refreshAuth: (frame) => ask("refresh", { userId: frame.userId, clientId: frame.opening.clientId }),
  setInstall: (frame, { install }) => option("app")(frame, { name: "install", value: install }),
  async setInstallFinish(frame) {
    await ask("install-finish", {});
    frame.installed();
    return true;
  },
  setAppOption: option("app"),
  setUserOption: option("user"),
  resizeWindow(frame, { width, height }) {
    frame.resize(Number(height));
    return { width, height };
  },
  setTitle(frame, { title }) {
    frame.title(String(title));
    return {};
  },
  setScroll: (frame, { scroll }) => frame.scroll(Number(scroll)),
  reloadWindow(frame) {
    frame.reload();
    return silence;
  },
  async openApplication(_frame, params) {
    await openSlider({ kind: "frame", target: { kind: "app", options: params }, title: params.bx24_title ?? "" });
    return {};
  },
  closeApplication(frame) {
    frame.close();
    return silence;
  },
  async openPath(_frame, { path }) {
    const found = openPaths.exec(new URL(String(path), location.origin).pathname);
    if (!found) return { result: "error", errorCode: "PATH_NOT_AVAILABLE" };
    await openCard(found[1], Number(found[2]));
    return { result: "close" };
  },
  imOpenMessenger: (_frame, { dialogId }) => openDialog(dialogId),
  imOpenHistory: (_frame, { dialogId }) => openDialog(dialogId),
  imCallTo() {
    tell("A real portal would start a call now.");
    return silence;
  },
  imPhoneTo(_frame, { phone }) {
    tell(`A real portal would call ${phone} now.`);
    return silence;
  },
  async selectUser(_frame, { mult }) {
    const chosen = await pickUsers(mult === true);
    return mult === true ? chosen : (chosen[0] ?? null);
  },
  selectAccess: () => [],
  selectCRM: () => ({}),
  getInterface: () => ({ command: Object.keys(commands), event: [] }),
  placementBindEvent: () => silence,
};

/** `chat1700`, a bare number, or `imol|1700`. */
function openDialog(dialogId) {
  const id = Number(/(\d+)$/.exec(String(dialogId ?? ""))?.[1] ?? 0);
  const known = store.state.chats.find((chat) => chat.id === id);
  for (const slider of [...store.sliders]) closeSlider(slider.key);
  go(known ? `chats/${known.id}` : "chats");
  return silence;
}
