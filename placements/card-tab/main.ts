import { mountPage } from "../shared/mount.ts";
import CardTabPage from "./card-tab-page.vue";

mountPage(CardTabPage);
