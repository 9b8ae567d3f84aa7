//! `/traces/open`: traces of a file, which stays where it is.

use leptos::prelude::*;
use leptos_meta::Title;
use model::trace_file::FORMATS;
use model::trace_file::opened::MAX_FILE_BYTES;

use crate::address::{Scope, TracesAddress};
use crate::components::filter_bar::FilterBar;
use crate::components::waterfall::EmptyRow;
use crate::context::RequestContext;
use crate::islands::open_file::OpenFile;

#[component]
pub(crate) fn OpenPage() -> impl IntoView {
    let now_nanos = expect_context::<RequestContext>().now_nanos;
    let kinds = format!("{FORMATS}. Up to {} MiB.", MAX_FILE_BYTES >> 20);
    view! {
        <Title text="Open a trace file" />
        <FilterBar place=TracesAddress::PATH scope=Scope::default() />
        <header class="file-head">
            <h1>"Open a trace file"</h1>
            <p>
                "It is read in this browser and sent nowhere, not to this server either. When you leave the page, nothing of it stays."
            </p>
            <p class="muted">{kinds}</p>
            <noscript>
                <p>
                    "To read a file here, scripts must be on. Without them, send it to Throughline, which keeps it like any other trace:"
                </p>
                <pre tabindex="0">
                    <code>"throughline import FILE"</code>
                </pre>
            </noscript>
        </header>
        <OpenFile now_nanos />
        <EmptyRow />
    }
}
