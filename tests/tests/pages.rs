//! Pages as plain HTTP sees them: status codes and what the first load weighs.

#![expect(
    clippy::print_stdout,
    reason = "the figures go into docs/performance.md"
)]

use std::io::Write;

use flate2::write::GzDecoder;
use reqwest::StatusCode;
use tests::server::{Server, Start};
use tests::{database, spans};

/// Largest first load of a page, compressed: what a slow phone can take.
const FIRST_LOAD_BYTES: usize = 400_000;

#[tokio::test]
async fn status_codes_tell_what_the_page_tells() {
    let server = Server::start().await;
    let expected = [
        ("/traces", StatusCode::OK),
        ("/language", StatusCode::OK),
        ("/traces?q=servce:x", StatusCode::BAD_REQUEST),
        ("/traces?from=yesterday", StatusCode::BAD_REQUEST),
        ("/traces?from=now&to=now-1h", StatusCode::BAD_REQUEST),
        ("/traces?cursor=x", StatusCode::BAD_REQUEST),
        ("/traces?order=slowest", StatusCode::OK),
        ("/traces?order=oldest", StatusCode::BAD_REQUEST),
        ("/traces/12", StatusCode::BAD_REQUEST),
        ("/nowhere", StatusCode::NOT_FOUND),
        ("/pkg/nothing.js", StatusCode::NOT_FOUND),
    ];
    for (path, status) in expected {
        assert_eq!(server.get(path).await.status(), status, "{path}");
    }
    // Again and again: what the page says is known before its first byte is sent, never after.
    for number in 1..100 {
        let path = format!("/traces/{}", spans::trace_id(number));
        let unknown = server.get(&path).await;
        assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
        let page = unknown.text().await.unwrap();
        assert!(page.contains("<title>Not found · Throughline</title>"));
    }
}

#[tokio::test]
async fn the_first_load_fits_the_budget() {
    let server = Server::start().await;
    let weigh = async |path: &str| {
        let url = format!("http://{}{path}", server.web);
        let request = server.client.get(url).header("accept-encoding", "br");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        if path.starts_with("/pkg") {
            assert_eq!(response.headers()["content-encoding"], "br", "{path}");
        }
        let bytes = response.bytes().await.unwrap().len();
        println!("{path}: {bytes} bytes");
        bytes
    };
    let mut shared = 0;
    for path in [
        "/pkg/start.js",
        "/pkg/throughline.js",
        "/pkg/throughline_bg.wasm",
        "/pkg/throughline.css",
        "/pkg/icon.svg",
    ] {
        shared += weigh(path).await;
    }
    let mut heaviest = 0;
    for path in ["/", "/explore", "/regions", "/journeys", "/traces"] {
        heaviest = heaviest.max(weigh(path).await);
    }
    let total = shared + heaviest;
    println!("heaviest first load: {total} bytes");
    assert!(
        total <= FIRST_LOAD_BYTES,
        "the first load weighs {total} bytes, more than {FIRST_LOAD_BYTES}"
    );
}

#[tokio::test]
async fn pages_are_compressed_and_their_frame_does_not_wait() {
    let url = database::create();
    let server = Start::on_database(&url).start().await;
    let locked = database::lock(&url, "trace_summary");
    let page = format!("http://{}/traces", server.web);
    let request = server.client.get(page).header("accept-encoding", "gzip");
    let mut response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let mut decoder = GzDecoder::new(Vec::new());
    let mut locked = Some(locked);
    while let Some(chunk) = response.chunk().await.unwrap() {
        decoder.write_all(&chunk).unwrap();
        decoder.flush().unwrap();
        let page = String::from_utf8_lossy(decoder.get_ref());
        // Nothing can be listed as long as nobody lets go of the table.
        if page.contains("aria-label=\"Pages\"") && locked.is_some() {
            assert!(!page.contains("</html>"));
            locked = None;
        }
    }
    assert!(locked.is_none(), "the frame has come");
    let page = String::from_utf8(decoder.finish().unwrap()).unwrap();
    assert!(page.contains("</html>"));
}
