/** Market: the app's card; installing opens its installer page in a slider, as the portal does for an administrator. */
import { Icon } from "./parts.js";
import { act, closeSlider, openSlider, store, viewer } from "./store.js";

export const MarketView = {
  components: { Icon },
  data: () => ({ clean: true }),
  computed: {
    card: () => store.state.card,
    application: () => store.state.application,
    viewer: () => viewer.value,
    status() {
      if (!this.application) return "Not installed";
      return this.application.installed ? "Installed" : "Installation not finished";
    },
  },
  methods: {
    install: () =>
      openSlider({
        kind: "frame",
        target: { kind: "install" },
        title: `Installing ${store.state.card.title}`,
      }),
    open: () => openSlider({ kind: "frame", target: { kind: "app" }, title: store.state.card.title }),
    uninstall() {
      for (const slider of [...store.sliders]) closeSlider(slider.key);
      return act("uninstall", { clean: this.clean });
    },
  },
  template: `
    <section class="page">
      <header class="page-head"><h1>Market</h1><p>Applications for this portal.</p></header>
      <article v-if="card" class="panel market-card">
        <span class="market-icon"><icon name="chats" /></span>
        <div class="market-text">
          <h2>{{ card.title }}</h2>
          <p>One customer, one thread, in one CRM card, whatever channel they write from.</p>
          <p class="market-facts"><span class="state" :class="application?.installed ? 'is-answered' : 'is-new'">{{ status }}</span>Version {{ application?.version ?? card.version }} · Scopes: {{ card.scope.join(', ') }}</p>
        </div>
        <div class="market-buttons">
          <button v-if="application?.installed" type="button" class="button is-main" @click="open">Open</button>
          <button type="button" class="button" :class="{ 'is-main': !application?.installed }" :disabled="!viewer.admin" @click="install">{{ application?.installed ? 'Reinstall' : 'Install' }}</button>
          <template v-if="application">
            <button type="button" class="button" :disabled="!viewer.admin" @click="uninstall">Uninstall</button>
            <label><input v-model="clean" type="checkbox"> and delete its data</label>
          </template>
          <small v-if="!viewer.admin">Only an administrator installs applications.</small>
        </div>
      </article>
    </section>`,
};
