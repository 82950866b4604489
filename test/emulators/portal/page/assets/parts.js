/** Small pieces that all views use. */
import { computed, h } from "vue";
import { readRichText } from "./rich-text.js";

/** Own drawings on a 20 × 20 grid, stroked. */
const drawings = {
  deals: "M3 16V8m5 8V4m5 12v-6m4 6V7",
  leads: "M3 4h14l-5.5 6.5V16l-3-1.5v-4z",
  contacts: "M10 10a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4zM3.8 17c.6-3.3 3-5 6.2-5s5.6 1.7 6.2 5",
  companies: "M4 17V5l7-2v14m0-9h5v9M2.5 17h15M7 7.5h1m-1 3h1m-1 3h1",
  chats:
    "M3 5.5C3 4.7 3.7 4 4.5 4h11c.8 0 1.5.7 1.5 1.5v7c0 .8-.7 1.5-1.5 1.5H9l-4 3v-3h-.5c-.8 0-1.5-.7-1.5-1.5zM7 8h6M7 11h4",
  "contact-center":
    "M4 11V9.5a6 6 0 0 1 12 0V11M4 11h2v4H5a1 1 0 0 1-1-1zm12 0h-2v4h1a1 1 0 0 0 1-1zm-1 4c0 1.3-1.500 2-3.500 2",
  market: "M4 7h12l-1 10H5zM7 7a3 3 0 0 1 6 0",
  app: "M4 5.500h12M4 10h12M4 14.500h7",
  phone: "M6.500 2.500h7c.6 0 1 .4 1 1v13c0 .6-.4 1-1 1h-7c-.6 0-1-.4-1-1v-13c0-.6.4-1 1-1zM9 15h2",
  shop: "M3 8l1.500-4h11L17 8M3 8v8.500h14V8M3 8h14M8 16.500v-4.500h4v4.500",
  close: "M5 5l10 10M15 5L5 15",
  send: "M3 10l14-6.500-4 13-4-5zM9 11.500l8-8",
  clip: "M14.500 9.500l-5 5a3 3 0 0 1-4.300-4.300l6-6a2 2 0 0 1 2.900 2.900l-6 6a1 1 0 0 1-1.400-1.400l5-5",
  edit: "M4 16l1-3.500L13.500 4 16 6.500 7.500 15z",
  bin: "M4.500 6h11M8 6V4h4v2m-6 0l.6 10h6.800L14 6",
  check: "M4 10.500l4 4 8-9",
  clock: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 6v4.200l2.800 1.600",
  back: "M12 4l-6 6 6 6",
  down: "M5 8l5 5 5-5",
  file: "M5 3h7l3.500 3.500V17H5zM12 3v4h3.500",
  mail: "M3 5h14v10H3zM3 6l7 5 7-5",
  plus: "M10 4v12M4 10h12",
  comment: "M4 5h12v8H9l-3 3v-3H4z",
  star: "M10 3.500l2 4.200 4.500.600-3.300 3.200.800 4.500-4-2.200-4 2.200.800-4.500L3.500 8.300 8 7.700z",
};

export function Icon({ name }) {
  return h("svg", { class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true" }, [
    h("path", { d: drawings[name] ?? "" }),
  ]);
}
Icon.props = ["name"];

const hues = [212, 158, 22, 268, 338, 190, 300, 232];

/** Initials on a colour that the name decides. */
export function Avatar({ name, size }) {
  const clean = String(name ?? "").trim();
  const initials = clean
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0] ?? "")
    .join("")
    .toUpperCase();
  const sum = [...clean].reduce((total, character) => total + (character.codePointAt(0) ?? 0), 0);
  const style = { "--hue": hues[sum % hues.length], "--size": `${size ?? 36}px` };
  return h("span", { class: "avatar", style, "aria-hidden": "true" }, initials || "?");
}
Avatar.props = ["name", "size"];

/** The connector's own icon, as it registered it. */
export const ChannelIcon = {
  props: ["src", "name"],
  template: `<img v-if="src" class="channel-icon" :src="src" :alt="name" :title="name">`,
};

/** BBCode as people read it. */
export const RichText = {
  props: { text: { type: String, required: true } },
  setup(props) {
    const nodes = computed(() => readRichText(props.text));
    const render = (node) => {
      if (typeof node === "string") return node;
      const children = node.children.map(render);
      if (node.tag === "a") return h("a", { href: node.href, target: "_blank", rel: "noreferrer" }, children);
      if (node.tag === "quote") return h("blockquote", children);
      return h(node.tag, children);
    };
    return () => h("span", { class: "rich-text" }, nodes.value.map(render));
  },
};

export const FilePiece = {
  props: { file: { type: Object, required: true } },
  components: { Icon },
  computed: {
    url() {
      return `/disk/download/${this.file.id}/${encodeURIComponent(this.file.name)}`;
    },
    kind() {
      return /^(image|audio|video)\//.exec(this.file.type)?.[1] ?? "file";
    },
    size() {
      const { size } = this.file;
      return size < 1024 * 1024
        ? `${Math.max(1, Math.round(size / 1024))} KB`
        : `${(size / 1024 / 1024).toFixed(1)} MB`;
    },
  },
  template: `
    <a v-if="kind === 'image'" class="piece-image" :href="url" target="_blank"><img :src="url" :alt="file.name"></a>
    <audio v-else-if="kind === 'audio'" class="piece-audio" controls preload="metadata" :src="url" :aria-label="file.name"></audio>
    <video v-else-if="kind === 'video'" class="piece-image" controls preload="metadata" :src="url" :aria-label="file.name"></video>
    <a v-else class="piece-file" :href="url" target="_blank"><icon name="file" /><span><b>{{ file.name }}</b><small>{{ size }}</small></span></a>`,
};

const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hour12: false });
const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "long" });
export const timeOf = (at) => clock.format(at);
export const dayOf = (at) => day.format(at);

/** "now", "5 min", "14:02" or "3 May": how long ago something was, short. */
export function ago(at, now) {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min`;
  return new Date(at).toDateString() === new Date(now).toDateString() ? timeOf(at) : dayOf(at);
}

export function money(item) {
  if (item.opportunity === undefined || item.opportunity === null) return "";
  const currency = item.currencyId || "USD";
  return new Intl.NumberFormat("en", { style: "currency", currency, maximumFractionDigits: 0 }).format(
    item.opportunity,
  );
}
