//! What the page of a trace fetches to draw its rows.

use std::io::Read;

use reqwest::StatusCode;
use tests::server::Server;
use tests::spans;

#[tokio::test(flavor = "multi_thread")]
async fn skeletons_are_served_and_refused() {
    let server = Server::start().await;
    server.send_json(&spans::payment(1)).await;
    server.wait_for_traces(1, "").await;
    let path = format!("/traces/{}", spans::trace_id(1));
    let get = async |path: &str| {
        let response = server.get(path).await;
        let status = response.status();
        (status, response.bytes().await.unwrap())
    };
    let (status, corrected) = get(&format!("{path}/skeleton")).await;
    assert_eq!((status, corrected[0]), (StatusCode::OK, 1));
    let has = |name: &[u8]| corrected.windows(name.len()).any(|found| found == name);
    assert!(has(b"payment-service") && has(b"SELECT payment_method"));
    assert!(!has(b"card declined"), "only what rows show");
    let (_, raw) = get(&format!("{path}/skeleton?clock=raw")).await;
    assert_ne!(raw, corrected);
    let unknown = format!("/traces/{}/skeleton", spans::trace_id(99));
    assert_eq!(get(&unknown).await.0, StatusCode::NOT_FOUND);
    assert_eq!(get("/traces/xyz/skeleton").await.0, StatusCode::BAD_REQUEST);
    let clock = get(&format!("{path}/skeleton?clock=cuckoo")).await;
    assert_eq!(clock.0, StatusCode::BAD_REQUEST);

    let url = format!("http://{}{path}/skeleton", server.web);
    let request = server.client.get(url).header("accept-encoding", "gzip");
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let compressed = response.bytes().await.unwrap();
    let mut decoder = flate2::read::GzDecoder::new(&*compressed);
    let mut bytes = Vec::new();
    decoder.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, corrected);
}
