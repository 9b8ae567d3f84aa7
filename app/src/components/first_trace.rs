//! What stands where figures would be before anything was received.

use leptos::prelude::*;

use crate::first_trace;
use crate::islands::open_file::OPEN_PATH;

/// Nothing was ever received.
#[component]
pub(crate) fn FirstTrace(otlp_http: String) -> impl IntoView {
    view! {
        <section class="notice">
            <h1>"No trace has arrived yet"</h1>
            <p>"Send a first one from a terminal. It stands here about three seconds later; reload then."</p>
            <pre tabindex="0"><code>{first_trace::curl(&otlp_http)}</code></pre>
            <p>"Or point any OpenTelemetry SDK here:"</p>
            <pre tabindex="0"><code>{first_trace::sdk_environment(&otlp_http)}</code></pre>
            <p>"Or fill it with the traffic of a made-up mobile shop:"</p>
            <pre tabindex="0"><code>"throughline simulate"</code></pre>
            <p>
                <a href=OPEN_PATH>"Or open a file with traces"</a> ", which stays in this browser."
            </p>
        </section>
    }
}
