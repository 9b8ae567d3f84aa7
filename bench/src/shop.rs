//! A shop with an app: what its users do and what its services do for them, as plain data.

/// What a span is the work of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// The app's request; the root.
    Request,
    /// The app draws what it got.
    Render,
    /// A service is asked.
    Served,
    /// A service asks another.
    Call,
    /// A service works on its own.
    Own,
    Database,
    Cache,
    Queue,
    ThirdParty,
}

/// A span of a journey. Those that it waits for follow it, one level deeper.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) depth: usize,
    pub(crate) work: Work,
    /// Empty for the app.
    pub(crate) service: &'static str,
    pub(crate) operation: &'static str,
    /// Median of what it takes without those below it, in microseconds.
    pub(crate) micros: u32,
}

/// Something that users do.
#[derive(Debug)]
pub(crate) struct Journey {
    pub(crate) name: &'static str,
    /// Of all that they do, in percent.
    pub(crate) percent: usize,
    pub(crate) steps: &'static [Step],
}

const fn step(
    depth: usize,
    work: Work,
    service: &'static str,
    operation: &'static str,
    micros: u32,
) -> Step {
    Step {
        depth,
        work,
        service,
        operation,
        micros,
    }
}

pub(crate) const JOURNEYS: [Journey; 5] = [
    Journey {
        name: "login",
        percent: 13,
        steps: &[
            step(0, Work::Request, "", "POST /login", 20_000),
            step(1, Work::Served, "gateway", "POST /login", 2_500),
            step(2, Work::Call, "gateway", "POST /sessions", 800),
            step(3, Work::Served, "auth-service", "POST /sessions", 9_000),
            step(4, Work::Database, "auth-service", "SELECT account", 5_000),
            step(4, Work::Cache, "auth-service", "HSET session", 600),
            step(4, Work::Queue, "auth-service", "publish signed_in", 900),
            step(1, Work::Render, "", "render: home", 45_000),
        ],
    },
    Journey {
        name: "search",
        percent: 37,
        steps: &[
            step(0, Work::Request, "", "GET /search", 20_000),
            step(1, Work::Served, "gateway", "GET /search", 2_500),
            step(2, Work::Call, "gateway", "GET /products", 800),
            step(3, Work::Served, "search-service", "GET /products", 14_000),
            step(4, Work::Database, "search-service", "SELECT index", 38_000),
            step(4, Work::Call, "search-service", "POST /prices", 800),
            step(5, Work::Served, "pricing-service", "POST /prices", 6_000),
            step(6, Work::Cache, "pricing-service", "MGET price", 600),
            step(6, Work::Database, "pricing-service", "SELECT price", 7_000),
            step(4, Work::Call, "search-service", "GET /related", 800),
            step(5, Work::Served, "related-service", "GET /related", 12_000),
            step(6, Work::Cache, "related-service", "MGET feature", 600),
            step(6, Work::Own, "related-service", "predict", 9_000),
            step(1, Work::Render, "", "render: results", 60_000),
        ],
    },
    Journey {
        name: "product",
        percent: 37,
        steps: &[
            step(0, Work::Request, "", "GET /products/{id}", 20_000),
            step(1, Work::Served, "gateway", "GET /products/{id}", 2_500),
            step(2, Work::Call, "gateway", "GET /catalog/{id}", 800),
            step(
                3,
                Work::Served,
                "catalog-service",
                "GET /catalog/{id}",
                7_000,
            ),
            step(4, Work::Cache, "catalog-service", "GET product", 600),
            step(
                4,
                Work::Database,
                "catalog-service",
                "SELECT product",
                9_000,
            ),
            step(4, Work::Call, "catalog-service", "GET /stock/{id}", 800),
            step(5, Work::Served, "stock-service", "GET /stock/{id}", 4_000),
            step(6, Work::Database, "stock-service", "SELECT stock", 6_000),
            step(4, Work::Call, "catalog-service", "GET /prices/{id}", 800),
            step(
                5,
                Work::Served,
                "pricing-service",
                "GET /prices/{id}",
                4_000,
            ),
            step(6, Work::Cache, "pricing-service", "GET price", 600),
            step(4, Work::Call, "catalog-service", "GET /related", 800),
            step(5, Work::Served, "related-service", "GET /related", 12_000),
            step(6, Work::Cache, "related-service", "MGET feature", 600),
            step(1, Work::Render, "", "render: product", 70_000),
        ],
    },
    Journey {
        name: "cart",
        percent: 7,
        steps: &[
            step(0, Work::Request, "", "POST /cart", 20_000),
            step(1, Work::Served, "gateway", "POST /cart", 2_500),
            step(2, Work::Call, "gateway", "authorize", 800),
            step(3, Work::Served, "auth-service", "authorize", 3_000),
            step(4, Work::Cache, "auth-service", "GET session", 600),
            step(4, Work::Database, "auth-service", "SELECT session", 4_000),
            step(2, Work::Call, "gateway", "POST /carts/{id}/items", 800),
            step(
                3,
                Work::Served,
                "cart-service",
                "POST /carts/{id}/items",
                6_000,
            ),
            step(4, Work::Database, "cart-service", "UPDATE cart", 8_000),
            step(4, Work::Call, "cart-service", "POST /reservations", 800),
            step(
                5,
                Work::Served,
                "stock-service",
                "POST /reservations",
                5_000,
            ),
            step(6, Work::Database, "stock-service", "UPDATE stock", 9_000),
            step(1, Work::Render, "", "render: cart", 50_000),
        ],
    },
    Journey {
        name: "pay",
        percent: 6,
        steps: &[
            step(0, Work::Request, "", "POST /pay", 20_000),
            step(1, Work::Served, "gateway", "POST /pay", 2_500),
            step(2, Work::Call, "gateway", "authorize", 800),
            step(3, Work::Served, "auth-service", "authorize", 3_000),
            step(4, Work::Cache, "auth-service", "GET session", 600),
            step(4, Work::Database, "auth-service", "SELECT session", 4_000),
            step(2, Work::Call, "gateway", "POST /orders", 800),
            step(3, Work::Served, "order-service", "POST /orders", 9_000),
            step(4, Work::Call, "order-service", "GET /carts/{id}", 800),
            step(5, Work::Served, "cart-service", "GET /carts/{id}", 4_000),
            step(6, Work::Database, "cart-service", "SELECT cart", 6_000),
            step(4, Work::Call, "order-service", "POST /charge", 800),
            step(5, Work::Served, "payment-service", "POST /charge", 12_000),
            step(
                6,
                Work::Database,
                "payment-service",
                "SELECT method",
                12_000,
            ),
            step(6, Work::Call, "payment-service", "POST /score", 800),
            step(7, Work::Served, "fraud-service", "POST /score", 18_000),
            step(8, Work::Cache, "fraud-service", "MGET feature", 600),
            step(
                6,
                Work::ThirdParty,
                "payment-service",
                "POST /v1/charges",
                210_000,
            ),
            step(
                6,
                Work::Database,
                "payment-service",
                "INSERT payment",
                8_000,
            ),
            step(4, Work::Database, "order-service", "INSERT order", 9_000),
            step(4, Work::Queue, "order-service", "publish placed", 1_200),
            step(2, Work::Call, "gateway", "POST /quotes", 800),
            step(3, Work::Served, "shipping-service", "POST /quotes", 11_000),
            step(
                4,
                Work::Database,
                "shipping-service",
                "SELECT carrier",
                6_000,
            ),
            step(1, Work::Render, "", "render: confirmation", 60_000),
        ],
    },
];

