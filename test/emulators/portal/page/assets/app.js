/** The portal's page: top bar, left menu, the chosen view, and sliders over it. */
import { createApp } from "vue";
import { AppFrame } from "./app-frame.js";
import { CardSlider } from "./card.js";
import { ChatsView } from "./chats.js";
import { ConnectorSlider, ContactCenterView } from "./contact-center.js";
import { BoardView, TableView } from "./crm.js";
import { MarketView } from "./market.js";
import { Avatar, Icon } from "./parts.js";
import { becomeUser, closeSlider, listen, openSlider, store, viewer, waiting } from "./store.js";

const views = [
  { group: "CRM", name: "deals", title: "Deals", component: "BoardView" },
  { group: "CRM", name: "leads", title: "Leads", component: "BoardView" },
  { group: "CRM", name: "contacts", title: "Contacts", component: "TableView" },
  { group: "CRM", name: "companies", title: "Companies", component: "TableView" },
  { group: "Communication", name: "chats", title: "Open Lines", component: "ChatsView" },
  { group: "Communication", name: "contact-center", title: "Contact Center", component: "ContactCenterView" },
  { group: "Applications", name: "market", title: "Market", component: "MarketView" },
];

const roles = (user) => {
  if (user.admin) return "Administrator";
  return user.extranet ? "Extranet guest" : "Agent";
};

const LeftMenu = {
  components: { Icon },
  computed: {
    groups() {
      const names = [...new Set(views.map((view) => view.group))];
      return names.map((name) => ({ name, items: views.filter((view) => view.group === name) }));
    },
    bound: () => store.state.placements.filter((binding) => binding.placement === "LEFT_MENU"),
    route: () => store.route,
    waiting: () => waiting.value,
  },
  template: `
    <nav class="menu" aria-label="Portal">
      <template v-for="group in groups" :key="group.name">
        <h2>{{ group.name }}</h2>
        <a v-for="item in group.items" :key="item.name" :href="'#/' + item.name" :aria-current="route.view === item.name ? 'page' : null">
          <icon :name="item.name" /><span>{{ item.title }}</span><b v-if="item.name === 'chats' && waiting > 0" class="badge" :title="waiting + ' waiting'">{{ waiting }}</b>
        </a>
        <template v-if="group.name === 'Applications'">
          <a v-for="binding in bound" :key="binding.id" :href="'#/app/' + binding.id" :aria-current="route.view === 'app' && route.id === String(binding.id) ? 'page' : null"><icon name="app" /><span>{{ binding.title || 'Application' }}</span></a>
        </template>
      </template>
    </nav>`,
};

const TopBar = {
  components: { Avatar, Icon },
  data: () => ({ open: false }),
  emits: ["phone"],
  computed: {
    users: () => store.state.users,
    viewer: () => viewer.value,
    companions: () => store.state.companions,
    live: () => store.live,
  },
  methods: {
    roles,
    choose(id) {
      this.open = false;
      becomeUser(id);
    },
  },
  template: `
    <header class="top">
      <a class="brand" href="#/deals"><img src="/_page/mark.svg" alt="" width="30" height="30"><span><b>Northwind</b> portal</span></a>
      <span class="emulated" title="Everything here is invented and lives in memory. This is not Bitrix24.">Emulated portal · invented data</span>
      <span class="top-space"></span>
      <span v-if="!live" class="offline" role="status">Connecting…</span>
      <template v-for="companion in companions" :key="companion.url">
        <button v-if="companion.kind === 'phone'" type="button" class="top-button" @click="$emit('phone', companion)"><icon name="phone" /><span>{{ companion.title }}</span></button>
        <a v-else class="top-button" :href="companion.url" target="_blank"><icon name="shop" /><span>{{ companion.title }}</span></a>
      </template>
      <div class="who" @keydown.esc="open = false">
        <button type="button" class="who-button" :aria-expanded="open" title="Who looks at this portal" @click="open = !open"><avatar :name="viewer.name" :size="32" /><span>{{ viewer.name }}</span><icon name="down" /></button>
        <ul v-if="open" class="who-menu">
          <li v-for="user in users" :key="user.id"><button type="button" :aria-pressed="user.id === viewer.id" @click="choose(user.id)"><avatar :name="user.name" :size="32" /><span><b>{{ user.name }}</b><small>{{ roles(user) }}</small></span></button></li>
        </ul>
      </div>
    </header>`,
};

