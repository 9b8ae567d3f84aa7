//! Getting the skeleton of the trace.

use js_sys::Uint8Array;
use leptos::prelude::*;
use model::layout::waterfall::{Clock, Skeleton};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use super::super::control::Control;

/// The one that came with the page, or of the trace that is here, or else from the server; or why
/// there is none.
pub(super) async fn skeleton(control: Control) -> Result<Skeleton, String> {
    let with_page = control.facts.with_value(|facts| {
        let text = facts.skeleton.as_ref()?;
        Skeleton::from_text(text).ok()
    });
    if let Some(skeleton) = with_page {
        return Ok(skeleton);
    }
    let here = control
        .here
        .with_value(|here| Some(Skeleton::clone(&here.as_ref()?.skeleton)));
    if let Some(skeleton) = here {
        return Ok(skeleton);
    }
    let clock = control.state.with_untracked(|state| state.clock);
    let trace = control.facts.with_value(|facts| facts.trace);
    let clock = match clock {
        Clock::Corrected => "",
        Clock::Raw => "?clock=raw",
    };
    let bytes = fetch(&format!("/traces/{trace}/skeleton{clock}")).await;
    let away = |_| "The server could not be asked for the other rows. Reload the page.".to_owned();
    let (status, bytes) = bytes.map_err(away)?;
    if status != 200 {
        return Err(format!(
            "The server has not sent the other rows (status {status}). Reload the page."
        ));
    }
    Skeleton::decode(&bytes)
        .map_err(|error| format!("The other rows cannot be read: {error}. Reload the page."))
}

async fn fetch(href: &str) -> Result<(u16, Vec<u8>), JsValue> {
    let response: Response = JsFuture::from(window().fetch_with_str(href))
        .await?
        .dyn_into()?;
    let body = JsFuture::from(response.array_buffer()?).await?;
    Ok((response.status(), Uint8Array::new(&body).to_vec()))
}
