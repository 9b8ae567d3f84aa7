//! Which addresses may be connected to for somebody who names them: public ones, and those that
//! the operator allows. Otherwise a receiver could be pointed at what only this machine reaches.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// An address with how many of its bits count, as `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    prefix: u32,
}

/// Those that are allowed though they are not public.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Networks(Vec<Network>);

#[derive(Debug, thiserror::Error)]
#[error("\"{0}\" is not a network; write addresses with commas between them, as 10.0.0.0/8,::1")]
pub(crate) struct NetworkError(String);

impl Networks {
    pub(super) fn allow(&self, address: IpAddr) -> bool {
        // An address of IPv4 within IPv6 leads where that of IPv4 does.
        let address = address.to_canonical();
        is_public(address) || self.0.iter().any(|network| network.contains(address))
    }
}

impl FromStr for Networks {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let parts = text.split(',').map(str::trim);
        let parts = parts.filter(|part| !part.is_empty());
        Ok(Self(parts.map(str::parse).collect::<Result<_, _>>()?))
    }
}

impl Network {
    fn contains(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => within(
                own.to_bits().into(),
                other.to_bits().into(),
                32 - self.prefix,
            ),
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                within(own.to_bits(), other.to_bits(), 128 - self.prefix)
            }
            _ => false,
        }
    }
}

/// Whether both are the same but for so many of their last bits.
fn within(one: u128, other: u128, free_bits: u32) -> bool {
    (one ^ other).checked_shr(free_bits).unwrap_or(0) == 0
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let read = || {
            let (address, prefix) = text.split_once('/').unzip();
            let address: IpAddr = address.unwrap_or(text).parse().ok()?;
            let bits = if address.is_ipv4() { 32 } else { 128 };
            let prefix = prefix.map_or(Some(bits), |prefix| prefix.parse().ok())?;
            (prefix <= bits).then_some(Self { address, prefix })
        };
        read().ok_or_else(|| NetworkError(text.to_owned()))
    }
}

/// Whether an address is one of the public Internet, by IANA's registries of special-purpose
/// addresses (RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !is_special_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_special_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    // This network, private, loopback, private use of carriers, link-local.
    let is_local = matches!(
        (a, b),
        (0 | 10 | 127, _) | (100, 64..=127) | (169, 254) | (172, 16..=31) | (192, 168)
    );
    // Protocol assignments, documentation, relays of 6to4, benchmarks.
    let is_assigned = matches!(
        (a, b, c),
        (192, 0, 0 | 2) | (192, 88, 99) | (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113)
    );
    // From 224 on multicast, reserved, broadcast.
    is_local || is_assigned || a >= 224
}

/// Global unicast (`2000::/3`) without what stands for addresses of IPv4 or for nobody.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let is_global = (0x2000..0x4000).contains(&a);
    let is_special = match (a, b) {
        // Protocol assignments, among them Teredo; documentation; 6to4.
        (0x2001, 0..=0x1ff | 0xdb8) | (0x2002, _) => true,
        (0x3fff, b) => b < 0x1000,
        _ => false,
    };
    is_global && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(networks: &str, address: &str) -> bool {
        let networks: Networks = networks.parse().expect("networks");
        networks.allow(address.parse().expect("an address"))
    }

    #[test]
    fn public_addresses_are_told_from_others() {
        for address in [
            "8.8.8.8",
            "100.63.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "2606:4700::1111",
            "2001:4860::8888",
            "::ffff:8.8.8.8",
        ] {
            assert!(allows("", address), "{address}");
        }
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "3fff::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!allows("", address), "{address}");
        }
    }

    #[test]
    fn networks_can_be_allowed() {
        let networks = "127.0.0.1, 10.2.0.0/16,fd00::/8,";
        for address in ["127.0.0.1", "::ffff:127.0.0.1", "10.2.255.1", "fd12::1"] {
            assert!(allows(networks, address), "{address}");
        }
        for address in ["127.0.0.2", "10.3.0.1", "fe80::1", "::1"] {
            assert!(!allows(networks, address), "{address}");
        }
        assert!(allows("0.0.0.0/0", "10.0.0.1") && allows("::/0", "::1"));
        for wrong in [
            "10",
            "10.0.0.0/33",
            "10.0.0.0/x",
            "any",
            "::/129",
            "1.2.3.4/-1",
        ] {
            assert!(wrong.parse::<Networks>().is_err(), "{wrong}");
        }
    }
}
