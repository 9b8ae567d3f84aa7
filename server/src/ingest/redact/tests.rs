//! What rules do with whole spans.

use std::sync::LazyLock;

use model::otlp::judge::Watch;
use model::otlp::wire::Fields;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, KeyValue, KeyValueList, any_value,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span, Status, span};
use proptest::prelude::*;
use prost::Message;

use super::*;

/// Made once: compiling its expressions takes long without optimisation.
static DEFAULTS: LazyLock<Redactor> = LazyLock::new(|| Redactor::new(Rules::default(), b"key"));

fn redactor(rules: &str) -> Redactor {
    Redactor::new(Rules::parse(rules).expect("rules"), b"key")
}

fn verdict(redactor: &Redactor, span: &[u8]) -> Verdict {
    let mut suspicion = redactor.suspicion(span);
    for field in Fields::new(span) {
        let field = field.expect("a span");
        let checked =
            model::otlp::schema::check_field(&field, &model::otlp::schema::SPAN, &mut |key| {
                suspicion.key(key);
            });
        checked.expect("a span");
        suspicion.field(&field);
    }
    suspicion.verdict()
}

/// A span as it is stored, and what was counted.
fn stored_by(redactor: &Redactor, span: &Span) -> (Span, Counts) {
    let bytes = span.encode_to_vec();
    let mut counts = Counts::default();
    let verdict = verdict(redactor, &bytes);
    let new = redactor.span(&bytes, verdict, &mut counts);
    let mut of_all = Counts::default();
    assert_eq!(
        redactor.span(&bytes, Verdict::Searched, &mut of_all),
        new,
        "{verdict:?} was too easy with {span:?}"
    );
    assert_eq!(counts, of_all);
    let new = new.unwrap_or(bytes);
    let span = Span::decode(new.as_slice()).expect("what any reader reads");
    (span, counts)
}

fn stored(span: &Span) -> Span {
    stored_by(&DEFAULTS, span).0
}

fn wrapped(value: any_value::Value) -> AnyValue {
    AnyValue { value: Some(value) }
}

fn text(text: &str) -> AnyValue {
    wrapped(any_value::Value::StringValue(text.to_owned()))
}

fn attribute(key: &str, value: AnyValue) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(value),
        ..KeyValue::default()
    }
}

fn with(attributes: Vec<KeyValue>) -> Span {
    Span {
        attributes,
        ..Span::default()
    }
}

/// What is stored of an attribute.
fn value_of(key: &str, value: AnyValue) -> AnyValue {
    let mut span = stored(&with(vec![attribute(key, value)]));
    let attribute = span.attributes.pop().expect("it stays");
    attribute.value.expect("a value")
}

/// What is stored of a text under a name that means nothing.
fn text_of(before: &str) -> String {
    match value_of("note", text(before)).value {
        Some(any_value::Value::StringValue(after)) => after,
        other => panic!("{other:?} of {before}"),
    }
}

