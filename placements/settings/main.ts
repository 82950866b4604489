import { mountPage } from "../shared/mount.ts";
import SettingsPage from "./settings-page.vue";

mountPage(SettingsPage);
