//! Tickets: the right to join once, as one character. Opaque here; the host knows what they mean.

/// Bytes of a ticket.
pub const TICKET_BYTES: usize = 32;

/// A ticket.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Ticket([u8; TICKET_BYTES]);

impl Ticket {
    /// From a frame or a generator of random bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; TICKET_BYTES]) -> Self {
        Self(bytes)
    }

    /// For a frame.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; TICKET_BYTES] {
        &self.0
    }

    /// From the text that `/api/v1/session` gives: 64 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 2 * TICKET_BYTES {
            return None;
        }
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let mut bytes = [0; TICKET_BYTES];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok()?;
        }
        Some(Self(bytes))
    }

    /// As text: 64 hexadecimal digits.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl core::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Ticket(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_back_and_nothing_else_is() {
        let ticket = Ticket::from_bytes(core::array::from_fn(|n| n as u8 * 7));
        assert_eq!(Ticket::parse(&ticket.text()), Some(ticket));
        for bad in ["", "00", &"g".repeat(64), &"0".repeat(63), &"é".repeat(32)] {
            assert_eq!(Ticket::parse(bad), None, "{bad:?}");
        }
        assert_eq!(format!("{ticket:?}"), "Ticket(..)");
    }
}
