//! Whole numbers of few bytes: seven bits each, the lowest first (LEB128, DWARF 5, section 7.6).
//! Numbers with a sign are folded first, so that small ones of either sign are short.

use super::codec::SkeletonError;

/// What is written.
#[derive(Debug, Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn unsigned(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.0.push(value.to_le_bytes()[0]);
    }

    pub(super) fn signed(&mut self, value: i64) {
        self.unsigned(((value << 1) ^ (value >> 63)).cast_unsigned());
    }

    pub(super) fn count(&mut self, value: usize) {
        self.unsigned(value as u64);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }
}

/// What is left to be read. Whoever sent it may have made it up.
#[derive(Debug)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn bytes(&mut self, length: usize) -> Result<&'a [u8], SkeletonError> {
        let (bytes, rest) = self
            .0
            .split_at_checked(length)
            .ok_or(SkeletonError::Truncated)?;
        self.0 = rest;
        Ok(bytes)
    }

    pub(super) fn byte(&mut self) -> Result<u8, SkeletonError> {
        Ok(self.bytes(1)?[0])
    }

    pub(super) fn unsigned(&mut self) -> Result<u64, SkeletonError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(SkeletonError::Damaged("a number is too long"))
    }

    pub(super) fn signed(&mut self) -> Result<i64, SkeletonError> {
        let folded = self.unsigned()?;
        Ok((folded >> 1).cast_signed() ^ -(folded & 1).cast_signed())
    }

    /// A number that counts or names something, below `end`.
    pub(super) fn index(&mut self, end: usize) -> Result<u32, SkeletonError> {
        let value = self.unsigned()?;
        let value = u32::try_from(value)
            .ok()
            .filter(|value| (*value as usize) < end);
        value.ok_or(SkeletonError::Damaged("a number names nothing"))
    }

    /// How many things follow: no more than `most`, nor than there can be in what is left when
    /// each takes at least `least_bytes`.
    pub(super) fn count(
        &mut self,
        most: usize,
        least_bytes: usize,
    ) -> Result<usize, SkeletonError> {
        let value = usize::try_from(self.unsigned()?).unwrap_or(usize::MAX);
        if value > most {
            return Err(SkeletonError::TooLarge);
        }
        if value > self.0.len() / least_bytes.max(1) {
            return Err(SkeletonError::Truncated);
        }
        Ok(value)
    }

    pub(super) fn text(&mut self, most: usize) -> Result<&'a str, SkeletonError> {
        let length = self.count(most, 1)?;
        let damaged = |_: std::str::Utf8Error| SkeletonError::Damaged("a name is no text");
        std::str::from_utf8(self.bytes(length)?).map_err(damaged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(unsigned: u64, signed: i64, text: String) {
            let mut writer = Writer::default();
            writer.unsigned(unsigned);
            writer.signed(signed);
            writer.text(&text);
            let mut reader = Reader(&writer.0);
            prop_assert_eq!(reader.unsigned(), Ok(unsigned));
            prop_assert_eq!(reader.signed(), Ok(signed));
            prop_assert_eq!(reader.text(usize::MAX), Ok(&*text));
            prop_assert_eq!(reader.0.len(), 0);
        }
    }

    #[test]
    fn small_numbers_are_short() {
        for (value, bytes) in [(0, 1), (63, 1), (-64, 1), (64, 2), (i64::MIN, 10)] {
            let mut writer = Writer::default();
            writer.signed(value);
            assert_eq!(writer.0.len(), bytes, "{value}");
        }
    }

    #[test]
    fn what_is_made_up_is_refused() {
        assert_eq!(Reader(&[0x80]).unsigned(), Err(SkeletonError::Truncated));
        let endless = Reader(&[0xff; 11]).unsigned();
        assert!(matches!(endless, Err(SkeletonError::Damaged(_))));
        assert_eq!(Reader(&[5, 1]).count(9, 1), Err(SkeletonError::Truncated));
        assert_eq!(Reader(&[5, 1]).count(4, 0), Err(SkeletonError::TooLarge));
        assert!(Reader(&[5]).index(5).is_err());
    }
}
