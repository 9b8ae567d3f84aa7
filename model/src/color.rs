//! Colours of services: by name, so that a service looks the same on every page and every day.

/// How many service colours the palette has (`--service-0` and on in `style/tokens.css`).
pub const SERVICE_COLORS: u32 = 8;

/// The palette slot of a service, in `0..SERVICE_COLORS`, from its name alone.
///
/// FNV-1a, 32 bit, folded to the palette size: small, stable over releases and platforms.
#[must_use]
pub fn service_color(service: &str) -> u32 {
    let hash = service.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    (hash ^ (hash >> 16)) % SERVICE_COLORS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depends_on_nothing_but_the_name() {
        assert_eq!(service_color("gateway"), service_color("gateway"));
        let used: std::collections::BTreeSet<u32> = (0..100)
            .map(|n| service_color(&format!("service-{n}")))
            .collect();
        assert_eq!(used.len(), 8, "every colour is used");
    }
}
