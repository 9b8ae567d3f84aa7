//! IP addresses without the part that tells one household from the next.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Bits of an address that stay: the network of a provider, by which a region is known.
const IPV4_BITS: u32 = 24;
const IPV6_BITS: u32 = 48;

/// The addresses of a text, as `X-Forwarded-For` lists them, without their last bits and without
/// ports. What is no address, such as a host name, stays. None when nothing changes.
pub(super) fn truncated(text: &str) -> Option<String> {
    let one = |part: &str| match address(part.trim()) {
        Some(address) => network(address).to_string(),
        None => part.trim().to_owned(),
    };
    if !text.split(',').any(|part| address(part.trim()).is_some()) {
        return None;
    }
    let new = text.split(',').map(one).collect::<Vec<_>>().join(", ");
    (new != text).then_some(new)
}

/// An address, perhaps with a port or a zone.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let bare = bare.unwrap_or(text);
    let without_zone = bare.split_once('%').map_or(bare, |(address, _)| address);
    let address = without_zone.parse().ok();
    address.or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let mask = u32::MAX << (u32::BITS - IPV4_BITS);
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX << (u128::BITS - IPV6_BITS);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_bits_are_gone() {
        let cases = [
            ("203.0.113.77", Some("203.0.113.0")),
            ("203.0.113.0", None),
            ("203.0.113.77:4711", Some("203.0.113.0")),
            ("2001:db8:1:2:3:4:5:6", Some("2001:db8:1::")),
            ("[2001:db8:1::7]:443", Some("2001:db8:1::")),
            ("[2001:db8:1::7]", Some("2001:db8:1::")),
            ("fe80::1%eth0", Some("fe80::")),
            ("::ffff:203.0.113.77", Some("203.0.113.0")),
            (
                "203.0.113.77,198.51.100.9",
                Some("203.0.113.0, 198.51.100.0"),
            ),
            ("unknown, 203.0.113.77", Some("unknown, 203.0.113.0")),
            ("shop.example", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let found = truncated(text);
            assert_eq!(found.as_deref(), expected, "{text}");
            assert_eq!(found.and_then(|found| truncated(&found)), None, "{text}");
        }
    }
}