#[test]
fn secrets_are_found_in_text() {
    let cases = [
        ("mail alice@example.com now", "mail [e-mail] now"),
        ("<alice.b+c@mail.example.co.uk>", "<[e-mail]>"),
        ("?email=alice%40example.com&x=1", "?email=[e-mail]&x=1"),
        ("zoë@exämple.de", "[e-mail]"),
        ("paid with 4111 1111 1111 1111.", "paid with [card]."),
        ("card=5555-5555-5555-4444&x", "card=[card]&x"),
        ("3782 822463 10005", "[card]"),
        (
            "Authorization: Bearer abc123.def",
            "Authorization: Bearer [token]",
        ),
        ("bearer%20Zm9vYmFy", "bearer%20[token]"),
        ("Basic dXNlcjpwYXNz", "Basic [token]"),
        (
            "got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln_-x",
            "got [token]",
        ),
        (
            "/cb?access_token=s3cr3t&state=1",
            "/cb?access_token=[token]&state=1",
        ),
        (
            r#"{"refresh_token": "abc"}"#,
            r#"{"refresh_token": "[token]"}"#,
        ),
        ("x-api-key=k1", "x-api-key=[token]"),
        (
            "postgres://app:hunter2@db.internal:5432/shop",
            "postgres://app:[password]@db.internal:5432/shop",
        ),
        ("redis://:p@ss@10.0.0.1", "redis://:[password]@10.0.0.1"),
        (
            "app:hunter2@tcp(db:3306)/shop",
            "app:[password]@tcp(db:3306)/shop",
        ),
        (
            "jdbc:mysql://db/shop?user=app&password=hunter2&ssl=1",
            "jdbc:mysql://db/shop?user=app&password=[password]&ssl=1",
        ),
        ("Server=db;Pwd=hunter2;", "Server=db;Pwd=[password];"),
        ("user=a&pass=hunter2", "user=a&pass=[password]"),
        (
            "UPDATE account SET password = 'it''s' WHERE id = 7",
            "UPDATE account SET password = '[password]' WHERE id = 7",
        ),
        (
            "INSERT INTO account SET name='a', password='x'",
            "INSERT INTO account SET name='a', password='[password]'",
        ),
        (
            "INSERT INTO account (name, password) VALUES ('a', 'x'), ('b', 'y')",
            "INSERT INTO account (name, password) VALUES ('[password]', '[password]'), ('[password]', '[password]')",
        ),
        (
            "ALTER USER app WITH PASSWORD 'hunter2'",
            "ALTER USER app WITH PASSWORD '[password]'",
        ),
        (
            "CREATE USER app IDENTIFIED BY 'hunter2'",
            "CREATE USER app IDENTIFIED BY '[password]'",
        ),
        (
            "SET password_hash = crypt('hunter2', gen_salt('bf')), x = 1",
            "SET password_hash = [password], x = 1",
        ),
        (
            "WHERE password LIKE 'hunt%'",
            "WHERE password LIKE '[password]'",
        ),
        (
            r#"{"password":"hunter2","a":1}"#,
            r#"{"password":"[password]","a":1}"#,
        ),
        (
            r#"{\"password\":\"hunter2\"}"#,
            r#"{\"password\":\"[password]\"}"#,
        ),
        ("password: hunter2", "password: [password]"),
        (
            "SET password='cut off in the mid",
            "SET password='[password]",
        ),
    ];
    for (before, after) in cases {
        assert_eq!(text_of(before), after);
        assert_eq!(text_of(after), after, "what is stored stays as it is");
    }
}

#[test]
fn what_is_no_secret_stays() {
    for text in [
        "SELECT * FROM account WHERE password = $1 AND pwd = ? AND x = :password",
        "UPDATE account SET password = NULL",
        "at com.shop.PasswordEncoder.matches(PasswordEncoder.java:42)",
        "at com.shop.Account.checkPassword(Account.java:42)",
        "user@host without a domain",
        "render@app.js:10:5",
        "git clone https://git@example.com/x",
        "https://shop.example:8080/path?a=b@c",
        "4111111111111112 fails the check",
        "1712345678901234567",
        "8f14e45f-ceea-467f-a9b1-4111111111111111",
        "basic authentication failed, bearer token missing",
        "unexpected token: ]",
        "input_tokens: 512",
        "10.0.0.1",
        "@",
        "",
    ] {
        assert_eq!(text_of(text), text);
    }
}

#[test]
fn names_decide() {
    let masked = text("[redacted]");
    let header = wrapped(any_value::Value::ArrayValue(ArrayValue {
        values: vec![text("Bearer x")],
    }));
    let name = "http.request.header.authorization";
    assert_eq!(value_of(name, header), masked);
    assert_eq!(
        value_of("http.response.header.set-cookie", text("a=b")),
        masked
    );
    let alice = value_of("user.id", text("alice"));
    assert_ne!(alice, text("alice"));
    assert_eq!(value_of("enduser.id", text("alice")), alice);
    let number = |number| wrapped(any_value::Value::IntValue(number));
    assert_eq!(
        value_of("user.id", number(42)),
        value_of("user.id", text("42"))
    );
    assert_eq!(value_of("user.id", text("")), text(""));
    assert_eq!(value_of("session.id", text("s-1")), text("s-1"));
    assert_eq!(
        value_of("client.address", text("203.0.113.7")),
        text("203.0.113.0")
    );
    assert_eq!(
        value_of("client.address", text("a@b.example")),
        text("[e-mail]")
    );
}