/// Names with their share of the users, in percent.
pub(crate) type Shares<const N: usize> = [(&'static str, u32); N];

pub(crate) const REGIONS: Shares<8> = [
    ("us-east-1", 23),
    ("us-west-2", 13),
    ("sa-east-1", 8),
    ("eu-west-1", 17),
    ("eu-central-1", 14),
    ("ap-northeast-1", 10),
    ("ap-south-1", 9),
    ("ap-southeast-1", 6),
];

pub(crate) const RELEASES: Shares<3> = [("4.0.3", 15), ("4.1.0", 45), ("4.2.0", 40)];

pub(crate) const NETWORKS: Shares<4> = [("wifi", 55), ("5g", 20), ("4g", 20), ("3g", 5)];

pub(crate) const TIERS: Shares<3> = [("free", 70), ("plus", 24), ("business", 6)];

/// A device that the app runs on.
#[derive(Debug)]
pub(crate) struct Device {
    /// The app.
    pub(crate) service: &'static str,
    pub(crate) os: &'static str,
    pub(crate) model: &'static str,
    pub(crate) class: &'static str,
    /// Of all users, in percent.
    pub(crate) percent: u32,
}

const fn device(
    service: &'static str,
    os: &'static str,
    model: &'static str,
    class: &'static str,
    percent: u32,
) -> Device {
    Device {
        service,
        os,
        model,
        class,
        percent,
    }
}

pub(crate) const DEVICES: [Device; 9] = [
    device("shop-ios", "iOS", "iPhone 16", "high", 12),
    device("shop-ios", "iOS", "iPhone 15 Pro", "high", 12),
    device("shop-ios", "iOS", "iPhone 14", "mid", 10),
    device("shop-ios", "iOS", "iPhone SE", "mid", 6),
    device("shop-android", "Android", "Galaxy S24", "high", 12),
    device("shop-android", "Android", "Pixel 8", "mid", 10),
    device("shop-android", "Android", "Galaxy A14", "low", 12),
    device("shop-android", "Android", "Redmi Note 12", "low", 8),
    device("shop-web", "Windows", "Desktop", "high", 18),
];
