//! The shop: its journeys, its services and what they call, as plain data.

/// What a step of the backend is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A call to a service of the shop.
    Service,
    /// A query of a `PostgreSQL` database.
    Database,
    /// A look-up in Redis.
    Cache,
    /// A message to Kafka, which a service takes up later.
    Queue,
    /// A call to somebody else's API.
    ThirdParty,
}

/// A call that a service makes, and the calls that follow from it.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) kind: Kind,
    /// Service, database, cache, queue or third party.
    pub(super) target: &'static str,
    pub(super) operation: &'static str,
    /// Its own work, without the calls that it makes.
    pub(super) median_micros: u32,
    /// Whether the calls are made at the same time, and not one after the other.
    pub(super) is_parallel: bool,
    pub(super) calls: &'static [Call],
}

/// Something that a user does.
#[derive(Debug)]
pub(super) struct Action {
    pub(super) journey: &'static str,
    pub(super) screen: &'static str,
    /// Method and path.
    pub(super) request: &'static str,
    /// What the app draws when the answer has come.
    pub(super) render: &'static str,
    /// What the gateway calls.
    pub(super) calls: &'static [Call],
}

const fn service(
    target: &'static str,
    operation: &'static str,
    median_micros: u32,
    calls: &'static [Call],
) -> Call {
    Call {
        kind: Kind::Service,
        target,
        operation,
        median_micros,
        is_parallel: false,
        calls,
    }
}

const fn fan_out(
    target: &'static str,
    operation: &'static str,
    median_micros: u32,
    calls: &'static [Call],
) -> Call {
    Call {
        kind: Kind::Service,
        target,
        operation,
        median_micros,
        is_parallel: true,
        calls,
    }
}

const fn leaf(
    kind: Kind,
    target: &'static str,
    operation: &'static str,
    median_micros: u32,
) -> Call {
    Call {
        kind,
        target,
        operation,
        median_micros,
        is_parallel: false,
        calls: &[],
    }
}

const fn database(target: &'static str, operation: &'static str, median_micros: u32) -> Call {
    leaf(Kind::Database, target, operation, median_micros)
}

const fn cache(target: &'static str, operation: &'static str) -> Call {
    leaf(Kind::Cache, target, operation, 600)
}

const AUTHORIZE: Call = service(
    "auth-service",
    "authorize",
    3_000,
    &[
        cache("session-cache", "GET session"),
        database("auth-db", "SELECT session", 4_000),
    ],
);

/// The query that release [`SLOW_RELEASE`] makes slow in [`SLOW_REGION`].
pub(super) const SLOW_QUERY: &str = "SELECT payment_method";
pub(super) const SLOW_RELEASE: &str = "4.2.0";
pub(super) const SLOW_REGION: &str = "sa-east-1";

/// The service that evaluates the flag `new_cart`.
pub(super) const CART_SERVICE: &str = "cart-service";

/// The payment provider; its errors come in bursts.
pub(super) const PAYMENT_PROVIDER: &str = "paywell";

pub(super) const LOGIN: Action = Action {
    journey: "login",
    screen: "Login",
    request: "POST /login",
    render: "render: home",
    calls: &[service(
        "auth-service",
        "POST /sessions",
        9_000,
        &[
            service(
                "user-service",
                "GET /users/{id}",
                4_000,
                &[
                    cache("user-cache", "GET user"),
                    database("user-db", "SELECT app_user", 5_000),
                ],
            ),
            database("auth-db", "INSERT session", 6_000),
            leaf(Kind::Queue, "user-events", "publish user.signed_in", 900),
        ],
    )],
};

pub(super) const SEARCH: Action = Action {
    journey: "search",
    screen: "Search",
    request: "GET /search",
    render: "render: results",
    calls: &[fan_out(
        "search-service",
        "GET /search",
        14_000,
        &[
            database("search-db", "SELECT product_index", 38_000),
            service(
                "pricing-service",
                "POST /prices",
                6_000,
                &[
                    cache("price-cache", "MGET price"),
                    database("pricing-db", "SELECT price", 7_000),
                ],
            ),
            service(
                "recommendation-service",
                "GET /related",
                22_000,
                &[cache("feature-cache", "MGET feature")],
            ),
        ],
    )],
};

pub(super) const PRODUCT: Action = Action {
    journey: "product",
    screen: "Product",
    request: "GET /products/{id}",
    render: "render: product",
    calls: &[fan_out(
        "catalog-service",
        "GET /products/{id}",
        7_000,
        &[
            cache("catalog-cache", "GET product"),
            database("catalog-db", "SELECT product", 9_000),
            service(
                "inventory-service",
                "GET /stock/{id}",
                4_000,
                &[database("inventory-db", "SELECT stock", 6_000)],
            ),
            service(
                "pricing-service",
                "GET /prices/{id}",
                4_000,
                &[cache("price-cache", "GET price")],
            ),
            service(
                "recommendation-service",
                "GET /related",
                22_000,
                &[cache("feature-cache", "MGET feature")],
            ),
        ],
    )],
};

