/**
 * What the page knows: the portal's state as the server streams it, who looks at it, and where they are. Views read
 * this and call the functions below; nothing is kept twice.
 */
import { computed, reactive } from "vue";

const userKey = "northwind-user";

export const store = reactive({
  /** The server's view; null until the first one arrives. */
  state: null,
  live: false,
  userId: Number(sessionStorage.getItem(userKey) ?? 1),
  route: readRoute(),
  /** Panels that slid in from the right, the topmost last. */
  sliders: [],
  /** A question to the person: pick employees. */
  picker: null,
  notice: "",
  now: Date.now(),
});

export const viewer = computed(
  () => store.state?.users.find((user) => user.id === store.userId) ?? store.state?.users[0] ?? null,
);

export const lineOf = (id) => store.state.lines.find((line) => line.id === id);
export const userOf = (id) => store.state.users.find((user) => user.id === id);

/** Chats that the viewer may see, those with the newest message first. */
export const chats = computed(() => {
  const me = viewer.value;
  if (!me) return [];
  const mine = store.state.chats.filter(
    (chat) => me.admin || chat.members.includes(me.id) || lineOf(chat.line)?.queue.includes(me.id),
  );
  return mine.toSorted((a, b) => lastAt(b) - lastAt(a));
});

export const waiting = computed(() => chats.value.filter((chat) => chat.state === "new").length);

export function lastAt(chat) {
  return chat.messages.at(-1)?.at ?? 0;
}

/** Starts listening; a broken connection is opened again by the browser. */
export function listen() {
  const source = new EventSource("/_page/live");
  source.addEventListener("open", () => {
    store.live = true;
  });
  source.addEventListener("error", () => {
    store.live = false;
  });
  source.addEventListener("message", (event) => {
    store.state = JSON.parse(event.data);
  });
  window.addEventListener("hashchange", () => {
    store.route = readRoute();
  });
  setInterval(() => {
    store.now = Date.now();
  }, 20_000);
}

function readRoute() {
  const [view = "deals", id = ""] = location.hash.replace(/^#\/?/, "").split("/");
  return { view: view === "" ? "deals" : view, id };
}

export function go(path) {
  location.hash = `#/${path}`;
}

export function becomeUser(id) {
  sessionStorage.setItem(userKey, String(id));
  store.userId = id;
}

// ---- sliders ----

let sliderId = 0;

/** Slides a panel in; the promise ends when it is closed. */
export function openSlider(slider) {
  return new Promise((resolve) => {
    sliderId += 1;
    store.sliders.push({ ...slider, key: sliderId, resolve });
  });
}

export function closeSlider(key) {
  const at = store.sliders.findIndex((slider) => slider.key === key);
  if (at < 0) return;
  // What lies on top of it goes with it.
  for (const slider of store.sliders.splice(at)) slider.resolve();
}

export function openCard(type, id) {
  return openSlider({ kind: "card", type, id: Number(id) });
}

/** Asks the person to pick employees. */
export function pickUsers(many) {
  return new Promise((resolve) => {
    store.picker = { many, resolve };
  });
}

let noticeTimer;

export function tell(text) {
  store.notice = text;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => {
    store.notice = "";
  }, 5_000);
}

// ---- the server ----

async function post(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? `HTTP ${response.status}`);
  return answer.result;
}

/** What the page itself asks for: frames, tokens, options, stages. */
export function ask(path, body) {
  return post(`/_page/${path}`, body);
}

/** What a person does in the portal; a refusal is shown, never swallowed. */
export async function act(action, body) {
  try {
    return await post(`/_emulator/portals/${store.state.portal.id}/actions/${action}`, body);
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}
