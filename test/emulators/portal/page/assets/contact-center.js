/** Contact Center: a tile for every registered connector, its lines, and the app's own settings page for one of them. */
import { AppFrame } from "./app-frame.js";
import { ChannelIcon, Icon } from "./parts.js";
import { act, openSlider, store } from "./store.js";

const workingLines = (connector) => connector.lines.filter((status) => status.working);

export const ContactCenterView = {
  components: { ChannelIcon, Icon },
  computed: {
    tiles() {
      return store.state.connectors.map((connector) => {
        const count = workingLines(connector).length;
        const broken = connector.lines.some((status) => status.error);
        return { connector, broken, count, text: describe(count, broken) };
      });
    },
    bound() {
      return store.state.placements.filter((binding) => binding.placement === "CONTACT_CENTER");
    },
  },
  methods: {
    openConnector: (connector) => openSlider({ kind: "connector", connector: connector.id, title: connector.name }),
    openBound: (binding) =>
      openSlider({
        kind: "frame",
        title: binding.title,
        target: {
          kind: "placement",
          code: binding.placement,
          bindingId: binding.id,
          options: { ID: String(binding.id) },
        },
      }),
  },
  template: `
    <section class="page">
      <header class="page-head"><h1>Contact Center</h1><p>Where customers write from. Choose a channel to connect it to an open line.</p></header>
      <div class="tiles">
        <button v-for="tile in tiles" :key="tile.connector.id" type="button" class="tile" @click="openConnector(tile.connector)">
          <channel-icon :src="tile.connector.icon" :name="tile.connector.name" /><b>{{ tile.connector.name }}</b><small :class="{ 'is-on': tile.count > 0 && !tile.broken, 'is-broken': tile.broken }">{{ tile.text }}</small>
        </button>
        <button v-for="binding in bound" :key="binding.id" type="button" class="tile" @click="openBound(binding)"><icon name="app" /><b>{{ binding.title }}</b><small>Application</small></button>
        <p v-if="tiles.length === 0" class="empty">No channels yet. Install an app that brings some: Market in the left menu.</p>
      </div>
    </section>`,
};

function describe(count, broken) {
  if (broken) return "Needs attention";
  if (count === 0) return "Not connected";
  return count === 1 ? "Connected to one line" : `Connected to ${count} lines`;
}

/** First the line is chosen, then the app's page for that line opens. */
export const ConnectorSlider = {
  props: { slider: { type: Object, required: true } },
  emits: ["close"],
  components: { AppFrame, ChannelIcon, Icon },
  data: () => ({ line: null }),
  computed: {
    connector() {
      return store.state.connectors.find((connector) => connector.id === this.slider.connector);
    },
    lines() {
      return store.state.lines.map((line) => ({
        ...line,
        status: this.connector.lines.find((status) => status.line === line.id),
      }));
    },
    target() {
      return { kind: "connector", connector: this.slider.connector, line: this.line };
    },
    viewerId: () => store.userId,
  },
  methods: {
    disconnect() {
      return act("disconnect-connector", { connector: this.connector.id, line: this.line });
    },
    isConnected(id) {
      return this.connector.lines.some((status) => status.line === id);
    },
    word(status) {
      if (!status) return "Not connected";
      if (status.error) return "Needs attention";
      return status.working ? status.name || "Connected" : "Not finished";
    },
  },
  created() {
    this.line = this.connector?.lines.find((status) => status.working)?.line ?? null;
  },
  template: `
    <div v-if="connector" class="connector">
      <header class="connector-head">
        <channel-icon :src="connector.icon" :name="connector.name" />
        <div><h1>{{ connector.name }}</h1><p>Which open line shall it feed?</p></div>
      </header>
      <div class="lines" role="group" aria-label="Open line">
        <button v-for="item in lines" :key="item.id" type="button" :aria-pressed="item.id === line" @click="line = item.id">
          <b>{{ item.name }}</b><small :class="{ 'is-on': item.status?.working, 'is-broken': item.status?.error }">{{ word(item.status) }}</small>
        </button>
      </div>
      <div class="panel connector-page">
        <app-frame v-if="line !== null" :key="line + ' ' + viewerId" :target="target" :label="connector.name + ' settings'" @close="$emit('close')" />
        <p v-else class="nothing"><icon name="contact-center" /><span>Choose a line above</span></p>
      </div>
      <p v-if="line !== null && isConnected(line)" class="connector-foot"><button type="button" class="link" @click="disconnect">Disconnect from this line, as an administrator would</button></p>
    </div>`,
};
