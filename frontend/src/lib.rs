//! The entry of the WASM bundle: what the islands of a page share, before each of them comes alive.

use wasm_bindgen::prelude::wasm_bindgen;

// Its islands are exported, one function each.
use app as _;

#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