#[test]
fn the_peer_of_a_caller_is_no_person() {
    let span = |kind: span::SpanKind| Span {
        kind: kind.into(),
        ..with(vec![attribute("network.peer.address", text("203.0.113.7"))])
    };
    let called = span(span::SpanKind::Client);
    assert_eq!(stored(&called), called);
    let calls = stored(&span(span::SpanKind::Server));
    assert_eq!(calls.attributes[0].value, Some(text("203.0.113.0")));
}

#[test]
fn secrets_are_found_wherever_text_stands() {
    let mail = "alice@example.com";
    let list = wrapped(any_value::Value::KvlistValue(KeyValueList {
        values: vec![
            attribute("user.id", text("alice")),
            attribute(mail, wrapped(any_value::Value::BytesValue(mail.into()))),
        ],
    }));
    let array = wrapped(any_value::Value::ArrayValue(ArrayValue {
        values: vec![text(mail), list],
    }));
    let attributes = vec![attribute("note", array)];
    let span = Span {
        name: mail.into(),
        events: vec![span::Event {
            name: mail.into(),
            attributes: attributes.clone(),
            ..span::Event::default()
        }],
        links: vec![span::Link {
            attributes: attributes.clone(),
            ..span::Link::default()
        }],
        status: Some(Status {
            message: mail.into(),
            code: 2,
        }),
        ..with(attributes)
    };
    let found = stored(&span);
    let bytes = found.encode_to_vec();
    let mut windows = bytes.windows(5);
    assert!(!windows.any(|window| window == b"alice"), "{found:?}");
    assert_eq!(
        (found.name.as_str(), found.status.unwrap().code),
        ("[e-mail]", 2)
    );
}

#[test]
fn what_stands_above_spans_is_redacted_too() {
    let resource = Resource {
        attributes: vec![attribute("owner", text("alice@example.com"))],
        ..Resource::default()
    };
    let head = ResourceSpans {
        resource: Some(resource),
        schema_url: "s".into(),
        ..ResourceSpans::default()
    };
    let mut counts = Counts::default();
    let new = redactor("drop owner").resource_head(&head.encode_to_vec(), &mut counts);
    let new = ResourceSpans::decode(new.expect("a new head").as_slice()).unwrap();
    let resource = new.resource.unwrap();
    assert_eq!(
        (resource.attributes.len(), resource.dropped_attributes_count),
        (0, 1)
    );
    assert_eq!((new.schema_url.as_str(), counts.dropped_by_rule), ("s", 1));
}

#[test]
fn long_values_are_cut_and_many_attributes_dropped() {
    let long = "é".repeat(MAX_VALUE_BYTES);
    let many: Vec<KeyValue> = (0..MAX_ATTRIBUTES + 3)
        .map(|number| attribute(&number.to_string(), text("x")))
        .collect();
    let event = span::Event {
        attributes: many.clone(),
        ..span::Event::default()
    };
    let span = Span {
        dropped_attributes_count: 4,
        events: vec![event],
        ..with([vec![attribute("long", text(&long))], many].concat())
    };
    let (found, counts) = stored_by(&DEFAULTS, &span);
    assert_eq!(found.attributes.len(), MAX_ATTRIBUTES);
    assert_eq!(found.dropped_attributes_count, 4 + 4);
    let event = &found.events[0];
    assert_eq!(
        (event.attributes.len(), event.dropped_attributes_count),
        (MAX_ATTRIBUTES, 3)
    );
    assert_eq!((counts.dropped_by_limit, counts.truncated), (7, 1));
    let Some(any_value::Value::StringValue(cut)) =
        &found.attributes[0].value.as_ref().unwrap().value
    else {
        panic!("it is no string");
    };
    assert!(cut.ends_with("é…") && cut.len() <= MAX_VALUE_BYTES);
    let raw = wrapped(any_value::Value::BytesValue(vec![
        0xff;
        MAX_VALUE_BYTES + 1
    ]));
    let cut = wrapped(any_value::Value::BytesValue(vec![0xff; MAX_VALUE_BYTES]));
    assert_eq!(value_of("raw", raw), cut);
}

