//! Signing what is posted, so that a receiver knows who it is from and that nobody has changed it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// `t=SECONDS,v1=HEX`: HMAC-SHA-256 (RFC 2104) of the seconds since the Unix epoch, a full stop
/// and the body. With the time in it, what somebody has recorded is not taken again later.
pub(super) fn header(secret: &str, now_seconds: i64, body: &[u8]) -> String {
    let keyed = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes());
    let mut code = keyed.expect("HMAC takes keys of any length");
    code.update(format!("{now_seconds}.").as_bytes());
    code.update(body);
    let code = code.finalize().into_bytes();
    let digits: Vec<String> = code.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={now_seconds},v1={}", digits.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By `printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac 0123456789abcdef`.
    #[test]
    fn a_signature_is_what_openssl_makes() {
        assert_eq!(
            header("0123456789abcdef", 1_700_000_000, b"{\"a\":1}"),
            "t=1700000000,v1=9eb18f493f8ec135d9eb2dad817c369bb4e9cbfa818657897a7437c1cd8c3a23"
        );
    }
}
