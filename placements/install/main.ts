import { mountPage } from "../shared/mount.ts";
import InstallPage from "./install-page.vue";

mountPage(InstallPage);
