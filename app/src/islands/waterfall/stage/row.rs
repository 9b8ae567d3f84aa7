//! An element that shows one row after the other. It is a copy of the empty row that the server
//! sends (`pages/trace/waterfall/row.rs`), and only ever filled with text: what spans say is no
//! markup.

use model::format;
use model::layout::waterfall::{RowView, Stretch};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::super::{dots, row_id, strokes};

/// What a row says beside what its span does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flags {
    pub(super) is_found: bool,
    pub(super) is_selected: bool,
}

pub(super) struct Slot {
    pub(super) element: HtmlElement,
    /// None when it shows none.
    pub(super) row: Option<usize>,
    /// Which state it was filled in.
    pub(super) generation: u32,
    top: f64,
    parts: Parts,
}

struct Parts {
    indent: Element,
    twisty: Element,
    dot: Element,
    link: Element,
    service: Element,
    operation: Element,
    kind: Element,
    error: Element,
    defect: Element,
    bar: Element,
    edge: Element,
    path: Element,
    event_edge: Element,
    event: Element,
    duration: Element,
}

impl Slot {
    /// None when the empty row is not what it should be.
    pub(super) fn copy_of(empty: &Element) -> Option<Self> {
        let element: HtmlElement = empty.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
        let part = |selector| element.query_selector(selector).ok().flatten();
        let parts = Parts {
            indent: part(".indent")?,
            twisty: part(".twisty")?,
            dot: part(".dot rect")?,
            link: part("a")?,
            service: part("a b")?,
            operation: part("a span")?,
            kind: part(".kind")?,
            error: part(".tag.bad")?,
            defect: part(".defect")?,
            bar: part(".lane rect")?,
            edge: part(".error-edge")?,
            path: part(".on-path")?,
            event_edge: part(".event-edge")?,
            event: part(".event")?,
            duration: part(".number")?,
        };
        Some(Self {
            element,
            row: None,
            generation: 0,
            top: f64::NAN,
            parts,
        })
    }

    /// Moves it to its place, in pixels from the top of the rows.
    pub(super) fn stand_at(&mut self, top: f64) {
        #[expect(clippy::float_cmp, reason = "it is the same place, or another one")]
        if self.top != top {
            self.top = top;
            let place = format!("translateY({top:.1}px)");
            self.element.style().set_property("transform", &place).ok();
        }
    }

    pub(super) fn fill(&mut self, row: &RowView<'_>, href: &str, flags: Flags) {
        self.row = Some(row.number);
        let is_parent = row.descendants > 0;
        let class = ["row", if is_parent { "" } else { "leaf" }];
        let class = class.into_iter().chain([
            if flags.is_selected { "selected" } else { "" },
            if flags.is_found { "found" } else { "" },
        ]);
        let class: Vec<&str> = class.filter(|part| !part.is_empty()).collect();
        let element = &self.element;
        element.set_class_name(&class.join(" "));
        set(element, "id", &row_id(row.id));
        set(element, "aria-level", &row.level.to_string());
        set(element, "aria-posinset", &row.place.0.to_string());
        set(element, "aria-setsize", &row.place.1.to_string());
        set(element, "aria-rowindex", &(row.number + 2).to_string());
        if is_parent {
            set(
                element,
                "aria-expanded",
                if row.is_folded { "false" } else { "true" },
            );
        } else {
            element.remove_attribute("aria-expanded").ok();
        }
        set(
            element,
            "aria-selected",
            if flags.is_selected { "true" } else { "false" },
        );
        set(
            element,
            "tabindex",
            if flags.is_selected { "0" } else { "-1" },
        );
        self.fill_label(row, href);
        self.fill_lane(row);
    }

    fn fill_label(&self, row: &RowView<'_>, href: &str) {
        let Parts {
            indent,
            twisty,
            dot,
            link,
            service,
            operation,
            kind,
            error,
            defect,
            duration,
            ..
        } = &self.parts;
        set(indent, "width", &row.indent_pixels.to_string());
        let (verb, sign) = if row.is_folded {
            ("Show", "▸")
        } else {
            ("Hide", "▾")
        };
        let below = format::counted(row.descendants, "span");
        set(twisty, "aria-label", &format!("{verb} {below} below"));
        twisty.set_text_content(Some(sign));
        set(dot, "class", &format!("service-{}", row.color));
        set(link, "href", href);
        set(link, "title", &format!("{} {}", row.service, row.operation));
        service.set_text_content(Some(row.service));
        operation.set_text_content(Some(row.operation));
        kind.set_text_content(Some(row.kind));
        hide(kind, row.kind.is_empty());
        hide(error, !row.is_error);
        defect.set_text_content(Some(&row.defect));
        set(defect, "title", &row.explanation);
        let class = if row.is_harmless {
            "tag defect"
        } else {
            "tag warn defect"
        };
        set(defect, "class", class);
        hide(defect, row.defect.is_empty());
        duration.set_text_content(Some(&row.duration));
    }

    fn fill_lane(&self, row: &RowView<'_>) {
        let nowhere = Stretch {
            left: 0.0,
            width: 0.0,
        };
        let Stretch { left, width } = row.bar.unwrap_or(nowhere);
        let (x, width) = (format!("{left:.3}%"), format!("{width:.3}%"));
        let parts = &self.parts;
        set(&parts.bar, "class", &format!("service-{}", row.color));
        set(&parts.bar, "x", &x);
        set(&parts.bar, "width", &width);
        set(&parts.edge, "x", &x);
        set(
            &parts.edge,
            "width",
            if row.is_error { &width } else { "0" },
        );
        set(&parts.path, "d", &strokes(&row.path));
        let dots = dots(&row.events);
        set(&parts.event_edge, "d", &dots);
        set(&parts.event, "d", &dots);
    }
}

/// It fails only for names that are none.
pub(super) fn set(element: &Element, name: &str, value: &str) {
    element.set_attribute(name, value).ok();
}

fn hide(element: &Element, is_hidden: bool) {
    element
        .toggle_attribute_with_force("hidden", is_hidden)
        .ok();
}
