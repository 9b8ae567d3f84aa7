//! Pages, the server functions behind them, and the files of the site.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::context::{RequestContext, StoredValues};
use app::{App, shell};
use axum::Router;
use http::HeaderValue;
use http::header::CACHE_CONTROL;
use leptos::config::LeptosOptions;
use leptos::prelude::provide_context;
use leptos_axum::{LeptosRoutes, generate_route_list, render_app_to_stream_in_order_with_context};
use store::Store;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeader;

use crate::clock;
use crate::ingest::redact::Redactor;

/// The folder of the site that browsers see, and the file in it that is made last.
const PACKAGE_FOLDER: &str = "pkg";
const BUNDLE: &str = "throughline_bg.wasm";

#[derive(Debug, thiserror::Error)]
pub(crate) enum SiteError {
    #[error("{0} is missing. Run cargo xtask run, which builds it, or set THROUGHLINE_SITE_DIR")]
    NotBuilt(PathBuf),
}

pub(crate) fn routes(
    store: Store,
    redactor: Arc<Redactor>,
    otlp_http: SocketAddr,
    can_send_mail: bool,
    site: &Path,
) -> Result<Router, SiteError> {
    let package = site.join(PACKAGE_FOLDER);
    let bundle = package.join(BUNDLE);
    if !bundle.exists() {
        return Err(SiteError::NotBuilt(bundle));
    }
    // Its other fields are for tools that are not used here.
    let options = LeptosOptions::builder().output_name("throughline").build();
    let stored_values = StoredValues(Arc::new(move |key, value| redactor.searchable(key, value)));
    let context = move || {
        let (store, stored_values) = (store.clone(), stored_values.clone());
        provide_context(RequestContext {
            store,
            stored_values,
            now_nanos: clock::now_nanos(),
            otlp_http,
            can_send_mail,
        });
    };
    // The application answers what nothing else does, and says that it is not found.
    let not_found = render_app_to_stream_in_order_with_context(context.clone(), shell);
    let files = ServeDir::new(package)
        .precompressed_br()
        .precompressed_gzip();
    // The names stay the same from build to build: the browser asks whether a file has changed.
    let files =
        SetResponseHeader::overriding(files, CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(Router::new()
        .leptos_routes_with_context(&options, generate_route_list(App), context, shell)
        .nest_service("/pkg", files)
        .fallback(not_found)
        .with_state(options))
}
