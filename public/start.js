// Makes the page interactive once it is loaded.
import init, { hydrate } from "/pkg/throughline.js";

await init({ module_or_path: "/pkg/throughline_bg.wasm" });
hydrate();