pub(super) const CART: Action = Action {
    journey: "checkout",
    screen: "Cart",
    request: "POST /cart",
    render: "render: cart",
    calls: &[
        AUTHORIZE,
        service(
            CART_SERVICE,
            "POST /carts/{id}/items",
            6_000,
            &[
                database("cart-db", "UPDATE cart", 8_000),
                service(
                    "inventory-service",
                    "POST /reservations",
                    5_000,
                    &[database("inventory-db", "UPDATE stock", 9_000)],
                ),
            ],
        ),
    ],
};

pub(super) const PAY: Action = Action {
    journey: "checkout",
    screen: "Payment",
    request: "POST /pay",
    render: "render: confirmation",
    calls: &[
        AUTHORIZE,
        service(
            "order-service",
            "POST /orders",
            9_000,
            &[
                service(
                    CART_SERVICE,
                    "GET /carts/{id}",
                    4_000,
                    &[database("cart-db", "SELECT cart", 6_000)],
                ),
                service(
                    "payment-service",
                    "POST /charge",
                    12_000,
                    &[
                        database("payment-db", SLOW_QUERY, 12_000),
                        service(
                            "fraud-service",
                            "POST /score",
                            18_000,
                            &[cache("feature-cache", "MGET feature")],
                        ),
                        leaf(
                            Kind::ThirdParty,
                            PAYMENT_PROVIDER,
                            "POST /v1/charges",
                            210_000,
                        ),
                        database("payment-db", "INSERT payment", 8_000),
                    ],
                ),
                database("order-db", "INSERT order", 9_000),
                leaf(Kind::Queue, "order-events", "publish order.placed", 1_200),
            ],
        ),
        service(
            "shipping-service",
            "POST /quotes",
            11_000,
            &[database("shipping-db", "SELECT carrier", 6_000)],
        ),
    ],
};

/// Which service takes up the messages of a queue, and what it does with them.
pub(super) const CONSUMERS: [(&str, &str, &str); 2] = [
    (
        "user-events",
        "notification-service",
        "process user.signed_in",
    ),
    (
        "order-events",
        "notification-service",
        "process order.placed",
    ),
];

/// A part of the world: cloud region, share of the users, distance to the backend.
#[derive(Debug)]
pub(super) struct Region {
    pub(super) name: &'static str,
    pub(super) weight: u32,
    pub(super) network_micros: u32,
}

const fn region(name: &'static str, weight: u32, network_micros: u32) -> Region {
    Region {
        name,
        weight,
        network_micros,
    }
}

pub(super) const REGIONS: [Region; 9] = [
    region("us-east-1", 22, 24_000),
    region("us-west-2", 13, 28_000),
    region("sa-east-1", 8, 60_000),
    region("eu-west-1", 17, 26_000),
    region("eu-central-1", 14, 24_000),
    region("ap-northeast-1", 10, 30_000),
    region("ap-south-1", 9, 75_000),
    region("ap-southeast-1", 5, 55_000),
    region("af-south-1", 2, 95_000),
];

/// A kind of app: prefix of its root spans, service name, SDK, system, devices.
#[derive(Debug)]
pub(super) struct Platform {
    pub(super) prefix: &'static str,
    pub(super) service: &'static str,
    pub(super) sdk_language: &'static str,
    pub(super) os: &'static str,
    pub(super) os_versions: &'static [&'static str],
    pub(super) devices: &'static [&'static str],
    pub(super) weight: u32,
    /// What the device itself needs for a request.
    pub(super) device_micros: u32,
}

pub(super) const PLATFORMS: [Platform; 3] = [
    Platform {
        prefix: "ios.request",
        service: "shop-ios",
        sdk_language: "swift",
        os: "iOS",
        os_versions: &["18.1", "17.6", "26.0"],
        devices: &["iPhone 14", "iPhone 15 Pro", "iPhone SE", "iPhone 16"],
        weight: 40,
        device_micros: 45_000,
    },
    Platform {
        prefix: "android.request",
        service: "shop-android",
        sdk_language: "kotlin",
        os: "Android",
        os_versions: &["15", "14", "12"],
        devices: &["Pixel 8", "Galaxy S24", "Galaxy A14", "Redmi Note 12"],
        weight: 42,
        device_micros: 70_000,
    },
    Platform {
        prefix: "browser.request",
        service: "shop-web",
        sdk_language: "webjs",
        os: "Windows",
        os_versions: &["11", "10"],
        devices: &["Desktop"],
        weight: 18,
        device_micros: 30_000,
    },
];

/// How a device is connected: type, subtype, share, and how much slower than the best.
pub(super) const NETWORKS: [(&str, &str, u32, u32); 4] = [
    ("wifi", "wifi", 55, 1),
    ("cell", "5g", 20, 1),
    ("cell", "4g", 20, 3),
    ("cell", "3g", 5, 9),
];

pub(super) const RELEASES: [(&str, u32); 3] = [("4.0.3", 15), ("4.1.0", 45), (SLOW_RELEASE, 40)];

/// The gateway in its versions; the last drops the trace context of what comes in.
pub(super) const GATEWAYS: [(&str, u32); 2] = [("2.8.0", 95), (GATEWAY_WITHOUT_CONTEXT, 5)];
pub(super) const GATEWAY_WITHOUT_CONTEXT: &str = "2.8.1";

pub(super) const TIERS: [(&str, u32); 3] = [("free", 70), ("plus", 24), ("business", 6)];
