//! A user with a device, and what they do in one session.

use super::dice::Dice;
use super::request::{self, Request};
use super::shop::{
    Action, CART, GATEWAYS, LOGIN, NETWORKS, PAY, PLATFORMS, PRODUCT, Platform, REGIONS, RELEASES,
    Region, SEARCH, TIERS,
};

const MILLI: i64 = 1_000_000;
const SECOND: i64 = 1_000 * MILLI;

/// How far off devices' clocks are: share of the devices, and the greatest error.
const CLOCK_ERRORS: [(u32, i64); 3] = [(70, 40 * MILLI), (24, 4 * SECOND), (6, 300 * SECOND)];

#[derive(Debug)]
pub(super) struct Visitor {
    pub(super) platform: &'static Platform,
    pub(super) region: &'static Region,
    pub(super) release: &'static str,
    pub(super) gateway_version: &'static str,
    pub(super) os_version: &'static str,
    pub(super) device: &'static str,
    /// Type, subtype, share, slowness.
    pub(super) network: &'static (&'static str, &'static str, u32, u32),
    pub(super) tier: &'static str,
    pub(super) has_new_wallet: bool,
    pub(super) has_new_cart: bool,
    pub(super) session_id: String,
    pub(super) user_id: String,
    /// What to add to the true time to get that of the device.
    pub(super) clock_error_nanos: i64,
}

impl Visitor {
    /// Requests of a session, on average; see [`Self::visit`].
    pub(super) const MEAN_REQUESTS: f64 = 0.7 + 2.0 + 2.0 + 0.4 + 0.3;

    pub(super) fn new(dice: &mut Dice) -> Self {
        let platform = dice.pick(&PLATFORMS, |platform| platform.weight);
        let clock_error = dice.pick(&CLOCK_ERRORS, |error| error.0).1;
        Self {
            platform,
            region: dice.pick(&REGIONS, |region| region.weight),
            release: dice.pick(&RELEASES, |release| release.1).0,
            gateway_version: dice.pick(&GATEWAYS, |gateway| gateway.1).0,
            os_version: *dice.pick(platform.os_versions, |_| 1),
            device: *dice.pick(platform.devices, |_| 1),
            network: dice.pick(&NETWORKS, |network| network.2),
            tier: dice.pick(&TIERS, |tier| tier.1).0,
            has_new_wallet: dice.chance(0.25),
            has_new_cart: dice.chance(0.3),
            session_id: dice.hex(),
            user_id: format!("u{}", dice.between(1_000, 9_999)),
            clock_error_nanos: dice.between(-clock_error, clock_error),
        }
    }

    /// Everything that the user does from that moment on.
    pub(super) fn visit(&self, dice: &mut Dice, start_nanos: i64) -> Vec<Request> {
        let mut actions: Vec<&Action> = Vec::new();
        actions.extend(dice.chance(0.7).then_some(&LOGIN));
        actions.extend((0..dice.between(1, 3)).map(|_| &SEARCH));
        actions.extend((0..dice.between(1, 3)).map(|_| &PRODUCT));
        if dice.chance(0.4) {
            actions.push(&CART);
            actions.extend(dice.chance(0.75).then_some(&PAY));
        }
        let mut at = start_nanos;
        actions
            .into_iter()
            .map(|action| {
                let request = request::request(dice, self, action, at);
                at = request.end_nanos + dice.latency(4_000_000, 0.6);
                request
            })
            .collect()
    }
}
