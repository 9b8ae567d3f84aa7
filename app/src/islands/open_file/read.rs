//! Getting at the bytes of the file.

use std::sync::Arc;

use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use leptos::prelude::*;
use model::trace_file::GZIP_MAGIC;
use model::trace_file::opened::{MAX_FILE_BYTES, OpenError, Opened};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, ReadableStreamDefaultReader, ReadableWritablePair};

use super::Progress;

/// Milliseconds for the browser to draw what is said, before the file keeps it busy.
const PAUSE: i32 = 30;

thread_local! {
    /// How many files were chosen.
    static CHOSEN: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

/// Opens a file, unless another one is chosen meanwhile.
pub(super) fn open(file: File, progress: RwSignal<Progress>, chosen: RwSignal<Option<usize>>) {
    let name = file.name();
    let number = CHOSEN.get().wrapping_add(1);
    CHOSEN.set(number);
    progress.set(Progress::Reading { name: name.clone() });
    leptos::task::spawn_local(async move {
        let bytes = bytes(&file).await;
        JsFuture::from(pause()).await.ok();
        if CHOSEN.get() != number {
            return;
        }
        let opened =
            bytes.and_then(|bytes| Opened::read(&bytes).map_err(|error| error.to_string()));
        match opened {
            Ok(opened) => {
                chosen.set((opened.traces.len() == 1).then_some(0));
                let opened = Arc::new(opened);
                progress.set(Progress::Open { name, opened });
            }
            Err(reason) => progress.set(Progress::Failed { name, reason }),
        }
    });
}

fn pause() -> Promise {
    Promise::new(&mut |resolve, _reject| {
        window()
            .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, PAUSE)
            .ok();
    })
}

/// The whole file, decompressed; or why it cannot be had.
async fn bytes(file: &File) -> Result<Vec<u8>, String> {
    #[expect(clippy::cast_precision_loss, reason = "a limit of some digits")]
    if file.size() > MAX_FILE_BYTES as f64 {
        return Err(OpenError::TooLarge.to_string());
    }
    let away = |_| "the browser cannot read it".to_owned();
    let buffer = JsFuture::from(file.array_buffer()).await.map_err(away)?;
    let bytes = Uint8Array::new(&buffer).to_vec();
    if bytes.starts_with(&GZIP_MAGIC) {
        drop(bytes);
        let decompressed = decompressed(file).await;
        let damaged = |_| "its compression with gzip is damaged".to_owned();
        return decompressed
            .map_err(damaged)?
            .map_err(|error| error.to_string());
    }
    Ok(bytes)
}

/// By the browser itself (Compression Standard, `DecompressionStream`), piece by piece, so that no
/// more than the limit is held.
async fn decompressed(file: &File) -> Result<Result<Vec<u8>, OpenError>, JsValue> {
    let make: Function = Reflect::get(&window(), &"DecompressionStream".into())?.dyn_into()?;
    let gzip = Reflect::construct(&make, &Array::of1(&"gzip".into()))?;
    let pair: ReadableWritablePair = gzip.unchecked_into();
    let stream = file.stream().pipe_through(&pair);
    let reader: ReadableStreamDefaultReader = stream.get_reader().dyn_into()?;
    let mut bytes = Vec::new();
    loop {
        let piece = JsFuture::from(reader.read()).await?;
        if Reflect::get(&piece, &"done".into())?.is_truthy() {
            return Ok(Ok(bytes));
        }
        let piece: Uint8Array = Reflect::get(&piece, &"value".into())?.dyn_into()?;
        bytes.extend(piece.to_vec());
        if bytes.len() > MAX_FILE_BYTES {
            JsFuture::from(reader.cancel()).await.ok();
            return Ok(Err(OpenError::TooLarge));
        }
    }
}