const Slider = {
  props: { slider: { type: Object, required: true } },
  components: { AppFrame, CardSlider, ConnectorSlider, Icon },
  data: () => ({ frameTitle: "" }),
  computed: {
    viewerId: () => store.userId,
    title() {
      return this.frameTitle || this.slider.title || "";
    },
  },
  methods: {
    close() {
      closeSlider(this.slider.key);
    },
    /** The platform goes on to the app's own page when its installer is done. */
    installed() {
      this.close();
      return openSlider({ kind: "frame", target: { kind: "app" }, title: store.state.card.title });
    },
  },
  template: `
    <div class="slider" role="dialog" aria-modal="true" :aria-label="title || 'Panel'">
      <div class="slider-shade" @click="close"></div>
      <div class="slider-panel">
        <button type="button" class="slider-close" title="Close" @click="close"><icon name="close" /></button>
        <card-slider v-if="slider.kind === 'card'" :slider="slider" @close="close" />
        <connector-slider v-else-if="slider.kind === 'connector'" :slider="slider" @close="close" />
        <div v-else class="frame-slider">
          <h1 v-if="title">{{ title }}</h1>
          <div class="panel"><app-frame :key="viewerId" :target="slider.target" :label="title || 'Application'" @close="close" @installed="installed" @title="frameTitle = $event" /></div>
        </div>
      </div>
    </div>`,
};

const UserPicker = {
  components: { Avatar },
  data: () => ({ chosen: [] }),
  computed: {
    picker: () => store.picker,
    users: () => store.state.users,
  },
  methods: {
    roles,
    done(ids) {
      const found = ids.map((id) => store.state.users.find((user) => user.id === id));
      store.picker.resolve(
        found.map((user) => ({
          id: String(user.id),
          name: user.name,
          photo: "",
          position: roles(user),
          url: `/company/personal/user/${user.id}/`,
          sub: false,
          sup: false,
        })),
      );
      store.picker = null;
      this.chosen = [];
    },
    pick(id) {
      if (!this.picker.many) return this.done([id]);
      this.chosen = this.chosen.includes(id) ? this.chosen.filter((one) => one !== id) : [...this.chosen, id];
      return undefined;
    },
  },
  template: `
    <div v-if="picker" class="picker" role="dialog" aria-modal="true" aria-label="Choose people" @keydown.esc="done([])">
      <div class="panel">
        <h2>{{ picker.many ? 'Choose people' : 'Choose a person' }}</h2>
        <button v-for="user in users" :key="user.id" type="button" class="name-cell" :aria-pressed="chosen.includes(user.id)" @click="pick(user.id)"><avatar :name="user.name" :size="28" />{{ user.name }}</button>
        <p><button type="button" class="button" @click="done([])">Cancel</button><button v-if="picker.many" type="button" class="button is-main" @click="done(chosen)">Choose</button></p>
      </div>
    </div>`,
};

const Portal = {
  components: {
    AppFrame,
    BoardView,
    ChatsView,
    ContactCenterView,
    Icon,
    LeftMenu,
    MarketView,
    Slider,
    TableView,
    TopBar,
    UserPicker,
  },
  data: () => ({ phone: null }),
  computed: {
    ready: () => store.state !== null,
    route: () => store.route,
    sliders: () => store.sliders,
    notice: () => store.notice,
    viewerId: () => store.userId,
    view() {
      return views.find((view) => view.name === this.route.view);
    },
    binding() {
      return this.route.view === "app"
        ? store.state.placements.find((binding) => binding.id === Number(this.route.id))
        : undefined;
    },
  },
  methods: {
    togglePhone(companion) {
      this.phone = this.phone === null ? companion : null;
    },
    onKey(event) {
      const top = this.sliders.at(-1);
      if (event.key === "Escape" && top && !store.picker) closeSlider(top.key);
    },
  },
  mounted() {
    window.addEventListener("keydown", this.onKey);
  },
  template: `
    <div v-if="ready" class="portal" :class="{ 'has-phone': phone }">
      <top-bar @phone="togglePhone" />
      <left-menu />
      <main class="main">
        <component v-if="view" :is="view.component" :key="view.name" :view="view.name" />
        <div v-else-if="binding" class="app-page"><app-frame :key="binding.id + ' ' + viewerId" :target="{ kind: 'placement', code: binding.placement, bindingId: binding.id, options: {} }" :label="binding.title || 'Application'" /></div>
        <p v-else class="nothing"><icon name="market" /><span>There is no such page.</span></p>
      </main>
      <transition-group name="slide"><slider v-for="slider in sliders" :key="slider.key" :slider="slider" /></transition-group>
      <transition name="rise">
        <aside v-if="phone" class="phone-panel" aria-label="Customer's phone"><button type="button" class="phone-close" title="Put the phone away" @click="phone = null"><icon name="close" /></button><iframe class="phone-screen" :src="phone.url + '?panel'" :title="phone.title" allow="microphone"></iframe></aside>
      </transition>
      <user-picker />
      <p v-if="notice" class="notice" role="alert">{{ notice }}</p>
    </div>
    <p v-else class="nothing">Connecting to the emulator…</p>`,
};

listen();
createApp(Portal).mount("#app");