#[test]
fn own_rules_override_the_defaults() {
    let rules = redactor(
        "keep user.id\ndrop shop.note*\nmask-pattern /ACC-\\d{8}/ account\nkeep contact\nkeep-pattern card",
    );
    let span = with(vec![
        attribute("user.id", text("alice")),
        attribute("shop.note.1", text("x")),
        attribute("contact", text("alice@example.com")),
        attribute("account", text("of ACC-12345678, 4111111111111111")),
    ]);
    let (found, counts) = stored_by(&rules, &span);
    let values: Vec<_> = found
        .attributes
        .iter()
        .filter_map(|found| found.value.clone())
        .collect();
    let expected = [
        "alice",
        "alice@example.com",
        "of [account], 4111111111111111",
    ];
    assert_eq!(values, expected.map(text));
    assert_eq!(
        (counts.dropped_by_rule, found.dropped_attributes_count),
        (1, 1)
    );
    let off = with(vec![attribute("user.id", text("alice@example.com"))]);
    assert_eq!(stored_by(&redactor("defaults off"), &off).0, off);
}

#[test]
fn who_asks_by_a_name_finds_the_pseudonym() {
    let Some(any_value::Value::StringValue(stored)) = value_of("user.id", text("alice")).value
    else {
        panic!("it is no string");
    };
    assert_eq!(
        DEFAULTS.searchable("user.id", "alice"),
        Some(stored.clone())
    );
    assert_eq!(DEFAULTS.searchable("user.id", &stored), None);
    assert_eq!(DEFAULTS.searchable("session.id", "alice"), None);
}

/// Pieces that secrets are made of, side by side.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ -~]{0,6}",
        "[a-zA-Zé0-9@.:/=' -]{0,12}",
        "[0-9 -]{10,24}",
        prop::sample::select(words::all()).prop_map(str::to_owned),
        Just("alice@example.com".to_owned()),
        Just("://".to_owned()),
        Just(" = '".to_owned()),
        Just("4111111111111111".to_owned()),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn any_attributes() -> impl Strategy<Value = Vec<KeyValue>> {
    let key = prop_oneof![
        "[a-z.]{0,8}",
        Just("user.id".to_owned()),
        Just("client.address".to_owned()),
    ];
    let one = (key, any_text(), any::<i64>(), 0..4).prop_map(|(key, string, number, form)| {
        let value = match form {
            0 => wrapped(any_value::Value::IntValue(number)),
            1 => wrapped(any_value::Value::BytesValue(string.into_bytes())),
            2 => wrapped(any_value::Value::ArrayValue(ArrayValue {
                values: vec![text(&string)],
            })),
            _ => text(&string),
        };
        attribute(&key, value)
    });
    prop::collection::vec(one, 0..6)
}

proptest! {
    /// `stored` asserts that a quick look leads to what a close one does, and that any reader reads
    /// what is stored.
    #[test]
    fn nothing_is_overlooked(
        attributes in any_attributes(),
        of_event in any_attributes(),
        name in any_text(),
    ) {
        let event = span::Event { attributes: of_event, ..span::Event::default() };
        stored(&Span { name, events: vec![event], ..with(attributes) });
    }

    #[test]
    fn what_needs_no_change_stays_as_it_came(words in prop::collection::vec("[a-f ]{0,20}", 0..20)) {
        let attributes = words.iter().map(|word| attribute(word, text(word))).collect();
        let bytes = with(attributes).encode_to_vec();
        let new = DEFAULTS.span(&bytes, Verdict::Searched, &mut Counts::default());
        prop_assert_eq!(new, None);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut counts = Counts::default();
        DEFAULTS.span(&bytes, Verdict::Searched, &mut counts);
        DEFAULTS.resource_head(&bytes, &mut counts);
        DEFAULTS.scope_head(&bytes, &mut counts);
    }
}
