//! Documents: zstd of standard OTLP protobuf, so that any OTLP tool can read an export.
//!
//! Small documents have much in common, which each of them would have to spell out. A
//! [`Dictionary`] knows it; the document says which one it needs.

use std::fmt;
use std::io;

use zstd::bulk::Compressor;
use zstd::zstd_safe::{self, CParameter, DCtx, DDict, DictAttachPref};

/// Level 1: three quarters of what level 3 saves, at half the time. With a dictionary there is
/// less than 2 % between levels 1 and 4 (docs/adr/0006-trained-dictionaries.md).
const LEVEL: i32 = 1;

/// A document that claims to be larger is damaged.
const MAX_DOCUMENT_BYTES: usize = 1 << 30;

/// Messages that are larger are written without a dictionary: they say what it says a few times
/// themselves, and are compressed faster without.
pub(crate) const MAX_DICTIONARY_MESSAGE_BYTES: usize = 64 << 10;

/// What documents have in common.
pub struct Dictionary {
    id: u32,
    /// In zstd's format (RFC 8878, section 5).
    bytes: Vec<u8>,
    decoder: DDict<'static>,
}

impl Dictionary {
    /// # Errors
    /// When it is not in zstd's format.
    pub fn new(bytes: Vec<u8>) -> io::Result<Self> {
        let id = zstd_safe::get_dict_id_from_dict(&bytes);
        let id = id.ok_or_else(|| io::Error::other("it is no zstd dictionary"))?;
        let decoder = DDict::try_create(&bytes);
        Ok(Self {
            id: id.get(),
            decoder: decoder.ok_or_else(|| io::Error::other("zstd cannot load it"))?,
            bytes,
        })
    }

    /// As documents name it.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }

    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Dictionary").field(&self.id).finish()
    }
}

/// Makes documents. Worth keeping: its tables are far larger than most documents.
pub struct Writer {
    compressor: Compressor<'static>,
    /// For small messages, with the id of the dictionary.
    with_dictionary: Option<(u32, Compressor<'static>)>,
    /// The document in the making; kept for its memory.
    document: Vec<u8>,
}

impl Writer {
    /// One that uses no dictionary.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            compressor: Compressor::new(LEVEL)?,
            with_dictionary: None,
            document: Vec::new(),
        })
    }

    /// Writes small messages by this dictionary from now on.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn use_dictionary(&mut self, dictionary: Option<&Dictionary>) -> io::Result<()> {
        let present = self.with_dictionary.as_ref().map(|(id, _)| *id);
        if present != dictionary.map(Dictionary::id) {
            self.with_dictionary = dictionary
                .map(|dictionary| Ok::<_, io::Error>((dictionary.id, compressor(dictionary)?)))
                .transpose()?;
        }
        Ok(())
    }

    /// Compresses encoded messages, one after the other: protobuf joins what stands side by side.
    ///
    /// # Errors
    /// When there is no memory.
    pub fn write(&mut self, encoded: &[u8]) -> io::Result<Vec<u8>> {
        let compressor = match &mut self.with_dictionary {
            Some((_, compressor)) if encoded.len() <= MAX_DICTIONARY_MESSAGE_BYTES => compressor,
            _ => &mut self.compressor,
        };
        self.document.clear();
        self.document
            .reserve(zstd_safe::compress_bound(encoded.len()));
        compressor.compress_to_buffer(encoded, &mut self.document)?;
        Ok(self.document.clone())
    }
}

fn compressor(dictionary: &Dictionary) -> io::Result<Compressor<'static>> {
    let mut compressor = Compressor::with_dictionary(LEVEL, &dictionary.bytes)?;
    // Looked into where it is. By itself zstd would copy its tables for each message of more than
    // 8 KiB, which takes longer than compressing it.
    let attached = CParameter::ForceAttachDict(DictAttachPref::ForceAttach);
    compressor.set_parameter(attached)?;
    Ok(compressor)
}

/// Reads documents. Worth keeping while there are more of them: making one takes longer than
/// reading a small document.
#[derive(Default)]
pub struct Reader(DCtx<'static>);

impl Reader {
    /// The encoded message within a document, by the dictionary that it needs, if any.
    ///
    /// # Errors
    /// When it is not zstd, implausibly large, or needs another dictionary.
    pub fn read(
        &mut self,
        document: &[u8],
        dictionary: Option<&Dictionary>,
    ) -> io::Result<Vec<u8>> {
        let bytes = zstd_safe::get_frame_content_size(document).ok().flatten();
        let bytes = bytes
            .and_then(|bytes| usize::try_from(bytes).ok())
            .filter(|bytes| *bytes <= MAX_DOCUMENT_BYTES)
            .ok_or_else(|| io::Error::other("it does not tell a plausible size"))?;
        let mut message = Vec::with_capacity(bytes);
        let read = match dictionary {
            None => self.0.decompress(&mut message, document),
            Some(Dictionary { decoder, .. }) => {
                self.0
                    .decompress_using_ddict(&mut message, document, decoder)
            }
        };
        read.map_err(|code| io::Error::other(zstd_safe::get_error_name(code)))?;
        Ok(message)
    }
}

/// The dictionary that a document needs; none when it needs none, or is no document.
#[must_use]
pub fn dictionary_id(document: &[u8]) -> Option<u32> {
    zstd_safe::get_dict_id_from_frame(document).map(u32::from)
}

/// The encoded message within a document that was written without a dictionary.
///
/// # Errors
/// As [`Reader::read`].
pub fn decompress(document: &[u8]) -> io::Result<Vec<u8>> {
    Reader::default().read(document, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionaries::tests::{messages, trained};

    #[test]
    fn a_document_reads_back() {
        let document = Writer::new()
            .and_then(|mut writer| writer.write(b"spans"))
            .expect("memory");
        assert_eq!(dictionary_id(&document), None);
        assert_eq!(decompress(&document).expect("a document"), b"spans");
    }

    #[test]
    fn a_document_with_a_dictionary_reads_back_by_that_one_alone() {
        let [dictionary, other] = ["cart", "mail"].map(trained);
        let message = &messages("cart", 1)[0];
        let mut writer = Writer::new().expect("memory");
        let plain = writer.write(message).expect("memory");
        writer.use_dictionary(Some(&dictionary)).expect("memory");
        let document = writer.write(message).expect("memory");
        assert!(document.len() * 2 < plain.len());
        assert_eq!(dictionary_id(&document), Some(dictionary.id()));

        let mut reader = Reader::default();
        let mut read = |document, dictionary| reader.read(document, dictionary);
        assert_eq!(&read(&document, Some(&dictionary)).expect("spans"), message);
        assert_eq!(&read(&plain, None).expect("spans"), message);
        assert!(read(&document, Some(&other)).is_err());
        assert!(read(&document, None).is_err());

        writer.use_dictionary(None).expect("memory");
        assert_eq!(writer.write(message).expect("memory"), plain);
    }

    #[test]
    fn a_large_message_needs_no_dictionary() {
        let mut writer = Writer::new().expect("memory");
        let dictionary = trained("cart");
        writer.use_dictionary(Some(&dictionary)).expect("memory");
        let large = vec![7; MAX_DICTIONARY_MESSAGE_BYTES + 1];
        let document = writer.write(&large).expect("memory");
        assert_eq!(decompress(&document).expect("a document"), large);
    }

    #[test]
    fn damage_is_an_error() {
        assert!(decompress(b"").is_err());
        assert!(decompress(b"not zstd").is_err());
        assert!(Dictionary::new(b"no dictionary".to_vec()).is_err());
    }
}
