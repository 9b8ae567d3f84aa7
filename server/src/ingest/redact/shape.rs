//! Where in OTLP's messages there are attributes and text.
//!
//! Field numbers as in [`model::otlp::schema`].

/// A message; a field number of 0 is one that it does not have.
pub(super) struct Shape {
    pub(super) attributes: u32,
    /// `dropped_attributes_count`.
    pub(super) dropped: u32,
    /// Text that people write, in which secrets may be.
    pub(super) text: u32,
    /// An `AnyValue` of its own.
    pub(super) value: u32,
    pub(super) below: &'static [(u32, &'static Shape)],
}

pub(super) static SPAN: Shape = Shape {
    attributes: 9,
    dropped: 10,
    text: 5,
    value: 0,
    below: &[(11, &EVENT), (13, &LINK), (15, &STATUS)],
};

/// Its text is the name of the event.
pub(super) static LOG_RECORD: Shape = Shape {
    attributes: 6,
    dropped: 7,
    text: 12,
    value: 5,
    below: &[],
};

static EVENT: Shape = Shape {
    attributes: 3,
    dropped: 4,
    text: 2,
    value: 0,
    below: &[],
};

static LINK: Shape = Shape {
    attributes: 4,
    dropped: 5,
    text: 0,
    value: 0,
    below: &[],
};

static STATUS: Shape = Shape {
    attributes: 0,
    dropped: 0,
    text: 2,
    value: 0,
    below: &[],
};

pub(super) static RESOURCE_HEAD: Shape = Shape {
    attributes: 0,
    dropped: 0,
    text: 0,
    value: 0,
    below: &[(1, &RESOURCE)],
};

static RESOURCE: Shape = Shape {
    attributes: 1,
    dropped: 2,
    text: 0,
    value: 0,
    below: &[],
};

pub(super) static SCOPE_HEAD: Shape = Shape {
    attributes: 0,
    dropped: 0,
    text: 0,
    value: 0,
    below: &[(1, &SCOPE)],
};

static SCOPE: Shape = Shape {
    attributes: 3,
    dropped: 4,
    text: 0,
    value: 0,
    below: &[],
};
