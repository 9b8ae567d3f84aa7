// Makes the islands of the page interactive once their code is loaded.
import init, * as code from "/pkg/throughline.js";

await init({ module_or_path: "/pkg/throughline_bg.wasm" });
code.hydrate();
for (const island of document.querySelectorAll("leptos-island")) {
  code[island.dataset.component](island);
}
document.documentElement.setAttribute("data-hydrated", "");
